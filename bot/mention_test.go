package bot

import (
	"strings"
	"testing"
	"time"

	"azeer-slack/bot/payload"
)

func TestWhatIsSaidToTheBot(t *testing.T) {
	const line = "0544444444 <mailto:omar@twerlo.com|omar@twerlo.com>"
	b := testHandlers(t, loadedDesk())
	for text, want := range map[string]string{
		"<@U0BOT> assign " + line:                             line,
		"<@U0BOT|azeer> assign " + line:                       line,
		"<@U0BOT>, please assign " + line:                     line,
		"<@U0BOT> " + line:                                    line,
		"<@U0BOT>: " + line + ", thank you!":                  line + ",",
		"hey <@U0BOT> could you transfer " + line:             line,
		"he waits. <@U0BOT> assign " + line:                   line,
		line + " <@U0BOT>":                                    line,
		"please assign " + line + " <@U0BOT>":                 line,
		"assign " + line + " <@U0BOT> please":                 line,
		"<@U0BOT> <@U0BOT> " + line:                           line,
		"<@U0BOT> 0544444444 <@U0OMAR>":                       "0544444444 <@U0OMAR>",
		"<@U0BOT> assign " + line + "\nhe waits since Monday": line,
		"<@U0BOT>\n" + line + "\nhe waits since Monday":       line,
		"<@U0BOT>\n0544444444\nomar@twerlo.com":               "0544444444 omar@twerlo.com",
		"<@U0BOT> عيّن " + line:                               line,
		"<@U0BOT> أسند ٠٥٤٤٤٤٤٤٤٤ إلى عمر لو سمحت":            "٠٥٤٤٤٤٤٤٤٤ إلى عمر",
		"السلام عليكم <@U0BOT> تحويل 0544444444 أنا شكرًا":    "0544444444 أنا",
		"<@U0BOT> could you assign " + line + "?":             line + "?",
		"<@U0BOT> I'd like to move " + line:                   line,
		"<@U0BOT> ممكن تسند " + line:                          line,
		"<@U0BOT> هل يمكنك أن تعيّن " + line + " من فضلك":     line,
		"<@U0BOT> أسند 0544444444 إلى رجاء":                   "0544444444 إلى رجاء",
		"<@U0BOT> help":                                       "help",
		"<@U0BOT> history 0544444444":                         "history 0544444444",
		"<@U0BOT>":                                            "",
		"thanks <@U0BOT>":                                     "",
		"<@U0BOT> thank you!":                                 "",
		"thank you":                                           "",
	} {
		if got := b.lines.requestIn(text, "U0BOT"); got != want {
			t.Errorf("%q says %q, want %q", text, got, want)
		}
	}
}

