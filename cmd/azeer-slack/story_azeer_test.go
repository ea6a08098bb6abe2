package main

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
)

// What Azeer may do, and what the person reads then.
func TestAzeersRefusalsAreExplained(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		fault azeer.Misbehaviour
		reads []string
	}{
		{"400", azeer.Misbehaviour{Status: 400, Body: `{"message":"bad platform_id"}`}, []string{"Not assigned", "bad platform_id", "Check the number"}},
		{"402", azeer.Misbehaviour{Status: 402}, []string{"Not assigned", "Your Azeer plan", "Assign again"}},
		{"404", azeer.Misbehaviour{Status: 404, Body: `{"error":{"message":"contact not found"}}`}, []string{"Not assigned", "Azeer says: “contact not found”. Check the number"}},
		{"409", azeer.Misbehaviour{Status: 409}, []string{"Not assigned", "conflicts"}},
		{"422", azeer.Misbehaviour{Status: 422, Body: `<html><b>unprocessable</b></html>`}, []string{"Not assigned", "unprocessable"}},
		{"success false", azeer.Misbehaviour{Status: 200, Body: `{"success":false,"message":"chat is closed"}`}, []string{"Not assigned", "chat is closed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := begin(t)
			w.Azeer.Next(1, c.fault)
			manager := w.person("manager")
			manager.types("#support", "/assign 0544444444 omar@twerlo.com")
			manager.reads(c.reads...)
			if n := w.calls(); n != 1 {
				t.Errorf("%d calls to Azeer: a refusal is final", n)
			}
			w.owner("966544444444", "")
		})
	}
}

// What a middlebox says is no answer of Azeer's: tried again, and in the end not known.
func TestAPageInPlaceOfAnAnswerIsNoSuccess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault azeer.Misbehaviour
		words string
	}{
		"a web page":  {azeer.Misbehaviour{Status: 200, Body: "<!DOCTYPE html><title>Sign in</title>"}, "a web page came back"},
		"half a JSON": {azeer.Misbehaviour{Status: 200, Body: `{"success":true,"mess`}, "could not read the reply"},
		"a text":      {azeer.Misbehaviour{Status: 200, Body: "upstream maintenance"}, "could not read the reply"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			w.Azeer.Always(c.fault)
			manager := w.person("manager")
			manager.types("#support", "/assign 0544444444 omar@twerlo.com")
			manager.reads("Not confirmed", c.words, "assign again")
			if n := w.calls(); n != 3 {
				t.Errorf("%d calls, want 3", n)
			}
			w.owner("966544444444", "")
		})
	}
}

func TestARefusedKeyIsTheOperatorsProblem(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403} {
		t.Run(strconv.Itoa(status), func(t *testing.T) { keyRefused(t, status) })
	}
}

func keyRefused(t *testing.T, status int) {
	w := begin(t, with("ADMIN_USERS", "U0ADMIN0001"))
	w.expectError("assignment")
	w.Azeer.Always(azeer.Misbehaviour{Status: status})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("Not assigned", "does not accept this app's key", "Assign again", "wrong, revoked or read-only")
	if len(w.logs.at("error")) == 0 {
		t.Error("nothing is logged at error level")
	}
	if ready, reasons := w.ready(); ready || !strings.Contains(reasons, "AZEER_API_KEY") {
		t.Errorf("ready %v: %s", ready, reasons)
	}
	w.Azeer.Behave()
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("now belongs to")
	if ready, reasons := w.ready(); !ready {
		t.Errorf("not ready although the key works again: %s", reasons)
	}
}

func TestPassingTroubleIsSatOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		fault azeer.Misbehaviour
		calls int
	}{
		{"429 in seconds", azeer.Misbehaviour{Status: 429, RetryAfter: "1"}, 2},
		{"503", azeer.Misbehaviour{Status: 503}, 2},
		{"500", azeer.Misbehaviour{Status: 500}, 2},
		{"502", azeer.Misbehaviour{Status: 502}, 2},
		{"connection reset before the effect", azeer.Misbehaviour{Reset: true}, 2},
		{"answer lost after the effect", azeer.Misbehaviour{LostAnswer: true}, 2},
		{"silent success", azeer.Misbehaviour{Effect: true, Status: 200, Body: " "}, 1},
		{"success that is no JSON", azeer.Misbehaviour{Effect: true, Status: 200, Body: "OK"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := begin(t)
			w.Azeer.Next(1, c.fault)
			manager := w.person("manager")
			manager.types("#support", "/assign 0544444444 omar@twerlo.com")
			manager.reads("now belongs to", "Omar Hassan")
			w.owner("966544444444", "omar@twerlo.com")
			if n := w.calls(); n != c.calls {
				t.Errorf("%d calls to Azeer, want %d", n, c.calls)
			}
		})
	}
}

func TestAnErrorEveryTimeIsNotDone(t *testing.T) {
	w := begin(t)
	w.Azeer.Always(azeer.Misbehaviour{Status: 500, Body: `{"message":"InternelError"}`})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	m := manager.reads("Not assigned", "500", "InternelError")
	if n := w.calls(); n != 3 {
		t.Errorf("%d calls to Azeer, want 3", n)
	}
	w.Azeer.Behave()
	manager.Click(m, "Assign again")
	manager.reads("now belongs to")
}

