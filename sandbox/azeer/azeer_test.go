package azeer

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"azeer-slack/sandbox/record"
)

// account is an Azeer with a caller that keeps every rule.
type account struct {
	*Account
	rec *record.Recorder
	t   *testing.T
}

func openAccount(t *testing.T) account {
	t.Helper()
	rec := record.NewRecorder()
	z, err := Start(rec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := z.Close(); err != nil {
			t.Error(err)
		}
		rec.Close()
	})
	return account{z, rec, t}
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

const rightBody = `{"platform_id":"966544444444","assigned_platform_id":"omar@twerlo.com"}`

func (a account) request(method, path, body string) *http.Request {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), method, a.BaseURL()+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+Key)
	r.Header.Set("User-Agent", "test/1")
	r.Header.Set("Content-Type", "application/json")
	return r
}

// send follows no redirect and keeps no connection.
func (a account) send(r *http.Request) (*http.Response, string, error) {
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	return answer, strings.TrimSpace(string(body)), err
}

func (a account) assigns() (*http.Response, string, error) {
	a.t.Helper()
	return a.send(a.request("POST", "/contact/assign", rightBody))
}

// answers sends a request and wants an answer with that status.
func (a account) answers(r *http.Request, status int) string {
	a.t.Helper()
	answer, body, err := a.send(r)
	if err != nil || answer.StatusCode != status {
		a.t.Fatalf("%s %s: %v %v, want status %d", r.Method, r.URL.Path, answer, err, status)
	}
	return body
}

func (a account) wantOwner(owner string) {
	a.t.Helper()
	if got := a.Owner("966544444444"); got != owner {
		a.t.Errorf("the contact belongs to %q, want %q", got, owner)
	}
}

func TestAccountAssignsAndRemembers(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	if body := a.answers(a.request("POST", "/contact/assign", rightBody), 200); !strings.Contains(body, `"success":true`) {
		t.Errorf("answered %s", body)
	}
	a.wantOwner("omar@twerlo.com")
	if err := a.WaitAssigns(t.Context(), 1); err != nil {
		t.Error(err)
	}
	c := a.Calls()[0]
	if c.Contact != "966544444444" || c.Agent != "omar@twerlo.com" || c.Status != 200 || !c.Effect {
		t.Errorf("recorded %+v", c)
	}
	if e := a.rec.Events(); len(e) != 1 || e[0].Kind != record.AzeerReceived {
		t.Errorf("timeline %+v", e)
	}
	if b := a.rec.Breaches(); len(b) != 0 {
		t.Errorf("breaches of a caller that keeps the rules: %v", b)
	}
}

func TestAccountNotesBrokenRules(t *testing.T) {
	t.Parallel()
	without := func(header string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(header, "") }
	}
	for name, c := range map[string]struct {
		method, path, body string
		change             func(*http.Request)
		status             int
		rule               record.Rule
	}{
		"no key":            {"POST", "/contact/assign", rightBody, without("Authorization"), 401, RuleHeaders},
		"no user agent":     {"GET", "/agent", "", without("User-Agent"), 200, RuleHeaders},
		"no content type":   {"POST", "/contact/assign", rightBody, without("Content-Type"), 200, RuleHeaders},
		"phone with a plus": {"POST", "/contact/assign", strings.Replace(rightBody, "966", "+966", 1), nil, 400, RuleBody},
		"national phone":    {"POST", "/contact/assign", strings.Replace(rightBody, "966", "0", 1), nil, 400, RuleBody},
		"no agent":          {"POST", "/contact/assign", strings.Replace(rightBody, "omar@twerlo.com", "", 1), nil, 400, RuleBody},
		"a third field":     {"POST", "/contact/assign", strings.Replace(rightBody, "{", `{"force":true,`, 1), nil, 400, RuleBody},
		"two bodies":        {"POST", "/contact/assign", rightBody + rightBody, nil, 400, RuleBody},
		"a stray bracket":   {"POST", "/contact/assign", rightBody + "]", nil, 400, RuleBody},
		"no JSON":           {"POST", "/contact/assign", "platform_id=1", nil, 400, RuleBody},
		"wrong method":      {"PUT", "/contact/assign", rightBody, nil, 404, RulePath},
		"unknown path":      {"GET", "/contacts", "", nil, 404, RulePath},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openAccount(t)
			r := a.request(c.method, c.path, c.body)
			if c.change != nil {
				c.change(r)
			}
			a.answers(r, c.status)
			if b := a.rec.Breaches(); len(b) != 1 || b[0].Rule != c.rule || b[0].Side != "azeer" {
				t.Errorf("breaches %v, want one of %s", b, c.rule)
			}
		})
	}
}

