package bot

import (
	"strings"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/bot/texts"
)

// goldenAudit gives what the audit channel reads: every way of ending, from every place.
func goldenAudit(v voice) map[string]message {
	omar := texts.Person{Name: "Omar Hassan", Email: "omar@twerlo.com"}
	messages := make(map[string]message)
	for _, a := range goldenRows()[1:9] {
		a.Outcome.At = goldenTime
		name := "audit_" + string(a.Outcome.Kind)
		if a.Undoes != 0 {
			name = "audit_undone"
		}
		messages[name] = v.audited(a, false, "Maha <!channel> Manager", omar)
	}
	a := goldenOutcome(assign.Outcome{Kind: assign.Assigned, At: goldenTime})
	messages["audit_full_phone"] = v.audited(a, true, texts.Code("U0MANAGER"), omar)
	return messages
}

func TestTheAuditShowsThreeDigitsAndMentionsNobody(t *testing.T) {
	for language, v := range testBot(t, loadedDesk()).voices.speaks {
		for name, m := range goldenAudit(v) {
			raw := encode(m)
			if strings.Contains(raw, "<@") || strings.Contains(raw, "<!channel") {
				t.Errorf("%s: %s notifies somebody: %s", language, name, raw)
			}
			if full := name == "audit_full_phone"; full != strings.Contains(strings.ReplaceAll(m.Text, " ", ""), "66544444") {
				t.Errorf("%s: %s shows %s", language, name, m.Text)
			}
		}
	}
}