func TestNoWordAtAllIsNotKnown(t *testing.T) {
	w := begin(t, func(w *world) { w.azeerTimeout = 300 * time.Millisecond })
	w.Azeer.Always(azeer.Misbehaviour{Hang: true})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	m := manager.reads("Not confirmed", "got no reply", "assign again")
	w.Azeer.Behave()
	sara := w.person("sara")
	sara.types("#general", "/assign 0544444444 me")
	sara.reads("now belongs to")
	manager.Click(m, "Assign again")
	ask := manager.reads("A newer request: @Sara Ali", "Sara Ali (sara@twerlo.com)", "anyway")
	w.owner("966544444444", "sara@twerlo.com")
	manager.Click(ask, "Assign anyway")
	manager.reads("now belongs to", "Omar Hassan")
	w.owner("966544444444", "omar@twerlo.com")
}

// What Azeer says of a later attempt settles nothing of one whose answer was lost.
func TestALostAnswerAndThenANoIsNotKnown(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]azeer.Misbehaviour{
		"The last one was 409": {Status: 409, Body: `{"message":"assigned already"}`},
		"The last one was 429": {Status: 429, RetryAfter: "3600"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			w.Azeer.Next(1, azeer.Misbehaviour{LostAnswer: true})
			w.Azeer.Next(1, then)
			manager := w.person("manager")
			manager.types("#support", "/assign 0544444444 omar@twerlo.com")
			m := manager.reads("Not confirmed", "got no clear reply", name)
			if then.Body != "" && !strings.Contains(m.Plain(), "assigned already") {
				t.Errorf("it leaves out what Azeer says: %s", m.Plain())
			}
			w.owner("966544444444", "omar@twerlo.com")
		})
	}
}

func TestAzeerDownIsWaitedFor(t *testing.T) {
	w := begin(t)
	if err := w.Azeer.Down(true); err != nil {
		t.Fatal(err)
	}
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads(interim)
	if err := w.Azeer.Down(false); err != nil {
		t.Fatal(err)
	}
	manager.reads("now belongs to")
}

// A name that cannot be looked up is kept in the form.
func TestANameAloneOpensTheFormAlsoWithoutAList(t *testing.T) {
	w := prepare(t)
	if err := w.Azeer.Down(true); err != nil {
		t.Fatal(err)
	}
	w.run()
	manager := w.person("manager")
	manager.types("#support", "/assign Omar Hassan")
	f := manager.form()
	if !strings.Contains(f.Plain(), "You typed: Omar Hassan") {
		t.Errorf("the form reads:\n%s", f.Plain())
	}
	manager.Cancel(f)
}

// Nobody has seen the real list of agents: whatever it is wrapped in, it is read.
func TestTheAgentListIsReadInEveryShape(t *testing.T) {
	t.Parallel()
	shapes := []azeer.ListShape{azeer.ListInData, azeer.ListBare, azeer.ListOneBare, azeer.ListOneInData, azeer.ListPartial}
	for _, name := range []string{"agents", "items", "results", "rows", "list", "users", "contacts"} {
		shapes = append(shapes, azeer.ListUnder(name, false), azeer.ListUnder(name, true))
	}
	for _, shape := range shapes {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			w := prepare(t)
			w.Azeer.ListAs(shape)
			w.run()
			manager := w.person("manager")
			manager.types("#support", "/assign 0544444444")
			f := manager.form()
			if found := manager.picks(f, "agent", "om"); len(found) != 1 || found[0].Text != "Omar Hassan (omar@twerlo.com)" {
				t.Errorf("offered: %v", found)
			}
			manager.Cancel(f)
		})
	}
}

// A list that says nothing about who there is must not make every agent unknown.
func TestAListWithoutAnybodyRefusesNobody(t *testing.T) {
	t.Parallel()
	for _, shape := range []azeer.ListShape{azeer.ListEmpty, azeer.ListStrange} {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			w := prepare(t)
			w.Azeer.ListAs(shape)
			w.run()
			manager := w.person("manager")
			manager.types("#support", "/assign 0544444444 omar@twerlo.com")
			manager.reads("now belongs to", "omar@twerlo.com")
			w.owner("966544444444", "omar@twerlo.com")
		})
	}
}

// ready asks /readyz.
func (w *world) ready() (bool, string) {
	w.t.Helper()
	resp, err := http.Get("http://" + w.http() + "/readyz")
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode == http.StatusOK, string(body)
}

// http is the address that the log announced last.
func (w *world) http() string {
	w.t.Helper()
	w.untilLogged(`"message":"started"`, 1)
	for _, line := range slices.Backward(w.logs.at("info")) {
		var entry struct{ Message, HTTP string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Message == "started" {
			return entry.HTTP
		}
	}
	w.t.Fatal("the log does not say where HTTP is served")
	return ""
}
