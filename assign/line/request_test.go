package line

import (
	"errors"
	"testing"

	"azeer-slack/assign/agent"

	"pgregory.net/rapid"
)

// Requests as people give them. Most are out of public reports of chats and help desks, with
// other numbers and names: chatwoot (labels and titles beside numbers), whatsapp-web.js and
// Baileys (ids), Zulip and Rocket.Chat (emoji codes beside words), libphonenumber (labels).
func TestRequestsAreReadAsPeopleGiveThem(t *testing.T) {
	t.Parallel()
	const saudi = "966544444444"
	for text, want := range map[string]agent.Ref{
		"حوّل 0544444444 إلى عمر":                            agent.RefName("عمر"),
		"حول ٠٥٤٤٤٤٤٤٤٤ لعمر":                                agent.RefName("لعمر"), // the directory knows whether ل is a preposition
		"أسند 0544444444 لـ omar@twerlo.com":                 agent.RefEmail(omarAddress),
		"أسند العميل 0544444444 إلى omar@twerlo.com لو سمحت": agent.RefEmail(omarAddress),
		"عيّن 0544444444 لـ عمر":                             agent.RefName("عمر"),
		"سلّم 0544444444 إلى عمر":                            agent.RefName("عمر"),
		"العميل 0544444444 مع سارة":                          agent.RefName("سارة"),
		"وزّع 0544444444 على عمر":                            agent.RefName("عمر"),
		"من فضلك حول 0544444444 إلى عمر شكرًا":               agent.RefName("عمر"),
		"0544444444 omar@twerlo.com 🙏":                       agent.RefEmail(omarAddress),
		"0544444444 omar@twerlo.com :pray:":                  agent.RefEmail(omarAddress),
		":point_right: 0544444444 omar@twerlo.com":           agent.RefEmail(omarAddress),
		":point_right:0544444444 :+1::skin-tone-3: Omar":     agent.RefName("Omar"),
		"👉0544444444 Omar":                                   agent.RefName("Omar"),
		"0544444444 omar@twerlo.com pls":                     agent.RefEmail(omarAddress),
		"0544444444 omar@twerlo.com thx":                     agent.RefEmail(omarAddress),
		"0544444444 Omar thank you":                          agent.RefName("Omar"),
		"عاجل 0544444444 omar@twerlo.com":                    agent.RefEmail(omarAddress),
		"0544444444 omar@twerlo.com شكرا":                    agent.RefEmail(omarAddress),
		"phone=0544444444 agent=omar@twerlo.com":             agent.RefEmail(omarAddress),
		"assign 0544444444 to Omar":                          agent.RefName("Omar"),
		"give 0544444444 to Omar please":                     agent.RefName("Omar"),
		"can you assign 0544444444 to Omar, thanks":          agent.RefName("Omar"),
		"hand over 0544444444 to Omar":                       agent.RefName("Omar"),
		"transfer customer 0544444444 to omar@twerlo.com":    agent.RefEmail(omarAddress),
		"0544444444 WhatsApp omar@twerlo.com":                agent.RefEmail(omarAddress),
		"0544444444 (WhatsApp) omar@twerlo.com":              agent.RefEmail(omarAddress),
		"واتساب 0544444444 omar@twerlo.com":                  agent.RefEmail(omarAddress),
		"رقم الهاتف: 0544444444 omar@twerlo.com":             agent.RefEmail(omarAddress),
		"موبايل: 0544444444 omar@twerlo.com":                 agent.RefEmail(omarAddress),
		"Tel. 0544444444 omar@twerlo.com":                    agent.RefEmail(omarAddress),
		"Tel.0544444444 omar@twerlo.com":                     agent.RefEmail(omarAddress),
		"Mob: 0544444444 omar@twerlo.com":                    agent.RefEmail(omarAddress),
		"Mob:0544444444 omar@twerlo.com":                     agent.RefEmail(omarAddress),
		"Cell: 0544444444 omar@twerlo.com":                   agent.RefEmail(omarAddress),
		"Phone No. 0544444444 omar@twerlo.com":               agent.RefEmail(omarAddress),
		"للعميل 0544444444 omar@twerlo.com":                  agent.RefEmail(omarAddress),
		"جوال/0544444444 omar@twerlo.com":                    agent.RefEmail(omarAddress),
		"0544444444 agent omar":                              agent.RefName("omar"),
		"0544444444 الموظف عمر":                              agent.RefName("عمر"),
		"0544444444 @omar.hassan":                            agent.RefName("omar.hassan"),
		"0544444444 Agent 1":                                 agent.RefName("1"),
		"0544444444 Omar 3":                                  agent.RefName("Omar 3"),
		"0544444444 Hassan Omar":                             agent.RefName("Hassan Omar"),
		"0544444444 Can Yilmaz":                              agent.RefName("Can Yilmaz"),
		"966544444444@s.whatsapp.net omar@twerlo.com":        agent.RefEmail(omarAddress),
		"966544444444:12@s.whatsapp.net omar@twerlo.com":     agent.RefEmail(omarAddress),
		"966544444444@c.us omar@twerlo.com":                  agent.RefEmail(omarAddress),
		"whatsapp://send?phone=966544444444 omar@twerlo.com": agent.RefEmail(omarAddress),
		"https://wa.me/+966544444444 omar@twerlo.com":        agent.RefEmail(omarAddress),
		"tel:0544444444;phone-context=+966 omar@twerlo.com":  agent.RefEmail(omarAddress),
		"0544444444.0 omar@twerlo.com":                       agent.RefEmail(omarAddress),
		"'0544444444 omar@twerlo.com":                        agent.RefEmail(omarAddress),
		"=\"0544444444\" omar@twerlo.com":                    agent.RefEmail(omarAddress),
		"ـ0544444444 omar@twerlo.com":                        agent.RefEmail(omarAddress),
	} {
		expectLine(t, text, saudi, want)
	}
}