// The mention may stand between the halves. When in doubt only what stands behind counts:
// nothing may be assigned that was not said.
func TestTheHalvesMayStandAroundTheMention(t *testing.T) {
	b := testHandlers(t, loadedDesk())
	for text, want := range map[string]string{
		"0544444444 <@U0BOT> omar@twerlo.com":                                "0544444444 omar@twerlo.com",
		"assign the customer 0544444444 <@U0BOT> to omar@twerlo.com, please": "the customer 0544444444 to omar@twerlo.com,",
		"0544444444\n<@U0BOT> <@U0OMAR>":                                     "0544444444 <@U0OMAR>",
		"0544444444 <@U0BOT> me":                                             "0544444444 me",
		"0544444444 <@U0BOT> Omar Hassan":                                    "0544444444 Omar Hassan",
		"omar@twerlo.com <@U0BOT> 0544444444":                                "omar@twerlo.com 0544444444",
		"assign to <@U0OMAR> <@U0BOT> contact 0544444444":                    "to <@U0OMAR> contact 0544444444",
		"أسند العميل ٠٥٤٤٤٤٤٤٤٤ <@U0BOT> إلى ليلى أحمد":                      "العميل ٠٥٤٤٤٤٤٤٤٤ إلى ليلى أحمد",
		"0544444444 <@U0BOT> omar@twerlo.com\nhe waits since Monday":         "0544444444 omar@twerlo.com",
		"0544444444 <@U0BOT> omar@twerlo.com\n0555555555 sara@twerlo.com":    "omar@twerlo.com 0555555555 sara@twerlo.com",
		"0544444444 <@U0BOT> omar@twerlo.com\nno, sara@twerlo.com":           "omar@twerlo.com no, sara@twerlo.com",
		"<@U0OMAR> <@U0BOT> 0544444444":                                      "0544444444",
		"Omar, <@U0BOT> assign 0544444444":                                   "0544444444",
		"thanks omar! <@U0BOT> assign 0544444444":                            "0544444444",
		"assign nobody <@U0BOT> 0544444444":                                  "0544444444",
		"he waits. <@U0BOT> assign 0544444444":                               "0544444444",
		"0544444444 <@U0BOT> how are you":                                    "how are you",
		"0544444444 <@U0BOT> history":                                        "history",
		"0544444444 <@U0BOT> help":                                           "help",
		"order 0544444444 <@U0BOT> omar@twerlo.com":                          "omar@twerlo.com",
		"layla@twerlo.com has 0544444444 <@U0BOT> omar@twerlo.com":           "omar@twerlo.com",
		"0544444444 0555555555 <@U0BOT> omar@twerlo.com":                     "omar@twerlo.com",
		"0555555555 <@U0BOT> 0544444444":                                     "0544444444",
		"0555555555 <@U0BOT> 0544444444 omar@twerlo.com":                     "0544444444 omar@twerlo.com",
		"layla@twerlo.com <@U0BOT> omar@twerlo.com":                          "omar@twerlo.com",
		"0544444444 <@U0BOT> omar@":                                          "omar@",
		strings.Repeat("x ", 300) + "0544444444 <@U0BOT> omar@twerlo.com":    "omar@twerlo.com",
	} {
		if got := b.lines.requestIn(text, "U0BOT"); got != want {
			t.Errorf("%q says %q, want %q", text, got, want)
		}
	}
}

func TestTheFirstLineEndsWhereTheRegionSaysSo(t *testing.T) {
	const line = "01001234567 omar@twerlo.com"
	b := testHandlers(t, loadedDesk())
	b.lines.region = "EG"
	if got := b.lines.requestIn("<@U0BOT> "+line+"\nhe waits since Monday", "U0BOT"); got != line {
		t.Errorf("says %q, want %q", got, line)
	}
}

func TestAMessageKnowsWhenItWasWritten(t *testing.T) {
	if got, ok := (payload.Event{TS: "1795340000.000100"}).WrittenAt(); !ok || !got.Equal(time.UnixMicro(1795340000000100)) {
		t.Errorf("written %v", got)
	}
	for _, ts := range []string{"", "soon", "NaN", "-5.1", "1e300", "0"} {
		if _, ok := (payload.Event{TS: ts}).WrittenAt(); ok {
			t.Errorf("%q is a moment", ts)
		}
	}
}

// FuzzSpoken: nothing is said that was not written, and the bot's own mention never is.
func FuzzSpoken(f *testing.F) {
	for _, seed := range []string{"<@U0BOT> assign 0544444444 omar@twerlo.com", "x <@U0BOT|a> \n\u202b y", "<@<@U0BOT>U0BOT>", "please",
		"0544444444 <@U0BOT> omar@twerlo.com", "assign to omar hassan <@U0BOT> the customer 0544444444\nhe waits"} {
		f.Add(seed)
	}
	b := testHandlers(f, loadedDesk())
	f.Fuzz(func(t *testing.T, text string) {
		said := b.lines.requestIn(text, "U0BOT")
		if strings.Contains(said, "<@U0BOT>") && !strings.Contains(text, "<@<@U0BOT") {
			t.Errorf("%q says %q", text, said)
		}
		if strings.Join(strings.Fields(said), " ") != said {
			t.Errorf("%q says %q, with blanks", text, said)
		}
	})
}
