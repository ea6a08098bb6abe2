package inbox

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/internal/health"
)

// inboxAt gives an inbox whose Azeer is handler.
func inboxAt(t *testing.T, handler http.HandlerFunc) (*Inbox, *health.Metrics) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return inboxOver(t, server.URL+"/v1")
}

func inboxOver(t *testing.T, base string) (*Inbox, *health.Metrics) {
	t.Helper()
	m := health.NewMetrics()
	in, err := New(Config{Key: "key", BaseURL: base, Concurrency: 8, Measure: m.Azeer})
	if err != nil {
		t.Fatal(err)
	}
	return in, m
}

func scrape(m *health.Metrics) string {
	w := httptest.NewRecorder()
	health.NewHandler(m, func() []string { return nil }).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

var (
	contact = phone.New("966544444444")
	omar    = agent.Agent{PlatformID: agent.NewEmail("omar@twerlo.com"), Name: "Omar Hassan"}
)

func TestAssignSendsWhatWasMeant(t *testing.T) {
	t.Parallel()
	in, _ := inboxAt(t, func(w http.ResponseWriter, r *http.Request) {
		var body map[string]string
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		if body["platform_id"] != "966544444444" || body["assigned_platform_id"] != "omar@twerlo.com" {
			t.Errorf("body is %v", body)
		}
		_, _ = io.WriteString(w, `{"message":"assignment completed successfully","success":true}`)
	})
	if err := in.Assign(t.Context(), contact, omar); err != nil {
		t.Error(err)
	}
}

func TestFaultsFollowTheRetryRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		status  int
		body    string
		header  string
		effect  assign.Effect
		reason  assign.Reason
		asSaid  int // status in the fault
		waiting time.Duration
	}{
		{name: "400", status: 400, effect: assign.Never, reason: assign.NotFound, asSaid: 400},
		{name: "401", status: 401, effect: assign.Never, reason: assign.KeyRefused, asSaid: 401},
		{name: "402", status: 402, effect: assign.Never, reason: assign.PlanLimit, asSaid: 402},
		{name: "403", status: 403, effect: assign.Never, reason: assign.KeyRefused, asSaid: 403},
		{name: "404", status: 404, effect: assign.Never, reason: assign.NotFound, asSaid: 404},
		{name: "409", status: 409, effect: assign.Never, reason: assign.Conflict, asSaid: 409},
		{name: "418", status: 418, effect: assign.Never, reason: assign.Declined, asSaid: 418},
		{name: "422", status: 422, effect: assign.Never, reason: assign.NotFound, asSaid: 422},
		{name: "429", status: 429, header: "7", effect: assign.NotDone, reason: assign.Busy, asSaid: 429, waiting: 7 * time.Second},
		{name: "500", status: 500, effect: assign.Perhaps, reason: assign.ServerError, asSaid: 500},
		{name: "502", status: 502, effect: assign.Perhaps, reason: assign.ServerError, asSaid: 502},
		{name: "503", status: 503, effect: assign.NotDone, reason: assign.Busy, asSaid: 503},
		{name: "504", status: 504, effect: assign.Perhaps, reason: assign.ServerError, asSaid: 504},
		{name: "200 that says no", status: 200, body: `{"success":false,"message":"no such agent"}`, effect: assign.Never, reason: assign.Declined, asSaid: 200},
		{name: "200 that nobody understands", status: 200, body: `{"weather":"fine"}`, effect: assign.Perhaps, reason: assign.Garbled},
		{name: "a redirect", status: 302, effect: assign.Never, reason: assign.Garbled, asSaid: 302},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in, _ := inboxAt(t, func(w http.ResponseWriter, _ *http.Request) {
				if c.header != "" {
					w.Header().Set("Retry-After", c.header)
				}
				w.Header().Set("Location", "https://elsewhere.example/")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			fault := faultIn(t, in.Assign(t.Context(), contact, omar))
			if fault.Effect != c.effect || fault.Reason != c.reason || fault.Status != c.asSaid || fault.RetryAfter != c.waiting {
				t.Errorf("fault is %+v", fault)
			}
			if c.status == 200 && strings.Contains(c.body, "no such agent") && fault.Said != "no such agent" {
				t.Errorf("said %q", fault.Said)
			}
		})
	}
}