func TestAccountRefuses(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	a.KnowOnly("966555555555")
	a.answers(a.request("POST", "/contact/assign", rightBody), 404)
	a.KnowOnly("966544444444")
	a.answers(a.request("POST", "/contact/assign", rightBody), 200)
	a.ChangeKey("another")
	a.answers(a.request("POST", "/contact/assign", strings.Replace(rightBody, "omar", "sara", 1)), 401)
	a.wantOwner("omar@twerlo.com")
}

func TestAccountReadsAgents(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	for _, id := range []string{"3", "layla@twerlo.com"} {
		if body := a.answers(a.request("GET", "/agent/"+id, ""), 200); !strings.Contains(body, "ليلى أحمد") {
			t.Errorf("agent %s: %s", id, body)
		}
	}
	a.answers(a.request("GET", "/agent/nobody@twerlo.com", ""), 404)
	a.AddAgent(Agent{PlatformID: "new@twerlo.com"})
	if body := a.answers(a.request("GET", "/agent", ""), 200); !strings.Contains(body, "new@twerlo.com") || !strings.Contains(body, `"inactive"`) {
		t.Errorf("listed %s", body)
	}
}

func TestAccountListsInEveryShape(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	for shape, want := range map[ListShape]string{
		ListInData: "data message success", ListNested: "data success", ListTop: "items",
		ListOneInData: "data success", ListEmpty: "data success", ListPartial: "data success total", ListStrange: "answer",
	} {
		a.ListAs(shape)
		var answer map[string]any
		if err := json.Unmarshal([]byte(a.answers(a.request("GET", "/agent", ""), 200)), &answer); err != nil {
			t.Fatalf("%s: %v", shape, err)
		}
		if keys := strings.Join(slices.Sorted(maps.Keys(answer)), " "); keys != want {
			t.Errorf("%s has the keys %s, want %s", shape, keys, want)
		}
	}
	for shape, begin := range map[ListShape]string{ListBare: `[{`, ListOneBare: `{"business_id"`} {
		a.ListAs(shape)
		if body := a.answers(a.request("GET", "/agent", ""), 200); !strings.HasPrefix(body, begin) {
			t.Errorf("%s: %s", shape, body)
		}
	}
	a.ListAs(ListOneBare)
	a.SetAgents()
	if body := a.answers(a.request("GET", "/agent", ""), 200); body != "null" {
		t.Errorf("one agent of none: %s", body)
	}
}

func TestAccountAnswersAsOrdered(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	a.Next(1, Misbehaviour{Status: 429, RetryAfter: "7", Body: "<p>slow down</p>"})
	answer, body, err := a.assigns()
	if err != nil || answer.StatusCode != 429 || answer.Header.Get("Retry-After") != "7" || body != "<p>slow down</p>" {
		t.Errorf("%v %q %v", answer, body, err)
	}
	a.Next(1, Misbehaviour{Status: 307, Location: "http://127.0.0.2:1/"})
	if answer, _, err = a.assigns(); err != nil || answer.Header.Get("Location") != "http://127.0.0.2:1/" {
		t.Errorf("%v %v", answer, err)
	}
	a.wantOwner("")
	a.Next(1, Misbehaviour{Status: 502, Effect: true})
	a.answers(a.request("POST", "/contact/assign", rightBody), 502)
	a.wantOwner("omar@twerlo.com")
}

func TestAccountMisbehavesAsOftenAsOrdered(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	a.Always(Misbehaviour{Status: 500})
	a.Next(2, Misbehaviour{Status: 503})
	a.NextLists(1, Misbehaviour{Body: "[nonsense"})
	var got []int
	for range 4 {
		answer, _, err := a.assigns()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, answer.StatusCode)
	}
	a.Behave()
	a.answers(a.request("POST", "/contact/assign", rightBody), 200)
	if !slices.Equal(got, []int{503, 503, 500, 500}) {
		t.Errorf("answered %v", got)
	}
	if body := a.answers(a.request("GET", "/agent", ""), 200); !strings.HasPrefix(body, `{"data"`) {
		t.Errorf("Behave left orders for lists behind: %s", body)
	}
}

func TestAccountLosesConnections(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m     Misbehaviour
		want  error
		owner string
	}{
		"reset before anything is done": {Misbehaviour{Reset: true}, syscall.ECONNRESET, ""},
		"answer lost after the effect":  {Misbehaviour{LostAnswer: true}, syscall.ECONNRESET, "omar@twerlo.com"},
		"answer cut short":              {Misbehaviour{Cut: true, Body: "{"}, io.ErrUnexpectedEOF, ""},
		"answer cut after the effect":   {Misbehaviour{Cut: true, Effect: true}, io.ErrUnexpectedEOF, "omar@twerlo.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openAccount(t)
			a.Next(1, c.m)
			if _, _, err := a.assigns(); !errors.Is(err, c.want) {
				t.Errorf("the caller saw %v, want %v", err, c.want)
			}
			a.wantOwner(c.owner)
			if calls := a.Calls(); len(calls) != 1 || calls[0].Effect != (c.owner != "") {
				t.Errorf("calls %+v", calls)
			}
		})
	}
}

