package azeer_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"azeer-slack/azeer"

	"github.com/google/go-cmp/cmp"
)

func TestAgentsReadsEveryEnvelope(t *testing.T) {
	t.Parallel()
	const one = `{"id":1,"platform_id":"omar@twerlo.com","name":"Omar"}`
	bodies := map[string]string{
		"bare array":              `[` + one + `]`,
		"data array":              `{"data":[` + one + `],"message":"","success":true}`,
		"bare agent":              one,
		"data agent":              `{"success":true,"data":` + one + `}`,
		"page in a page":          `{"data":{"data":[` + one + `],"last_page":1}}`,
		"array before agent":      `{"id":9,"platform_id":"sara@twerlo.com","agents":[` + one + `]}`,
		"odd data, list beside":   `{"data":"x","agents":[` + one + `]}`,
		"odd list, good one next": `{"agents":7,"rows":[` + one + `]}`,
		"odd entries left out":    `[7,"x",null,{},` + one + `]`,
		"byte order mark":         "\ufeff [" + one + "]\n",
	}
	for _, name := range []string{"agents", "items", "results", "rows", "list", "users", "contacts"} {
		bodies["data."+name] = `{"success":true,"data":{"` + name + `":[` + one + `]}}`
		bodies[name] = `{"` + name + `":[` + one + `]}`
	}
	want := []azeer.Agent{{ID: "1", PlatformID: omar, Email: omar, Name: "Omar", Active: true}}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, err := serve(t, says(200, body)).Agents(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, list.Agents); diff != "" {
				t.Errorf("agents (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAgentsEmptyOnlyIfAzeerSaysSo(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`[]`, `{"data":[]}`, `{"data":{"agents":[]}}`, `{"users":[]}`, `{"success":true}`, `{"success":true,"data":null}`,
		`{"success":true,"message":"none","meta":{"total":0},"errors":[]}`, `[{"platform_id":"sara@twerlo.com","is_agent":false}]`,
	} {
		list, err := serve(t, says(200, body)).Agents(context.Background())
		if err != nil || len(list.Agents) != 0 || list.Partial {
			t.Errorf("%s: got %+v, %v; want an empty list", body, list, err)
		}
	}
	for body, want := range map[string]string{
		``:                                 "empty",
		`<html>hello</html>`:               "a web page",
		`[{"id":1}`:                        "not JSON",
		`{"data":[]}{}`:                    "not JSON",
		`null`:                             "neither",
		`"omar"`:                           "neither",
		`12`:                               "neither",
		`{}`:                               "keys []",
		`{"data":null}`:                    "keys [data]",
		`{"data":{}}`:                      "keys [data]",
		`{"success":true,"data":{}}`:       "keys [data, success]",
		`{"success":true,"data":7}`:        "keys [data, success]",
		`{"success":true,"staff":[{}]}`:    "keys [staff, success]",
		`{"success":true,"staff":{"a":1}}`: "keys [staff, success]",
		`{"message":"omar"}`:               "keys [message]",
		`{"id":"req","status":"ok"}`:       "keys [id, status]",
		`{"omar@twerlo.com":1,"x":2}`:      "keys [x, and 1 more]",
		`[1,2]`:                            "an array of 2",
		`[{"colour":"red"}]`:               "an array of 1",
		`[{"is_agent":false},{}]`:          "an array of 2",
	} {
		list, err := serve(t, says(200, body)).Agents(context.Background())
		if !errors.Is(err, azeer.ErrUnrecognised) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %+v, %v; want ErrUnrecognised with %q", body, list, err, want)
			continue
		}
		wantEffect(t, err, azeer.Refused)
	}
}

func TestAgentsRefusedInside2xx(t *testing.T) {
	t.Parallel()
	_, err := serve(t, says(200, `{"success":false,"data":[],"msg":"not yours"}`)).Agents(context.Background())
	if f := wantEffect(t, err, azeer.Refused); f.Message != "not yours" || f.Status != 200 {
		t.Errorf("got %q with status %d", f.Message, f.Status)
	}
}