func TestHalvesOfRequests(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ contact, agent string }{
		"0544444444 على":    {"966544444444", ""},
		"0544444444 pls":    {"966544444444", ""},
		"0544444444 :+1:":   {"966544444444", ""},
		"0544444444 واتساب": {"966544444444", ""},
		"omar@twerlo.com 🙏": {"", "email:omar@twerlo.com"},
	} {
		got, err := Parse(text, "SA")
		if err != nil || len(got.Contacts) != min(1, len(want.contact)) || got.Agent.Encode() != want.agent {
			t.Errorf("%q: %d contacts, agent %q, %v", text, len(got.Contacts), got.Agent.Encode(), err)
		}
	}
}

func TestALineWithoutANumberSaysThatFirst(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]MistakeKind{
		"abc sara@twerlo.com":                         ContactMissing,
		"<@U012ABCDEF> sara@twerlo.com":               ContactMissing,
		"0501234567';DROP sara@twerlo.com":            PhoneLetters,
		"0544444444 omar@twerlo.com, sara@twerlo.com": ManyAgents,
	} {
		_, err := Parse(text, "SA")
		if m, _ := errors.AsType[*Mistake](err); m == nil || m.Kind != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestAFieldForTheNumberPassesWordsOver(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Khalid 0544444444": "966544444444", "0544444444 (WhatsApp)": "966544444444", "العميل خالد ٠٥٤٤٤٤٤٤٤٤": "966544444444",
		"0544444444": "966544444444", "0544444444 0555555555": "", "0544444444 omar@twerlo.com": "", "0544444444 <@U012ABCDEF>": "", "Khalid": "",
		"history of <tel:0544444444|0544444444>": "966544444444",
	} {
		got, err := ParseContact(text, "SA")
		if got.Digits() != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", text, got.Digits(), err)
		}
	}
}

func TestNamedIsWhatMayNotBePassedOver(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"sorry, I mean sara@twerlo.com": "sara@twerlo.com",
		"0555555555 sara@twerlo.com":    "0555555555 sara@twerlo.com",
		"and <@U012ABCDEF> too":         "<@U012ABCDEF>",
		"thanks, she waits since 10":    "",
	} {
		if got := Named(text); got != want {
			t.Errorf("%q names %q, want %q", text, got, want)
		}
	}
}

// What is only a label, a courtesy or an emoji is nobody's name.
func TestLabelsAndCourtesiesAreNobody(t *testing.T) {
	t.Parallel()
	var words []string
	for _, set := range []map[string]bool{labels, courtesies, towards} {
		for w := range set {
			words = append(words, w)
		}
	}
	words = append(words, ":pray:", ":+1:", ":raised_hands::skin-tone-3:", "🙏", "👉", "thank you", "من فضلك", "لو سمحت")
	rapid.Check(t, func(t *rapid.T) {
		text := "0544444444"
		for _, w := range rapid.SliceOfN(rapid.SampledFrom(words), 1, 4).Draw(t, "words") {
			if rapid.Bool().Draw(t, "behind") {
				text += " " + w
			} else {
				text = w + " " + text
			}
		}
		got, err := Parse(text, "SA")
		if err != nil || !got.Agent.IsZero() || len(got.Contacts) != 1 {
			t.Fatalf("%q: agent %q, %d contacts, %v", text, got.Agent.Encode(), len(got.Contacts), err)
		}
	})
}