// held starts a call that misbehaves and returns, once Azeer has it, where its end will be told.
func (a account) held(ctx context.Context, m Misbehaviour) <-chan error {
	a.t.Helper()
	a.Next(1, m)
	end := make(chan error, 1)
	r := a.request("POST", "/contact/assign", rightBody).WithContext(ctx)
	go func() {
		_, _, err := a.send(r)
		end <- err
	}()
	if err := a.WaitCalls(a.t.Context(), 1); err != nil {
		a.t.Fatal(err)
	}
	return end
}

func TestAccountHangs(t *testing.T) {
	t.Parallel()
	t.Run("until the caller gives up", func(t *testing.T) {
		t.Parallel()
		a := openAccount(t)
		ctx, cancel := context.WithCancel(t.Context())
		end := a.held(ctx, Misbehaviour{Hang: true})
		cancel()
		if err := <-end; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		a.wantOwner("")
	})
	t.Run("until it behaves", func(t *testing.T) {
		t.Parallel()
		a := openAccount(t)
		end := a.held(t.Context(), Misbehaviour{Hang: true})
		a.Behave()
		if err := <-end; !errors.Is(err, io.EOF) {
			t.Error(err)
		}
		a.wantOwner("")
	})
	t.Run("until it goes down", func(t *testing.T) {
		t.Parallel()
		a := openAccount(t)
		end := a.held(t.Context(), Misbehaviour{Hang: true})
		if err := a.Down(true); err != nil {
			t.Error(err)
		}
		if err := <-end; err == nil {
			t.Error("a call that hung was answered")
		}
	})
}

func TestAccountIsSlowUntilItBehaves(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	end := a.held(t.Context(), Misbehaviour{Latency: time.Hour})
	a.Behave()
	if err := <-end; err != nil {
		t.Error(err)
	}
	a.wantOwner("omar@twerlo.com")
}

func TestAccountGoesDownAndComesBackOnTheSameAddress(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	before := a.BaseURL()
	if err := a.Down(true); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.assigns(); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("while down: %v", err)
	}
	if err := a.Down(false); err != nil {
		t.Fatal(err)
	}
	if a.BaseURL() != before {
		t.Errorf("came back at %s, was %s", a.BaseURL(), before)
	}
	a.answers(a.request("POST", "/contact/assign", rightBody), 200)
}

func TestAccountOnlySlowAnswersAsItShould(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	a.Next(1, Misbehaviour{Latency: time.Millisecond})
	a.answers(a.request("POST", "/contact/assign", rightBody), 200)
	a.wantOwner("omar@twerlo.com")
	a.Next(1, Misbehaviour{Latency: time.Millisecond, Status: 503})
	a.answers(a.request("POST", "/contact/assign", strings.Replace(rightBody, "omar", "sara", 1)), 503)
	a.wantOwner("omar@twerlo.com")
}

func TestAccountDoesNothingForASlowCallGivenUp(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	ctx, cancel := context.WithCancel(t.Context())
	end := a.held(ctx, Misbehaviour{Latency: time.Hour})
	cancel()
	if err := <-end; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := a.Down(true); err != nil { // waits for the call to be over
		t.Error(err)
	}
	a.wantOwner("")
	if c := a.Calls(); len(c) != 1 || c[0].Status != 0 || c[0].Effect {
		t.Errorf("recorded %+v", c)
	}
}

func TestAccountAnswersFieldByField(t *testing.T) {
	t.Parallel()
	const date = "Sun, 22 Nov 2026 22:10:00 GMT"
	for name, c := range map[string]struct {
		m      Misbehaviour
		status int
		body   string
	}{
		"body alone":          {Misbehaviour{Body: `{"success":false}`}, 200, `{"success":false}`},
		"retry after a date":  {Misbehaviour{RetryAfter: date}, 200, ""},
		"location alone":      {Misbehaviour{Location: "http://127.0.0.2:1/"}, 200, ""},
		"status without body": {Misbehaviour{Status: 401}, 401, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openAccount(t)
			a.Next(1, c.m)
			answer, body, err := a.assigns()
			if err != nil || answer.StatusCode != c.status || body != c.body {
				t.Fatalf("%v %q %v", answer, body, err)
			}
			if h := answer.Header; h.Get("Retry-After") != c.m.RetryAfter || h.Get("Location") != c.m.Location {
				t.Errorf("headers %v", h)
			}
			if calls := a.Calls(); calls[0].Status != c.status || calls[0].Effect {
				t.Errorf("recorded %+v", calls[0])
			}
			a.wantOwner("")
		})
	}
}