func TestAgentFields(t *testing.T) {
	t.Parallel()
	type A = azeer.Agent
	const big = "9223372036854775807"
	for name, c := range map[string]struct {
		body string
		want A
	}{
		"the documented example": {
			`{"id":1,"platform_id":"1234567890","platform":"WhatsApp","is_agent":true,"business_id":"b"}`,
			A{ID: "1", PlatformID: "1234567890", Active: true, Extra: map[string]json.RawMessage{
				"platform": []byte(`"WhatsApp"`), "business_id": []byte(`"b"`)}},
		},
		"id in 64 bits":              {`{"id":` + big + `,"name":"N"}`, A{ID: big, Name: "N", Active: true}},
		"id as a string":             {`{"id":" 7 ","name":"N"}`, A{ID: "7", Name: "N", Active: true}},
		"id never a float":           {`{"id":1e3,"agent_id":1.5,"profile_id":-1,"user_id":4,"name":"N"}`, A{ID: "4", Name: "N", Active: true}},
		"agent_id":                   {`{"id":0,"agent_id":"123","name":"N"}`, A{ID: "123", Name: "N", Active: true}},
		"profile_id":                 {`{"id":null,"agent_id":"","profile_id":5,"name":"N"}`, A{ID: "5", Name: "N", Active: true}},
		"email for platform_id":      {`{"email":"o@x.com"}`, A{PlatformID: "o@x.com", Email: "o@x.com", Name: "o@x.com", Active: true}},
		"empty platform_id":          {`{"platform_id":"","email":"o@x.com","name":"N"}`, A{PlatformID: "o@x.com", Email: "o@x.com", Name: "N", Active: true}},
		"platform_id as a number":    {`{"platform_id":42,"name":"N"}`, A{PlatformID: "42", Name: "N", Active: true}},
		"profile_email":              {`{"platform_id":"p","profile_email":"o@x.com","email":"none","name":"N"}`, A{PlatformID: "p", Email: "o@x.com", Name: "N", Active: true}},
		"spelling kept":              {`{"platform_id":"Omar@X.com"}`, A{PlatformID: "Omar@X.com", Email: "Omar@X.com", Name: "Omar@X.com", Active: true}},
		"display_name first":         {`{"platform_id":"p","display_name":"D","name":"N","profile_name":"P"}`, A{PlatformID: "p", Name: "D", Active: true}},
		"profile_display_name":       {`{"platform_id":"p","display_name":" ","profile_display_name":"D","name":"N"}`, A{PlatformID: "p", Name: "D", Active: true}},
		"profile_name":               {`{"platform_id":"p","name":7,"profile_name":"P"}`, A{PlatformID: "p", Name: "P", Active: true}},
		"Arabic name":                {`{"platform_id":"p","name":"ليلى أحمد"}`, A{PlatformID: "p", Name: "ليلى أحمد", Active: true}},
		"role":                       {`{"platform_id":"p","role":"admin","profile_role":"x"}`, A{PlatformID: "p", Role: "admin", Active: true}},
		"profile_role":               {`{"platform_id":"p","role":{},"profile_role":"x"}`, A{PlatformID: "p", Role: "x", Active: true}},
		"status":                     {`{"platform_id":"p","status":"Active","active":false}`, A{PlatformID: "p", Status: "Active", Active: true}},
		"inactive in any case":       {`{"platform_id":"p","status":"INACTIVE"}`, A{PlatformID: "p", Status: "INACTIVE"}},
		"status as a bool":           {`{"platform_id":"p","status":false}`, A{PlatformID: "p"}},
		"unknown status hides none":  {`{"platform_id":"p","status":"away"}`, A{PlatformID: "p", Status: "away", Active: true}},
		"unknown status, then a bit": {`{"platform_id":"p","status":"away","active":0}`, A{PlatformID: "p", Status: "away"}},
		"is_active as a word":        {`{"platform_id":"p","active":null,"is_active":"false"}`, A{PlatformID: "p"}},
		"enabled":                    {`{"platform_id":"p","enabled":"0"}`, A{PlatformID: "p"}},
		"is_agent of odd type":       {`{"platform_id":"p","is_agent":null}`, A{PlatformID: "p", Active: true}},
		"profile": {
			`{"id":3,"profile":{"email":"o@x.com","name":"P","x":1}}`,
			A{ID: "3", PlatformID: "o@x.com", Email: "o@x.com", Name: "P", Active: true, Extra: map[string]json.RawMessage{
				"profile": []byte(`{"email":"o@x.com","name":"P","x":1}`)}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := serve(t, says(200, c.body)).Agent(context.Background(), "1")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("agent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAgentEnvelopes(t *testing.T) {
	t.Parallel()
	const one = `{"id":1,"platform_id":"omar@twerlo.com"}`
	for _, body := range []string{
		one, `{"data":` + one + `}`, `{"success":true,"message":"","data":[` + one + `]}`, `[` + one + `]`,
		`{"id":"req-1","status":"ok","data":` + one + `}`,
	} {
		if got, err := serve(t, says(200, body)).Agent(context.Background(), "1"); err != nil || got.PlatformID != omar {
			t.Errorf("%s: got %+v, %v", body, got, err)
		}
	}
	for _, body := range []string{``, `{}`, `[]`, `{"data":[]}`, `{"data":[` + one + `,` + one + `]}`, `{"success":true}`, `<p>`, `1`} {
		if got, err := serve(t, says(200, body)).Agent(context.Background(), "1"); !errors.Is(err, azeer.ErrUnrecognised) {
			t.Errorf("%s: got %+v, %v; want ErrUnrecognised", body, got, err)
		}
	}
	_, err := serve(t, says(200, `{"id":1,"platform_id":"966544444444","is_agent":false}`)).Agent(context.Background(), "1")
	if f := wantEffect(t, err, azeer.Refused); !errors.Is(err, azeer.ErrNotAgent) || f.Status != 200 {
		t.Errorf("error is %v, want ErrNotAgent", err)
	}
	_, err = serve(t, says(200, `{"success":false,"message":"no such agent"}`)).Agent(context.Background(), "1")
	if f := wantEffect(t, err, azeer.Refused); f.Message != "no such agent" {
		t.Errorf("message is %q", f.Message)
	}
}

func TestAgentEscapesID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"1": "1", omar: omar, "a/b": "a%2Fb", "a?b#c": "a%3Fb%23c", "../contact": "..%2Fcontact", "a b%": "a%20b%25", "عمر": "%D8%B9%D9%85%D8%B1",
	} {
		_, err := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.EscapedPath() != "/prefix/v1/agent/"+want || r.URL.RawQuery != "" || r.ContentLength != 0 {
				t.Errorf("id %q: request is %s %s", id, r.Method, r.URL)
			}
			says(200, `{"id":1,"name":"Omar"}`)(w, r)
		}).Agent(context.Background(), id)
		if err != nil {
			t.Error(err)
		}
	}
	client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	for _, id := range []string{"", " ", ".", ".."} {
		if _, err := client.Agent(context.Background(), id); !errors.Is(err, azeer.ErrInvalid) {
			t.Errorf("id %q: error is %v, want ErrInvalid", id, err)
		}
	}
}

