package line

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestSeveralContactsInALine(t *testing.T) {
	for typed, want := range map[string]string{
		"0544444444 0555555555 omar@twerlo.com":                                                                "[…444 …555] 0 [] o…@twerlo.com",
		"0544444444, 0555555555 omar@twerlo.com":                                                               "[…444 …555] 0 [] o…@twerlo.com",
		"0544444444،0555555555 omar@twerlo.com":                                                                "[…444 …555] 0 [] o…@twerlo.com",
		"0544444444\n0555555555\nomar@twerlo.com":                                                              "[…444 …555] 0 [] o…@twerlo.com",
		"0544444444 and 0555555555 to omar@twerlo.com":                                                         "[…444 …555] 0 [] o…@twerlo.com",
		"<tel:0544444444|0544444444> and <tel:0555555555|0555555555> <mailto:omar@twerlo.com|omar@twerlo.com>": "[…444 …555] 0 [] o…@twerlo.com",
		"٠٥٤٤٤٤٤٤٤٤ و٠٥٥٥٥٥٥٥٥٥ و 0566666666 omar@twerlo.com":                                                  "[…444 …555 …666] 0 [] o…@twerlo.com",
		"give 054 444 4444 & 055 555 5555 to omar@twerlo.com":                                                  "[…444 …555] 0 [] o…@twerlo.com",
		"+966 54 444 4444 +971 50 123 4567 omar@twerlo.com":                                                    "[…444 …567] 0 [] o…@twerlo.com",
		"0544444444 0555555555 +966544444444 omar@twerlo.com":                                                  "[…444 …555] 1 [] o…@twerlo.com",
		"0544444444 0555555555 12345 omar@twerlo.com":                                                          "[…444] 0 [1 …345] o…@twerlo.com",
		"0544444444 0555555555 0566666666 12345 omar@twerlo.com":                                               "[…444 …555] 0 [1 …345] o…@twerlo.com",
		"0544444444 05555 0566666666 omar@twerlo.com":                                                          "[…444 …666] 0 [1 …] o…@twerlo.com",
		"0544444444, 0555555555,\n0566\nomar@twerlo.com":                                                       "[…444 …555] 0 [2 …] o…@twerlo.com",
		"0544444444 0555555555":                                                                                "[…444 …555] 0 [] ",
		"966544444444 966555555555 966566666666 1234567 omar@x.com":                                            "[…444 …555 …666] 0 [1 …567] o…@x.com",
		"<tel:0544444444|0544444444> <tel:0555555555|0555555555> omar":                                         "[…444 …555] 0 [] name",
	} {
		m, err := ParseMany(typed, "SA")
		if err != nil && !strings.HasPrefix(want, "[…444] ") {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		if strings.HasPrefix(want, "[…444] ") { // one good number is no list
			if !errors.Is(err, ErrNotMany) {
				t.Errorf("%q: %v, want none", typed, m)
			}
			continue
		}
		if got := shown(m); got != want {
			t.Errorf("%q:\n got %s\nwant %s", typed, got, want)
		}
	}
}

// shown tells what was read, masked.
func shown(m Many) string {
	var unread []string
	for _, u := range m.Unread {
		unread = append(unread, fmt.Sprint(u.Line, " ", u.Typed))
	}
	who := m.Agent.String()
	return fmt.Sprint(m.Contacts, " ", m.Repeated, " ", unread, " ", who)
}

func TestWhatIsNotSeveralContacts(t *testing.T) {
	for _, typed := range []string{"", "0544444444 omar@twerlo.com", "omar@twerlo.com", "0544444444 +966544444444 me", "0544444444 12345 me"} {
		if m, err := ParseMany(typed, "SA"); !errors.Is(err, ErrNotMany) {
			t.Errorf("%q: %v, %v", typed, m, err)
		}
	}
	var wrong *Mistake
	if _, err := ParseMany("0544444444 0555555555 omar@twerlo.com sara@twerlo.com", "SA"); !errors.As(err, &wrong) || wrong.Kind != ManyAgents {
		t.Errorf("two agents: %v", err)
	}
	if _, err := ParseMany("0544444444 0555555555 omar@", "SA"); !errors.As(err, &wrong) || wrong.Part != PartAgent {
		t.Errorf("a wrong agent: %v", err)
	}
}

func TestALineOfAHundred(t *testing.T) {
	var all []string
	for i := range 100 {
		all = append(all, fmt.Sprintf("+966 54 444 %04d", i))
	}
	m, err := ParseMany(strings.Join(all, " ")+" omar@twerlo.com", "SA")
	if err != nil || len(m.Contacts) != 100 || len(m.Unread) != 0 {
		t.Errorf("%d contacts, %d unread, %v", len(m.Contacts), len(m.Unread), err)
	}
	all[50] = "+966 54 444"
	m, err = ParseMany(strings.Join(all, " ")+" omar@twerlo.com", "SA")
	if err != nil || len(m.Contacts) != 99 || len(m.Unread) != 1 {
		t.Errorf("%d contacts, %d unread, %v", len(m.Contacts), len(m.Unread), err)
	}
}

func TestAPastedList(t *testing.T) {
	for pasted, want := range map[string]string{
		"Phone\n0544444444\n0555555555\n":                                    "[…444 …555] 0 [] ",
		"الجوال\r\n٠٥٤٤٤٤٤٤٤٤\r\n٠٥٥٥٥٥٥٥٥٥":                                 "[…444 …555] 0 [] ",
		"Khalid\t0544444444\nSara Ali\t0555555555":                           "[…444 …555] 0 [] ",
		"Khalid 0544444444\n0555555555 Sara\n":                               "[…444 …555] 0 [] ",
		"1\tKhalid\t0544444444\t2026-01-31\n2\tSara\t0555555555\t2026-02-01": "[…444 …555] 0 [] ",
		"id,name,phone\n544444449,Khalid,0544444444\n544444448,Sara,054":     "[…444] 0 [3 …054] ",
		"0544444444\n+966 54 444 4444\n٠٥٤٤٤٤٤٤٤٤":                           "[…444] 2 [] ",
		"0544444444\n\n0555\nnothing here\n0566666666":                       "[…444 …666] 0 [3 …] ",
		"\"Khalid\",\"+966 54 444 4444\"\n\"Sara\",\"+966 55 555 5555\"":     "[…444 …555] 0 [] ",
		"0544444444 0555555555\n0566666666":                                  "[…444 …555 …666] 0 [] ",
		"Khalid,0544444444,05555555559":                                      "[…444] 0 [1 …559] ",
		"no number at all":                                                   "[] 0 [] ",
	} {
		if got := shown(ParseList(pasted, "SA")); got != want {
			t.Errorf("%q:\n got %s\nwant %s", pasted, got, want)
		}
	}
}

func FuzzMany(f *testing.F) {
	for _, seed := range []string{"0544444444 0555555555 omar@twerlo.com", "a,b\n0544444444,1", "+966 54 444 4444 و 0555555555"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read, err := ParseMany(text, "SA")
		if err == nil && len(read.Contacts) < 2 {
			t.Errorf("%q: one contact is no list", text)
		}
		for _, m := range []Many{read, ParseList(text, "SA")} {
			for i, c := range m.Contacts {
				for _, other := range m.Contacts[:i] {
					if c.Equal(other) {
						t.Errorf("%q: a contact twice", text)
					}
				}
				if c.IsZero() {
					t.Errorf("%q: an empty contact", text)
				}
			}
		}
	})
}