func TestAccountRecordsWhatItAnsweredAndNotWhatItDid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m      Misbehaviour
		status int
	}{
		"an error after the effect":  {Misbehaviour{Status: 500, Effect: true}, 500},
		"an answer that was lost":    {Misbehaviour{LostAnswer: true}, 0},
		"nonsense after the effect":  {Misbehaviour{Body: "?", Effect: true}, 200},
		"an answer cut after effect": {Misbehaviour{Status: 202, Cut: true, Effect: true}, 202},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openAccount(t)
			a.Next(1, c.m)
			_, _, _ = a.assigns()
			if calls := a.Calls(); len(calls) != 1 || calls[0].Status != c.status || !calls[0].Effect {
				t.Errorf("recorded %+v", calls)
			}
			a.wantOwner("omar@twerlo.com")
		})
	}
}

func TestAccountMisbehavesOnlyForWhoeverMayWrite(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	a.Always(Misbehaviour{Status: 500, Effect: true})
	r := a.request("POST", "/contact/assign", rightBody)
	r.Header.Set("Authorization", "Bearer other-key")
	r.Header.Set("User-Agent", "")
	a.answers(r, 500)
	a.wantOwner("")
	if b := a.rec.Breaches(); len(b) != 1 || b[0].Rule != RuleHeaders {
		t.Errorf("breaches %v: a misbehaving Azeer looks at headers all the same", b)
	}
}

func TestAccountListsMisbehaveApartFromAssignments(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	a.AlwaysLists(Misbehaviour{Status: 503})
	a.NextLists(1, Misbehaviour{Reset: true})
	if _, _, err := a.send(a.request("GET", "/agent", "")); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the caller saw %v", err)
	}
	a.answers(a.request("GET", "/agent", ""), 503)
	a.answers(a.request("GET", "/agent", ""), 503)
	a.answers(a.request("GET", "/agent/1", ""), 200)
	a.answers(a.request("POST", "/contact/assign", rightBody), 200)
	a.Behave()
	a.answers(a.request("GET", "/agent", ""), 200)
}

func TestAccountWaitsForTheCallsAskedFor(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	a.answers(a.request("GET", "/agent", ""), 200)
	if err := a.WaitCalls(t.Context(), 1); err != nil {
		t.Error(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.WaitAssigns(over, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a list counts as an assignment: %v", err)
	}
	if err := a.WaitCalls(over, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("one call counts twice: %v", err)
	}
	met := make(chan error, 1)
	go func() { met <- a.WaitAssigns(t.Context(), 1) }()
	a.answers(a.request("POST", "/contact/assign", rightBody), 200)
	if err := <-met; err != nil {
		t.Error(err)
	}
}

func TestAccountNumbersNewAgents(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	a.SetAgents(Agent{ID: 2, PlatformID: "sara@twerlo.com"}, Agent{ID: 7, PlatformID: "omar@twerlo.com"})
	a.AddAgent(Agent{PlatformID: "layla@twerlo.com"})
	if got := a.Agents(); len(got) != 3 || got[2].ID != 8 {
		t.Errorf("agents %+v", got)
	}
}

func TestAccountDownAndUpTwiceIsNoMistake(t *testing.T) {
	t.Parallel()
	a := openAccount(t)
	for _, down := range []bool{false, true, true, false, false} {
		if err := a.Down(down); err != nil {
			t.Errorf("Down(%v): %v", down, err)
		}
	}
	a.answers(a.request("POST", "/contact/assign", rightBody), 200)
}

// TestAccountCloseLeavesNoCall is not parallel: it looks at the goroutines of every Azeer.
func TestAccountCloseLeavesNoCall(t *testing.T) {
	rec := record.NewRecorder()
	defer rec.Close()
	z, err := Start(rec)
	if err != nil {
		t.Fatal(err)
	}
	a := account{z, rec, t}
	a.Always(Misbehaviour{Latency: time.Hour})
	slow := a.held(t.Context(), Misbehaviour{Latency: time.Hour})
	hung := make(chan error, 1)
	a.NextLists(1, Misbehaviour{Hang: true})
	r := a.request("GET", "/agent", "")
	go func() {
		_, _, err := a.send(r)
		hung <- err
	}()
	if err := z.WaitCalls(testContext(t), 2); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Error(err)
	}
	for _, end := range []<-chan error{slow, hung} {
		if err := <-end; err == nil {
			t.Error("a call was answered by an Azeer that is closed")
		}
	}
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	if strings.Contains(string(stacks), "azeer.(*Account)") {
		t.Errorf("left over:\n%s", stacks)
	}
	if err := z.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}
