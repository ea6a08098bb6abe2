package home

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/journal/memory"

	"github.com/slack-go/slack"
)

const somebody = "U0MANAGER"

func TestOnlyHomeTabsThatWereOpenedArePublished(t *testing.T) {
	h, now := New(Config{}), time.Now()
	h.Changed(somebody, now)
	if user, _, _ := h.next(now.Add(time.Minute)); user != "" {
		t.Error("published for somebody who never opened it")
	}
	h.Enter(somebody, payload.View{}, now)
	h.Changed(somebody, now)
	h.Changed(somebody, now.Add(publishSoon/2))
	if user, _, wait := h.next(now); user != "" || wait != publishSoon {
		t.Errorf("%q, or in %s", user, wait)
	}
	if user, _, _ := h.next(now.Add(publishSoon)); user != somebody {
		t.Error("not published soon after a change")
	}
	if user, _, _ := h.next(now.Add(publishSoon)); user != "" {
		t.Error("two changes are published twice")
	}
	h.done(somebody, "h1", nil, now.Add(publishSoon))
	h.Changed(somebody, now.Add(publishSoon))
	if _, _, wait := h.next(now.Add(publishSoon)); wait != publishGap {
		t.Errorf("published again after %s, want %s", wait, publishGap)
	}
	h.Publish(somebody, time.Time{})
	if user, of, _ := h.next(now.Add(publishSoon)); user != somebody || of.hash != "h1" {
		t.Errorf("who opens it waits: %q, %q", user, of.hash)
	}
	later := now.Add(tabLife + time.Minute)
	h.Changed(somebody, later)
	if user, _, _ := h.next(later.Add(time.Minute)); user != "" {
		t.Error("published for somebody who opened it long ago")
	}
}

func TestHomeTabsAreBounded(t *testing.T) {
	h, now := New(Config{}), time.Now()
	for n := range tabsMost + 10 {
		h.Enter("U"+strconv.Itoa(n), payload.View{}, now)
	}
	for n := range tabsMost + 10 {
		h.Changed("U"+strconv.Itoa(n), now)
	}
	if n := len(h.due); n != tabsMost {
		t.Errorf("%d are kept up to date, want %d", n, tabsMost)
	}
}

func TestWhatWasLookedUpStaysForAWhile(t *testing.T) {
	h, now := New(Config{}), time.Now()
	shown := func() string {
		h.Publish(somebody, time.Time{})
		_, of, _ := h.next(now)
		return of.search.Typed
	}
	typed := render.HomeView(render.HomeSearch{Typed: "0544444444", Since: now}).PrivateMetadata
	h.Enter(somebody, payload.View{PrivateMetadata: typed}, now)
	if got := shown(); got != "0544444444" {
		t.Errorf("after a restart there is %q", got)
	}
	h.Enter(somebody, payload.View{PrivateMetadata: typed}, now.Add(searchLife+time.Minute))
	if got := shown(); got != "" {
		t.Errorf("after an hour there is still %q", got)
	}
	h.Look(somebody, payload.Action{ActionID: render.ActionSearch, Value: "0555555555"}, now)
	if got := shown(); got != "0555555555" {
		t.Errorf("after a search there is %q", got)
	}
	h.Look(somebody, payload.Action{ActionID: render.ActionClose}, now)
	if got := shown(); got != "" {
		t.Errorf("after it was closed there is %q", got)
	}
	h.Enter(somebody, payload.View{PrivateMetadata: "no JSON"}, now)
}

func TestAPublicationThatFailedIsTriedAgain(t *testing.T) {
	now, conflict := time.Now(), slack.SlackErrorResponse{Err: "hash_conflict"}
	busy, refused := slack.StatusCodeError{Code: 503}, slack.SlackErrorResponse{Err: "not_enabled"}
	for name, c := range map[string]struct {
		err  error
		wait time.Duration // -1: never
	}{
		"done": {nil, -1}, "conflict": {conflict, 0}, "busy": {busy, publishAgain}, "refused": {refused, -1}, "stopped": {errors.New("x"), -1},
	} {
		h := New(Config{})
		h.Enter(somebody, payload.View{}, now)
		gaveUp := h.done(somebody, "", c.err, now)
		at, waits := h.due[somebody]
		if waits != (c.wait >= 0) || waits && at.Sub(now) != c.wait {
			t.Errorf("%s: due %v in %s", name, waits, at.Sub(now))
		}
		if gaveUp == (waits || c.err == nil) {
			t.Errorf("%s: gave up: %v", name, gaveUp)
		}
	}
	h := New(Config{})
	h.Enter(somebody, payload.View{}, now)
	for range publishTries {
		delete(h.due, somebody)
		h.done(somebody, "", busy, now)
	}
	if _, waits := h.due[somebody]; waits {
		t.Error("tried for ever")
	}
}

// What went wrong is open as long as nobody has asked for the contact since.
func TestWhatHasBeenSeenToIsNotOpen(t *testing.T) {
	m := memory.New()
	b := New(Config{Journal: m})
	accept := func(contact string, kind assign.OutcomeKind, requester string) {
		t.Helper()
		a, _, err := m.Accept(t.Context(), assign.Request{Requester: requester, Contact: phone.New(contact), Agent: agent.RefMe()})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Finish(t.Context(), a.ID, assign.Outcome{Kind: kind, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	accept("966544444441", assign.Failed, somebody)
	accept("966544444442", assign.Refused, somebody)
	accept("966544444443", assign.Expired, somebody)
	accept("966544444444", assign.Assigned, somebody)
	accept("966544444445", assign.Failed, "U0OTHER")
	accept("966544444442", assign.Assigned, "U0OTHER")
	open, err := b.unresolved(t.Context(), somebody, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var contacts []string
	for _, a := range open {
		contacts = append(contacts, a.Contact.Digits())
	}
	if want := []string{"966544444443", "966544444441"}; !slices.Equal(contacts, want) {
		t.Errorf("open are %v, want %v", contacts, want)
	}
	if open, _ = b.unresolved(t.Context(), somebody, time.Now().Add(wrongLife+time.Hour)); len(open) != 0 {
		t.Errorf("%d are open after a week", len(open))
	}
}