func TestAgentsWarns(t *testing.T) {
	t.Parallel()
	const two = `[{"id":1,"platform_id":"omar@twerlo.com"},{"id":2,"platform_id":"sara@twerlo.com"}]`
	for name, c := range map[string]struct {
		body    string
		partial bool
		warning string
	}{
		"all is well":           {`{"data":` + two + `,"total":2,"count":2,"next":null,"next_page":"","has_more":false,"last_page":1,"meta":{},"pagination":7}`, false, ""},
		"total":                 {`{"data":` + two + `,"total":5}`, true, "total is 5, returned were 2"},
		"count":                 {`{"data":{"agents":` + two + `,"count":3}}`, true, "count is 3"},
		"next":                  {`{"data":` + two + `,"next":"https://x.example/omar"}`, true, "next is set"},
		"next as an object":     {`{"data":` + two + `,"next":{"page":2}}`, true, "next is set"},
		"next_page":             {`{"data":` + two + `,"next_page":2}`, true, "next_page is set"},
		"has_more":              {`{"data":` + two + `,"has_more":true}`, true, "has_more is true"},
		"has_more as a number":  {`{"data":` + two + `,"has_more":1}`, true, "has_more is true"},
		"last_page":             {`{"data":{"data":` + two + `,"last_page":4}}`, true, "last_page is 4"},
		"meta":                  {`{"data":` + two + `,"meta":{"total":9}}`, true, "total is 9"},
		"pagination":            {`{"data":{"rows":` + two + `,"pagination":{"has_more":true}}}`, true, "has_more is true"},
		"an odd total":          {`{"data":` + two + `,"total":"many"}`, false, ""},
		"empty but more":        {`{"success":true,"data":null,"total":3}`, true, "total is 3"},
		"an unreadable entry":   {`[{"platform_id":"omar@twerlo.com"},{"x":1}]`, true, "of 1 entries nothing could be read"},
		"contacts among agents": {`[{"platform_id":"omar@twerlo.com"},{"platform_id":"966544444444"},{"platform_id":"+966544444444"}]`, false, "2 entries have a platform_id like a phone"},
		"no agents among them":  {`[{"platform_id":"omar@twerlo.com"},{"platform_id":"966544444444","is_agent":false}]`, false, "left out 1 entries that say is_agent false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, err := serve(t, says(200, c.body)).Agents(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if list.Partial != c.partial {
				t.Errorf("partial is %t", list.Partial)
			}
			warnings := strings.Join(list.Warnings, "\n")
			if (c.warning == "") != (warnings == "") || !strings.Contains(warnings, c.warning) {
				t.Errorf("warnings are %q, want %q", list.Warnings, c.warning)
			}
			if strings.Contains(warnings, "omar") || strings.Contains(warnings, contact) {
				t.Errorf("warnings hold personal data: %q", list.Warnings)
			}
		})
	}
}
