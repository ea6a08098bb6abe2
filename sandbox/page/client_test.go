package page

import (
	"encoding/json"
	"fmt"
	"testing"

	"azeer-slack/sandbox/slack"
)

func TestFormsBelongToTheTabThatAskedForThem(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.appThatOpens(formView())
	at := func(tab string) (s State) {
		if err := json.Unmarshal(d.get("/api/state?person=sara&client="+tab), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := at("one").Seq
	one, two := d.resume("sara", fmt.Sprint(before)+"&client=one", ""), d.resume("sara", fmt.Sprint(before)+"&client=two", "")
	d.must("sara", "shortcut", map[string]any{"callback": "assign_contact", "client": "one"})
	forms := *one.next("forms").Forms
	if len(forms) != 1 || len(at("one").Forms) != 1 || len(at("two").Forms) != 0 || len(d.state("sara").Forms) != 0 {
		t.Errorf("the tab that asked has %d forms, the others %d and %d", len(at("one").Forms), len(at("two").Forms), len(d.state("sara").Forms))
	}
	if out := d.act("sara", "fill", map[string]any{"view": forms[0].ID, "values": map[string]any{"contact": "2"}, "client": "two"}); out.OK {
		t.Error("another tab fills in the form")
	}
	d.must("sara", "say", map[string]any{"place": "#general", "text": "hello", "client": "two"})
	if e := two.next("forms", "message"); e.Type != "message" {
		t.Error("another tab is told of the form")
	}
	d.must("sara", "cancel", map[string]any{"view": forms[0].ID, "client": "one"})
	if forms := *one.next("forms").Forms; len(forms) != 0 {
		t.Errorf("the tab still has %v", forms)
	}
}

func TestAMentionBringsTheOfferToAddTheApp(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	s := d.listen("sara", d.state("sara").Seq)
	d.must("sara", "say", map[string]any{"place": "#vip", "text": "@azeer help"})
	s.next("message")
	offer := s.next("message").Message
	if offer.Author.Handle != "slackbot" || !offer.Ephemeral {
		t.Fatalf("told of %+v", offer)
	}
	d.must("sara", "click", map[string]any{"message": offer.ID, "action": "slackbot_add"})
	if at := s.next("place").Place; !at.Bot || at.Name != "vip" {
		t.Errorf("told of %+v", at)
	}
	if joined := s.next("message").Message; joined.Via != "join" || joined.Author.Handle != "azeer" {
		t.Errorf("told of %+v", joined)
	}
	if gone := s.next("gone").IDs; len(gone) != 1 || gone[0] != offer.ID {
		t.Errorf("gone is %v", gone)
	}
	if out := d.act("sara", "command", map[string]any{"place": "#vip", "line": "/invite @azeer"}); out.OK || out.Error == "" {
		t.Errorf("added twice: %+v", out)
	}
}
