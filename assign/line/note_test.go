package line

import (
	"errors"
	"strings"
	"testing"

	"azeer-slack/assign/agent"
)

func TestALineMayEndWithANote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0544444444 omar@twerlo.com note: wants a refund":                                            "wants a refund",
		"0544444444 omar@twerlo.com, Note : calm them first: it is urgent":                           "calm them first: it is urgent",
		"0544444444 omar@twerlo.com\nNOTE:\n first line \n\n second\tline ":                          "first line\nsecond line",
		"0544444444 omar@twerlo.com ملاحظة: يريد استرداد المبلغ":                                     "يريد استرداد المبلغ",
		"0544444444 omar@twerlo.com \u200fملاحظه：\u2067عاجل\u2069":                                   "عاجل",
		"0544444444 omar@twerlo.com note: a &lt;b&gt; &amp; 0555555555 sara@twerlo.com":              "a <b> & 0555555555 sara@twerlo.com",
		"0544444444 omar@twerlo.com note: ask <@U0SARA|sara> in <#C0VIP|vip>, <!channel>":            "ask <@U0SARA> in #vip, @channel",
		"0544444444 omar@twerlo.com note: see <https://example.com|example.com> <tel:0555|0555> 👩‍👧": "see example.com 0555 👩‍👧",
		"0544444444 omar@twerlo.com":       "",
		"0544444444 omar@twerlo.com note:": "",
	} {
		r, err := Parse(text, "SA")
		if err != nil || len(r.Contacts) != 1 || !r.Agent.Equal(agent.RefEmail("omar@twerlo.com")) || r.Note.Reveal() != want {
			t.Errorf("%q: %v, note %q, error %v", text, r, r.Note.Reveal(), err)
		}
	}
}

func TestANoteGoesWithSeveralContacts(t *testing.T) {
	t.Parallel()
	m, err := ParseMany("0544444444 0555555555 omar@twerlo.com note: both of 0566666666's family", "SA")
	if err != nil || len(m.Contacts) != 2 || m.Note.Reveal() != "both of 0566666666's family" {
		t.Errorf("%v, note %q, error %v", m, m.Note.Reveal(), err)
	}
}

// A word that only ends so, or a name without the colon, begins no note.
func TestWhatIsNoNote(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0544444444 keynote:omar@twerlo.com", "0544444444 note omar", "0544444444 footnote: omar"} {
		if request, note := CutNote(text); request != text || note != "" {
			t.Errorf("%q: %q, %q", text, request, note)
		}
	}
}

func TestANoteHasALimit(t *testing.T) {
	t.Parallel()
	const begin = "0544444444 omar@twerlo.com note: "
	if r, err := Parse(begin+strings.Repeat("ن", MaxNote), "SA"); err != nil || r.Note.Reveal() == "" {
		t.Errorf("at the limit: %v", err)
	}
	r, err := Parse(begin+strings.Repeat("ن", MaxNote+1), "SA")
	if m, ok := errors.AsType[*Mistake](err); !ok || m.Kind != NoteTooLong || r.TypedContact != "0544444444" {
		t.Errorf("beyond it: %v, error %v", r, err)
	}
	if _, err := ParseMany("0544444444 0555555555 omar note: "+strings.Repeat("n", MaxNote+1), "SA"); err == nil {
		t.Error("beyond it, with several contacts: no error")
	}
}

func TestANoteIsMaskedInAReading(t *testing.T) {
	t.Parallel()
	r, _ := Parse("0544444444 omar@twerlo.com note: secret", "SA")
	m, _ := ParseMany("0544444444 0555555555 omar@twerlo.com note: secret", "SA")
	if text := r.Note.String() + m.Note.String(); strings.Contains(text, "secret") {
		t.Error(text)
	}
}