func faultIn(t *testing.T, err error) *assign.Fault {
	t.Helper()
	fault, ok := err.(*assign.Fault)
	if !ok {
		t.Fatalf("error is %T (%v), want a *assign.Fault itself", err, err)
	}
	return fault
}

func TestFaultsWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	t.Run("nobody listens: surely not done", func(t *testing.T) {
		t.Parallel()
		closed, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_ = closed.Close()
		in, m := inboxOver(t, "http://"+closed.Addr().String())
		fault := faultIn(t, in.Assign(t.Context(), contact, omar))
		if fault.Effect != assign.NotDone || fault.Reason != assign.Unreachable {
			t.Errorf("fault is %+v", fault)
		}
		if page := scrape(m); !strings.Contains(page, `azeer_slack_azeer_call_seconds_count{endpoint="assign",status="error"} 1`) {
			t.Error("the call is not counted as an error")
		}
	})
	t.Run("the connection breaks after sending: perhaps done", func(t *testing.T) {
		t.Parallel()
		in, _ := inboxAt(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		fault := faultIn(t, in.Assign(t.Context(), contact, omar))
		if fault.Effect != assign.Perhaps || fault.Reason != assign.NoReply || fault.Status != 0 {
			t.Errorf("fault is %+v", fault)
		}
	})
	t.Run("a bad phone is never sent", func(t *testing.T) {
		t.Parallel()
		in, _ := inboxAt(t, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
		fault := faultIn(t, in.Assign(t.Context(), phone.New("12"), omar))
		if fault.Effect != assign.Never || fault.Reason != assign.NotFound {
			t.Errorf("fault is %+v", fault)
		}
	})
}

func TestEndpointsNameNobody(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/v1/contact/assign": "assign", "/v1/agent": "agents", "/v1/agent/omar@twerlo.com": "agent", "/v1/else": "other",
	} {
		if got := endpointOf(httptest.NewRequest(http.MethodGet, path, nil)); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}

func TestAgentsInTheWordsOfAssign(t *testing.T) {
	t.Parallel()
	in, m := inboxAt(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"success":true,"total":9,"data":[
			{"id":1,"platform_id":"omar@twerlo.com","name":"Omar Hassan","status":"active"},
			{"id":2,"platform_id":"7001","email":"sara@twerlo.com","status":"inactive"}]}`)
	})
	agents, partial, err := in.Agents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(agents) != 2 || !partial {
		t.Fatalf("%d agents, partial %v; want 2, true", len(agents), partial)
	}
	first, second := agents[0], agents[1]
	if first.PlatformID.Reveal() != "omar@twerlo.com" || first.Email.Reveal() != "omar@twerlo.com" || first.Name != "Omar Hassan" || first.Inactive {
		t.Errorf("first is %+v", first)
	}
	if second.PlatformID.Reveal() != "7001" || second.Email.Reveal() != "sara@twerlo.com" || second.Name != "sara@twerlo.com" || !second.Inactive {
		t.Errorf("second is %+v", second)
	}
	if page := scrape(m); !strings.Contains(page, `azeer_slack_azeer_call_seconds_count{endpoint="agents",status="200"} 1`) {
		t.Error("the call is not counted")
	}
}

func TestARefusedKeyIsKnownUntilItIsTakenAgain(t *testing.T) {
	t.Parallel()
	status := make(chan int, 1)
	in, _ := inboxAt(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(<-status)
		_, _ = io.WriteString(w, `[]`)
	})
	for _, step := range []struct {
		status  int
		read    bool
		refused string
	}{
		{200, true, ""},
		{403, false, "assigning (status 403)"},
		{200, true, "assigning (status 403)"}, // a key for reading only
		{401, true, "reading agents (status 401)"},
		{404, false, "reading agents (status 401)"}, // an answer about something else: the key was taken
		{200, true, ""},
	} {
		status <- step.status
		if step.read {
			_, _, _ = in.Agents(t.Context())
		} else {
			_ = in.Assign(t.Context(), contact, omar)
		}
		got := in.Refused()
		if step.refused == "" && got != "" || !strings.Contains(got, step.refused) {
			t.Errorf("after %d, refused is %q, want %q", step.status, got, step.refused)
		}
	}
}
