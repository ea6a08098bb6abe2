package azeer_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"azeer-slack/azeer"
)

func TestAssignSendsExactlyWhatIsDocumented(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/prefix/v1/contact/assign" || r.URL.RawQuery != "" {
			t.Errorf("request is %s %s", r.Method, r.URL)
		}
		for name, want := range map[string]string{
			"Authorization": "Bearer " + key,
			"Content-Type":  "application/json",
			"Accept":        "application/json",
			"User-Agent":    azeer.DefaultUserAgent,
		} {
			if got := r.Header.Values(name); len(got) != 1 || got[0] != want {
				t.Errorf("header %s is %q, want %q", name, got, want)
			}
		}
		body, err := io.ReadAll(r.Body)
		if want := `{"platform_id":"966544444444","assigned_platform_id":"omar@twerlo.com"}`; err != nil || string(body) != want {
			t.Errorf("body is %s (%v), want %s", body, err, want)
		}
		says(200, `{"message":"assignment completed successfully","success":true}`)(w, r)
	})
	got, err := assign(client)
	if err != nil {
		t.Fatal(err)
	}
	if want := "assignment completed successfully"; got.Message != want {
		t.Errorf("message is %q, want %q", got.Message, want)
	}
}

func TestAssignTrimsKeyAndNamesProgram(t *testing.T) {
	t.Parallel()
	server := start(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization") + "|" + r.UserAgent(); got != "Bearer spaced|desk/2" {
			t.Errorf("key and user agent are %q", got)
		}
	})
	client, err := azeer.New("\tspaced \r\n", azeer.Config{BaseURL: server.URL + "/prefix/v1", UserAgent: "desk/2"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := assign(client); err != nil {
		t.Error(err)
	}
}

func TestAssignReadsAnySuccess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status     int
		body, want string
	}{
		"as documented":          {200, `{"message":"done","success":true}`, "done"},
		"without success":        {200, `{"message":"done"}`, "done"},
		"without message":        {200, `{"success":true}`, ""},
		"with data":              {200, `{"data":{"id":1},"message":"done","success":true}`, "done"},
		"with a data array":      {201, `{"success":true,"message":"done","data":[{"agent_id":"123"}]}`, "done"},
		"with data alone":        {200, `{"data":null}`, ""},
		"an empty object":        {200, `{}`, ""},
		"an empty body":          {200, ``, ""},
		"no content":             {204, ``, ""},
		"created":                {201, `{"message":"done"}`, "done"},
		"only blanks":            {200, " \r\n\t", ""},
		"only a byte order mark": {200, "\ufeff", ""},
		"success as a word":      {200, `{"success":"True","message":"done"}`, "done"},
		"success as a number":    {200, `{"success":1,"message":"done"}`, "done"},
		"success of odd type":    {200, `{"success":[],"message":"done"}`, "done"},
		"message of odd type":    {200, `{"success":true,"message":7}`, ""},
		"a status":               {200, `{"status":200,"message":"done"}`, "done"},
		"a status in a word":     {200, `{"status":"success","message":"done"}`, "done"},
		"all well":               {200, `{"ok":true,"error":false,"errors":{},"message":"done"}`, "done"},
		"success above all":      {200, `{"success":true,"status":"error","message":"done"}`, "done"},
		"no error beside it":     {200, `{"success":true,"error":null,"errors":[],"message":"done"}`, "done"},
		"a byte order mark":      {200, "\ufeff{\"message\":\"done\"}", "done"},
		"a long message":         {200, `{"message":"` + strings.Repeat("x", 100_000) + `"}`, strings.Repeat("x", 299) + "…"},
		"tags in the message":    {200, `{"message":"<b>done</b>"}`, "done"},
		"the key in the answer":  {200, `{"message":"done with sandbox-key"}`, "done with [key]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := assign(serve(t, func(w http.ResponseWriter, r *http.Request) {
				if c.status == 204 {
					w.WriteHeader(204)
					return
				}
				says(c.status, c.body)(w, r)
			}))
			if err != nil || got.Message != c.want {
				t.Errorf("got %q, %v; want %q", got.Message, err, c.want)
			}
		})
	}
}

func TestAssignRefusedInside2xx(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, want string }{
		"success false":           {`{"success":false,"message":"no such agent"}`, "no such agent"},
		"success false, no words": {`{"success":false}`, ""},
		"success as a word":       {`{"success":"false","error":{"message":"no such agent"}}`, "no such agent"},
		"success 0":               {`{"success":0,"detail":"no such agent"}`, "no such agent"},
		"only an error":           {`{"error":"no such agent"}`, "no such agent"},
		"errors":                  {`{"data":null,"errors":[{"msg":"no such agent"}]}`, "no such agent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := assign(serve(t, says(200, c.body)))
			f := wantEffect(t, err, azeer.Refused)
			if f.Status != 200 || f.Message != c.want {
				t.Errorf("status %d, message %q; want 200, %q", f.Status, f.Message, c.want)
			}
		})
	}
}

func TestAssignUnrecognisedIsNoSuccess(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"queued":"omar","966544444444":1}`: "keys [queued, and 1 more]",
		`{"status":"error","message":"x"}`:   "keys [message, status]",
		`{"status":404,"message":"x"}`:       "keys [message, status]",
		`{"status":"Failed"}`:                "keys [status]",
		`{"status":false}`:                   "keys [status]",
		`{"ok":false,"message":"x"}`:         "keys [message, ok]",
		`{"success":"failed"}`:               "keys [success]",
		`{"data":{"success":false}}`:         "keys [data]",
		`{"message":"x","error":true}`:       "keys [error, message]",
		`{"message":"x","error":{"code":5}}`: "keys [error, message]",
		`[]`:                                 "an array of 0",
		`7`:                                  "neither object nor array",
		`null`:                               "neither object nor array",
		`"done"`:                             "neither object nor array",
		`true`:                               "neither object nor array",
		`OK`:                                 "not JSON",
		`upstream maintenance`:               "not JSON",
		`{"message":"do`:                     "not JSON",
		`{"message":"done"}{"message":"x"}`:  "not JSON",
		`<html>OK</html>`:                    "a web page",
		"\ufeff\n<!DOCTYPE html><title>Sign in</title>": "a web page",
		`<?xml version="1.0"?><ok/>`:                    "a web page",
	} {
		_, err := assign(serve(t, says(200, body)))
		f := wantEffect(t, err, azeer.Perhaps)
		if !errors.Is(err, azeer.ErrUnrecognised) || !strings.Contains(f.Error(), want) || f.Status != 0 {
			t.Errorf("%s: error is %q with status %d, want ErrUnrecognised with %q", body, err, f.Status, want)
		}
	}
}

func TestAssignRefusesBadArguments(t *testing.T) {
	t.Parallel()
	client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	for _, c := range [][2]string{
		{"", omar}, {"+966544444444", omar}, {"966544", omar}, {"9665444444441234", omar},
		{"96654444444x", omar}, {"٩٦٦٥٤٤٤٤٤٤٤٤", omar}, {"966 544444444", omar},
		{contact, ""}, {contact, " "}, {contact, omar + " "}, {contact, "\n" + omar}, {contact, "\xff"},
	} {
		_, err := client.Assign(context.Background(), c[0], c[1])
		if wantEffect(t, err, azeer.Refused); !errors.Is(err, azeer.ErrInvalid) {
			t.Errorf("%q: error is %v, want ErrInvalid", c, err)
		}
	}
}
