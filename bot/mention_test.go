package bot

import (
	"strings"
	"testing"
	"time"
)

func TestWhatIsSaidToTheBot(t *testing.T) {
	const line = "0544444444 <mailto:omar@twerlo.com|omar@twerlo.com>"
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
		"<@U0BOT> help":                                       "help",
		"<@U0BOT> history 0544444444":                         "history 0544444444",
		"<@U0BOT>":                                            "",
		"thanks <@U0BOT>":                                     "",
		"<@U0BOT> thank you!":                                 "",
		"thank you":                                           "",
	} {
		if got := spoken(text, "U0BOT", "SA"); got != want {
			t.Errorf("%q says %q, want %q", text, got, want)
		}
	}
}

func TestTheFirstLineEndsWhereTheRegionSaysSo(t *testing.T) {
	const line = "01001234567 omar@twerlo.com"
	if got := spoken("<@U0BOT> "+line+"\nhe waits since Monday", "U0BOT", "EG"); got != line {
		t.Errorf("says %q, want %q", got, line)
	}
}

func TestAMessageKnowsWhenItWasWritten(t *testing.T) {
	if got, ok := (happening{TS: "1795340000.000100"}).written(); !ok || !got.Equal(time.UnixMicro(1795340000000100)) {
		t.Errorf("written %v", got)
	}
	for _, ts := range []string{"", "soon", "NaN", "-5.1", "1e300", "0"} {
		if _, ok := (happening{TS: ts}).written(); ok {
			t.Errorf("%q is a moment", ts)
		}
	}
}

// FuzzSpoken: nothing is said that was not written, and the bot's own mention never is.
func FuzzSpoken(f *testing.F) {
	for _, seed := range []string{"<@U0BOT> assign 0544444444 omar@twerlo.com", "x <@U0BOT|a> \n\u202b y", "<@<@U0BOT>U0BOT>", "please"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		said := spoken(text, "U0BOT", "SA")
		if strings.Contains(said, "<@U0BOT>") && !strings.Contains(text, "<@<@U0BOT") {
			t.Errorf("%q says %q", text, said)
		}
		if strings.Join(strings.Fields(said), " ") != said {
			t.Errorf("%q says %q, with blanks", text, said)
		}
	})
}
