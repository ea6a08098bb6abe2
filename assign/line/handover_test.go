package line

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"azeer-slack/assign/agent"
)

func TestParseHandover(t *testing.T) {
	for typed, want := range map[string]string{
		"omar@twerlo.com sara@twerlo.com":                 "email:omar@twerlo.com>email:sara@twerlo.com",
		"omar@twerlo.com to sara@twerlo.com":              "email:omar@twerlo.com>email:sara@twerlo.com",
		"<mailto:omar@twerlo.com|omar@twerlo.com> → sara": "email:omar@twerlo.com>name:sara",
		"<@U0OMAR|omar> <@U0SARA>":                        "mention:U0OMAR>mention:U0SARA",
		"<@U0OMAR> to me":                                 "mention:U0OMAR>me:",
		"me sara@twerlo.com":                              "me:>email:sara@twerlo.com",
		"omar sara":                                       "name:omar>name:sara",
		"Omar Hassan Sara Ali":                            "name:Omar>name:Hassan Sara Ali|name:Omar Hassan>name:Sara Ali|name:Omar Hassan Sara>name:Ali",
		"Omar Hassan to Sara Ali":                         "name:Omar Hassan>name:Sara Ali",
		"from Omar to Sara today":                         "name:Omar>name:Sara since 0:0",
		"omar sara since 8:00":                            "name:omar>name:sara since 8:0",
		"omar sara since 8":                               "name:omar>name:sara since 8:0",
		"omar@twerlo.com sara@twerlo.com, since 10:30 pm": "email:omar@twerlo.com>email:sara@twerlo.com since 22:30",
		"omar to sara since 12am":                         "name:omar>name:sara since 0:0",
		"من عمر إلى سارة منذ ٨:٣٠":                        "name:عمر>name:سارة since 8:30",
		"عمر سارة اليوم":                                  "name:عمر>name:سارة since 0:0",
		"عمر الى ليلى من الساعة ١٠ مساء":                  "name:عمر>name:ليلى since 22:0",
		"omar":            "",
		"":                "",
		"omar@twerlo.com": "",
		"omar@twerlo.com sara@twerlo.com layla@twerlo.com":  "",
		"0544444444 omar@twerlo.com sara@twerlo.com":        "",
		"omar to sara to layla":                             "",
		"omar sara today note: call 0544444444 first":       "name:omar>name:sara since 0:0 + call 0544444444 first",
		"omar sara since 25:00":                             "",
		"<!subteam^S0SUPPORT|@support> omar@twerlo.com":     "",
		"omar@twerlo.com to <!subteam^S0SUPPORT|@support>":  "email:omar@twerlo.com>group:S0SUPPORT|support",
		"omar <!subteam^S0SUPPORT|@support> today":          "name:omar>group:S0SUPPORT|support since 0:0",
		"<!subteam^S0SUPPORT|@support> omar@twerlo.com x@":  "",
		strings.Repeat("omar ", 400) + "to sara since 8:00": " since 8:0",
	} {
		h := ParseHandover(typed)
		var pairs []string
		for _, p := range h.Pairs {
			pairs = append(pairs, p[0].Encode()+">"+p[1].Encode())
		}
		got := strings.Join(pairs, "|")
		if h.Since.Given {
			got += fmt.Sprintf(" since %d:%d", h.Since.Hour, h.Since.Minute)
		}
		if note := h.Note.Reveal(); note != "" {
			got += " + " + note
		}
		if got != want {
			t.Errorf("%.80q reads as %q, want %q", typed, got, want)
		}
	}
}

func TestATimeOfDayIsTheLastOne(t *testing.T) {
	riyadh := time.FixedZone("", 3*60*60)
	now := time.Date(2026, 11, 22, 6, 30, 0, 0, riyadh)
	for c, want := range map[Clock]string{
		{true, 0, 0}:   "2026-11-22 00:00",
		{true, 6, 30}:  "2026-11-22 06:30",
		{true, 22, 15}: "2026-11-21 22:15",
	} {
		if got := c.Before(now).Format("2006-01-02 15:04"); got != want {
			t.Errorf("%v is %s, want %s", c, got, want)
		}
	}
}

// What two agents are read from names no others: all of their words stand in the text.
func FuzzParseHandover(f *testing.F) {
	for _, seed := range []string{"omar sara since 8:00", "من عمر إلى سارة منذ ٨:٣٠", "<@U1> → <mailto:a@b.com|a@b.com>", "a>b", "\x00 to \x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h := ParseHandover(text)
		if c := h.Since; c.Hour < 0 || c.Hour > 23 || c.Minute < 0 || c.Minute > 59 || !c.Given && c != (Clock{}) {
			t.Errorf("%q gives the time %+v", text, c)
		}
		for _, p := range h.Pairs {
			if p[0].Kind == agent.ByNothing || p[1].Kind == agent.ByNothing {
				t.Errorf("%q names nobody: %v", text, p)
			}
			for _, ref := range p {
				if _, err := agent.DecodeRef(ref.Encode()); err != nil {
					t.Errorf("%q: %v", text, err)
				}
			}
		}
	})
}
