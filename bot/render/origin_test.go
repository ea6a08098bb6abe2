package render

import (
	"strings"
	"testing"

	"azeer-slack/bot/payload"
)

func TestASourceIsToldInWords(t *testing.T) {
	speaks := testVoices(t).ByLanguage
	for origin, want := range map[string][2]string{
		"command C0SUPPORT":  {"/assign in <#C0SUPPORT>", "\u2066/assign\u2069 \u2068في \u2068<#C0SUPPORT>\u2069\u2069"},
		"command D0DIRECT1":  {"/assign in a direct message", "\u2066/assign\u2069 \u2068في رسالة مباشرة\u2069"},
		"form C0SUPPORT":     {"with the form in <#C0SUPPORT>", "بالنموذج"},
		"form":               {"with the form", "بالنموذج"},
		"message C0SUPPORT":  {"from a message in <#C0SUPPORT>", "من رسالة"},
		"mention C0SUPPORT":  {"by mention in <#C0SUPPORT>", "بإشارة إلى التطبيق"},
		"button C0SUPPORT":   {"with a button in <#C0SUPPORT>", "بزر"},
		"handover C0SUPPORT": {"as a handover in <#C0SUPPORT>", "بتسليم العملاء"},
		"workflow":           {"in a workflow", "في سير عمل"},
		"home":               {"on the Home tab", "من الصفحة الرئيسية للتطبيق"},
		"":                   {},
		"hologram C0X":       {},
	} {
		for i, language := range []string{"en", "ar"} {
			got := string(speaks[language].from(payload.DecodeOrigin(origin)))
			if want[i] == "" && got != "" || !strings.Contains(got, want[i]) || language == "en" && got != want[i] {
				t.Errorf("%q in %s: %q, want %q", origin, language, got, want[i])
			}
		}
	}
}

// FuzzSource: what can be read reads as itself when written again, and is told without
// markup that it did not make.
func FuzzSource(f *testing.F) {
	for _, seed := range []string{"", "home", "command C0SUPPORT", "form <!channel>", "button  C1 ", "mention D1|<@U1>", "command \x00"} {
		f.Add(seed)
	}
	v := testVoices(f).Default
	f.Fuzz(func(t *testing.T, origin string) {
		s := payload.DecodeOrigin(origin)
		again := payload.DecodeOrigin(s.Encode())
		if again != s {
			t.Errorf("%q reads as %+v, then as %+v", origin, s, again)
		}
		if told := string(v.from(s)); strings.Contains(told, "<!") || strings.Contains(told, "<@") {
			t.Errorf("%q is told as %q", origin, told)
		}
	})
}
