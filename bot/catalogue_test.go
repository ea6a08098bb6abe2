package bot

import (
	"strings"
	"testing"

	"azeer-slack/assign"
)

// Every way of being wrong and every way of ending has words of its own, with all blanks
// filled.
func TestEveryMistakeHasWords(t *testing.T) {
	b := testBot(t, loadedDesk())
	for _, kind := range assign.AllMistakeKinds() {
		id, data := mistakeText(&assign.Mistake{Kind: kind, Typed: assign.NewTyped("0544444444 x"), Example: "0544444444 omar@twerlo.com",
			Perhaps: []assign.Phone{assign.NewPhone("966544444444")}})
		text := b.texts.Text(id, data)
		if text == id || strings.Contains(text, "<no value>") {
			t.Errorf("%s: %q", kind, text)
		}
		if !strings.Contains(strings.ReplaceAll(text, " ", ""), "544444444") {
			t.Errorf("%s shows no example: %q", kind, text)
		}
	}
}

func TestEveryOutcomeHasWords(t *testing.T) {
	b := testBot(t, loadedDesk())
	kinds := []assign.OutcomeKind{assign.Assigned, assign.Refused, assign.Failed, assign.Unknown, assign.Superseded, assign.Expired}
	reasons := []assign.Reason{assign.NoReason, assign.NoSuchAgent, assign.AmbiguousAgent, assign.InactiveAgent, assign.NoEmail,
		assign.NamesUnknown, assign.PeopleAway, assign.NotFound, assign.Conflict, assign.PlanLimit, assign.KeyRefused, assign.Declined,
		assign.Busy, assign.ServerError, assign.Garbled, assign.Unreachable, assign.NoWord}
	for _, kind := range kinds {
		for _, reason := range reasons {
			a := assign.Assignment{ID: 17, Outcome: assign.Outcome{Kind: kind, Reason: reason, Said: "no such thing"},
				Request: assign.Request{Contact: assign.NewPhone("966544444444"), Agent: assign.RefEmail("omar@twerlo.com")}}
			lead, body := b.told(a)
			if id := b.outcomeText(a.Outcome); body == id || strings.HasPrefix(lead, "lead_") || strings.Contains(lead+body, "<no value>") {
				t.Errorf("%s %s: %q %q", kind, reason, lead, body)
			}
		}
	}
}
