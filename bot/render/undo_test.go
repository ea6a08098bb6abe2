package render

import (
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
)

// goldenUndo gives all messages about taking an assignment back.
func goldenUndo(v Renderer) map[string]Message {
	omar, sara := to("Omar Hassan", "omar@twerlo.com"), to("Sara Ali", "sara@twerlo.com")
	done := goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: omar})
	back := goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: sara})
	back.ID, back.Undoes = 18, done.ID
	failed, open := back, back
	failed.Outcome = assign.Outcome{Kind: assign.Failed, Reason: assign.Busy, Agent: sara}
	open.Outcome = assign.Outcome{}
	unknown := open
	unknown.Outcome = assign.Outcome{Kind: assign.Unknown, Reason: assign.NoReply}
	theirs := back
	theirs.Requester, theirs.Undoes = "U0SARA", 0
	not := func(a assign.Assignment, how assign.Acceptance) Message {
		return v.NotUndone(goldenRequest, a, how, "U0MANAGER")
	}
	return map[string]Message{
		"assigned_over":        v.Outcome(done, sara),
		"undone":               v.Outcome(back, agent.Agent{}),
		"undo_failed":          v.Outcome(failed, agent.Agent{}),
		"undo_already":         not(back, assign.Repeated),
		"undo_tried":           not(failed, assign.Repeated),
		"undo_overtaken":       not(theirs, assign.Overtaken),
		"undo_overtaken_mine":  not(back, assign.Overtaken),
		"undo_overtaken_open":  not(open, assign.Overtaken),
		"undo_overtaken_maybe": not(unknown, assign.Overtaken),
		"undo_too_old":         not(assign.Assignment{}, assign.Overtaken),
	}
}

// A button's wish is for its own journal: in another, an ID may mean another contact.
func TestAnUndoOfAnotherJournalIsTooOld(t *testing.T) {
	v := testVoices(t).Default
	other := goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: to("Omar Hassan", "omar@twerlo.com")})
	other.Contact = phone.New("966555555555")
	got := v.NotUndone(goldenRequest, other, assign.Repeated, "U0MANAGER")
	if want := v.NotUndone(goldenRequest, assign.Assignment{}, assign.Overtaken, "U0MANAGER"); got.Text != want.Text {
		t.Errorf("says %q", got.Text)
	}
}

// FuzzWish: what a button may ask for names a contact and an agent, and reads as itself
// when written again.
func FuzzWish(f *testing.F) {
	for _, seed := range []string{``, `{}`, `null`, `[]`, `{"c":"966544444444","a":"email:omar@twerlo.com","n":17,"o":17}`,
		`{"c":"966544444444","a":"me:"}`, `{"c":"1","a":"name:<!channel>","n":-1}`, `{"c":5}`, `{"c":"1","a":"sms:1"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		w, agent, ok := DecodeButtonRequest(value)
		if !ok {
			return
		}
		if w.Contact == "" || agent.IsZero() {
			t.Fatalf("%q is a wish for nobody: %+v", value, w)
		}
		if again, _, ok := DecodeButtonRequest(w.Encode()); !ok || again != w {
			t.Errorf("%q reads as %+v, then as %+v", value, w, again)
		}
	})
}
