package texts

import (
	"strings"
	"testing"
)

func TestWhatIsFilledInIsIsolated(t *testing.T) {
	for _, c := range []struct {
		language string
		value    any
		want     string
	}{
		{"en", "+966 54 444 4444", "You typed: +966 54 444 4444"},
		{"en", "ليلى", "You typed: \u2068ليلى\u2069"},
		{"en", Person{"ليلى أحمد", "layla@twerlo.com"}, "You typed: \u2068ليلى أحمد\u2069 (layla@twerlo.com)"},
		{"en", Person{"", "layla@twerlo.com"}, "You typed: layla@twerlo.com"},
		{"en", []string{"a", "b"}, "You typed: a, b"},
		{"en", Code("/assign `x`"), "You typed: `/assign 'x'`"},
		{"en", Mention("U1"), "You typed: <@U1>"},
		{"en", 12, "You typed: 12"},
		{"ar", "+966 54 444 4444", "ما كتبته: \u2066+966 54 444 4444\u2069"},
		{"ar", "omar@twerlo.com", "ما كتبته: \u2066omar@twerlo.com\u2069"},
		{"ar", "ليلى", "ما كتبته: \u2068ليلى\u2069"},
		{"ar", Person{"Omar <b>", "omar@twerlo.com"}, "ما كتبته: \u2066Omar &lt;b&gt;\u2069 (\u2066omar@twerlo.com\u2069)"},
		{"ar", []Markup{Mention("U1"), Mention("U2")}, "ما كتبته: \u2068<@U1>\u2069، \u2068<@U2>\u2069"},
		{"ar", Code("/assign"), "ما كتبته:\u2066 `/assign` \u2069"},
		{"ar", Code("/assign سجل 0544444444"), "ما كتبته:\u2066 `/assign سجل\u200e 0544444444` \u2069"}, // the number to the right, as it is typed
		{"ar", Code("/assign ليلى أحمد"), "ما كتبته:\u2066 `/assign ليلى أحمد` \u2069"},
		{"ar", 12, "ما كتبته: \u206612\u2069"},
		// What was typed can neither end its isolate nor turn the rest around.
		{"ar", Typed("1\u20692\u202e3"), "ما كتبته: \u2066123\u2069"},
		{"en", Typed("ل\u2069\u202e3"), "You typed: \u2068ل3\u2069"},
	} {
		if got := printer(t, c.language).Text("form_typed", Data{"Typed": c.value}); got != c.want {
			t.Errorf("%s %#v: %q, want %q", c.language, c.value, got, c.want)
		}
	}
}

func TestALineThatBeginsWithAnAddressIsTurned(t *testing.T) {
	p := printer(t, "ar")
	for text, want := range map[string]string{
		"✅ *تم.*":                   "✅ *تم.*",
		"\u2066omar@x.com\u2069 تم": "\u200f\u2066omar@x.com\u2069 تم",
		"تم\n12\nAzeer":             "تم\n\u200f12\n\u200fAzeer",
		"":                          "",
	} {
		if got := p.turn(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := printer(t, "en").turn("+966 ليلى"); got != "+966 ليلى" {
		t.Errorf("English is turned: %q", got)
	}
}

func TestWhatWasTypedStandsInTheQuotesOfTheLanguage(t *testing.T) {
	for language, want := range map[string]string{"ar": "«\u2066<b>\u2069»", "en": "“<b>”"} {
		p := printer(t, language)
		if got := p.value(Quoted("<b>"), plain); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
		if got := p.value(Quoted("<b>"), mrkdwn); got != strings.Replace(want, "<b>", "&lt;b&gt;", 1) {
			t.Errorf("%s: %q is not escaped", language, got)
		}
	}
}

func TestOpenIsolatesAreEnded(t *testing.T) {
	for text, want := range map[string]string{"": "", "a": "", "\u2066a": "\u2069", "\u2066a\u2069": "", "\u2069\u2068\u2066": "\u2069\u2069"} {
		if got := string(Open([]rune(text))); got != want {
			t.Errorf("%q needs %q, got %q", text, want, got)
		}
	}
}

func TestTheLanguageOfALocale(t *testing.T) {
	for locale, want := range map[string]string{"ar-SA": "ar", "ar": "ar", "en-GB": "en", "en_US": "en", "fr-FR": "fr", "": "", "?": "", "und": ""} {
		if got := Language(locale); got != want {
			t.Errorf("%q is %q, want %q", locale, got, want)
		}
	}
}

// Slack takes for quoted only what begins with its sign, before which nothing may stand.
func TestAQuotedLineStaysQuoted(t *testing.T) {
	p := Printer{rtl: true}
	for text, want := range map[string]string{
		"> VIP":        "> " + rlm + "VIP",
		"هذا\n> VIP":   "هذا\n> " + rlm + "VIP",
		"> مهم":        "> مهم",
		"omar > sara":  rlm + "omar > sara",
		"> VIP\n> Two": "> " + rlm + "VIP\n> " + rlm + "Two",
	} {
		if got := p.turn(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
