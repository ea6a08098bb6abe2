package render

import (
	"strings"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"
)

// goldenAudit gives what the audit channel reads: every way of ending, from every place.
func goldenAudit(v Renderer) map[string]Message {
	omar := texts.Person{Name: "Omar Hassan", Email: "omar@twerlo.com"}
	messages := make(map[string]Message)
	for _, a := range goldenRows()[1:9] {
		a.Outcome.At = goldenTime
		name := "audit_" + string(a.Outcome.Kind)
		if a.Undoes != 0 {
			name = "audit_undone"
		}
		messages[name] = v.Audited(a, false, "Maha <!channel> Manager", omar)
	}
	a := goldenOutcome(assign.Outcome{Kind: assign.Assigned, At: goldenTime})
	messages["audit_full_phone"] = v.Audited(a, true, texts.Code("U0MANAGER"), omar)
	return messages
}

func TestTheAuditShowsThreeDigitsAndMentionsNobody(t *testing.T) {
	for language, v := range testVoices(t).ByLanguage {
		for name, m := range goldenAudit(v) {
			raw := payload.Encode(m)
			if strings.Contains(raw, "<@") || strings.Contains(raw, "<!channel") {
				t.Errorf("%s: %s notifies somebody: %s", language, name, raw)
			}
			if full := name == "audit_full_phone"; full != strings.Contains(strings.ReplaceAll(m.Text, " ", ""), "66544444") {
				t.Errorf("%s: %s shows %s", language, name, m.Text)
			}
		}
	}
}
