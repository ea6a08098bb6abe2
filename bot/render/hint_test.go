package render

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/sandbox/blockkit"

	"github.com/slack-go/slack"
)

var emirati = phone.New("971501234567")

// goldenComforts gives the messages about a number from abroad.
func goldenComforts(v Renderer) map[string]Message {
	a := goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: to("Omar Hassan", "omar@twerlo.com")})
	a.Contact = emirati
	mistake := sampleMistake(line.EmailNoDomain)
	return map[string]Message{
		"assigned_abroad": v.Outcome(a, agent.Agent{}),
		"mistake_abroad":  v.Mistake(mistake, Draft{Contact: "+971 50 123 4567", Agent: "omar@"}),
	}
}

// goldenForms gives forms that know something of their contact.
func goldenForms(v Renderer, from payload.Address) map[string]any {
	abroad, owned := v.Form(starting(Draft{Contact: "+971 50 123 4567"}), from), v.Form(starting(Draft{Contact: "0544444444"}), from)
	owner := goldenOutcome(assign.Outcome{Kind: assign.Assigned, At: goldenTime, Agent: to("ليلى أحمد", "layla@twerlo.com")})
	InsertLines(&owned, v.OwnerLine(owner))
	found := v.FormFound([]phone.Number{phone.New("971501234567")}, FormContent{}, from)
	InsertLines(&found, v.OwnerLine(owner))
	reassigned := v.Form(starting(Draft{Contact: "+966 54 444 4444", Reassign: true}), from)
	InsertLines(&reassigned, v.OwnerLine(owner))
	return map[string]any{"form_reassign": reassigned, "form_abroad": abroad, "form_owned": owned, "message_owned": found}
}

func TestFlags(t *testing.T) {
	speaks := testVoices(t).ByLanguage
	for digits, want := range map[string][3]string{
		"966544444444": {"", "", ""},
		"971501234567": {"🇦🇪", "United Arab Emirates", "الإمارات العربية المتحدة"},
		"201001234567": {"🇪🇬", "Egypt", "مصر"},
		"97336001234":  {"🇧🇭", "Bahrain", "البحرين"},
		"12015550123":  {"🇺🇸", "United States", "الولايات المتحدة"},
		"80012345678":  {"🌐", "", ""},
		"999":          {"", "", ""},
	} {
		for n, language := range []string{"en", "ar"} {
			got := speaks[language].contact(phone.New(digits))
			if got.Flag != want[0] || got.Country != want[n+1] {
				t.Errorf("%s in %s: %q %q", digits, language, got.Flag, got.Country)
			}
		}
	}
}

// A number that does not exist is said to be read in a country, not in a code.
func TestTheRegionHasAName(t *testing.T) {
	for language, want := range map[string]string{
		"en": "does not exist (country: Saudi Arabia, unless", "ar": "(الدولة: \u2068المملكة العربية السعودية\u2069، ما",
	} {
		v := testVoices(t).ByLanguage[language]
		_, err := line.ParsePhone("0844444444", "SA")
		if got := v.MistakeLine(err); !strings.Contains(got, want) {
			t.Errorf("%s: %q", language, got)
		}
		if got := v.regionName("001"); got != "001" {
			t.Errorf("%s: what is no country is called %q", language, got)
		}
	}
}

func TestAGroupedMenuHasAtMostFiftyOptions(t *testing.T) {
	var crowd []agent.Agent
	for i := range 70 {
		crowd = append(crowd, to("Agent "+strconv.Itoa(i), "a"+strconv.Itoa(i)+"@twerlo.com"))
	}
	v := testVoices(t).Default
	groups := v.Group(nil, crowd[60:65], v.Suggest("", crowd, false)[:MenuMost])
	if len(groups) != 2 || len(groups[0].Options) != 5 || len(groups[1].Options) != MenuMost-5 {
		t.Errorf("%d groups: %+v", len(groups), groups)
	}
}

// manyFound are n numbers as found in a message.
func manyFound(n int) (all []phone.Number) {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "05444440%02d\n05555550%02d\n", i%100, i%100)
	}
	return line.ParseList(text.String(), "SA").Contacts[:n]
}

func TestAGroupedMenuFits(t *testing.T) {
	var crowd []agent.Agent
	for i := range 200 {
		crowd = append(crowd, to(strings.Repeat("عبد الرحمن ", 20), strings.Repeat("ع", 40)+strconv.Itoa(i)+"@twerlo.com"))
	}
	v := testVoices(t).Default
	groups := v.Group(nil, crowd[10:15], v.Suggest("", crowd, false))
	raw, err := json.Marshal(slack.OptionGroupsResponse{OptionGroups: groups})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range blockkit.Options(raw) {
		t.Errorf("%s at %s", problem.Message, problem.Pointer)
	}
	if len(groups) != 2 || len(groups[0].Options) != 5 || len(raw) > menuBytes+500 {
		t.Errorf("%d groups in %d bytes", len(groups), len(raw))
	}
	seen := make(map[string]bool)
	for _, g := range groups {
		for _, o := range g.Options {
			if seen[o.Value] {
				t.Errorf("%s is offered twice", o.Value)
			}
			seen[o.Value] = true
		}
	}
}
