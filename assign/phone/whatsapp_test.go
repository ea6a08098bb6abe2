package phone

import "testing"

func TestWhatsAppIDsGiveTheirNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		word, number string
		problem      Problem
		ok           bool
	}{
		{"966544444444@s.whatsapp.net", "+966544444444", "", true},
		{"966544444444@c.us", "+966544444444", "", true},
		{"+966544444444@c.us", "+966544444444", "", true}, // whatsapp-web.js #3438
		{"966544444444:12@s.whatsapp.net", "+966544444444", "", true},
		{"966544444444.0:12@s.whatsapp.net", "+966544444444", "", true},
		{"966544444444_1@s.whatsapp.net", "+966544444444", "", true},
		{"966544444444@hosted", "+966544444444", "", true},
		{"٩٦٦٥٤٤٤٤٤٤٤٤@c.us", "+966544444444", "", true},
		{"103899771998284@lid", "", HiddenID, true},
		{"103899771998284:3@hosted.lid", "", HiddenID, true},
		{"966544444444-1500000000@g.us", "", GroupID, true},
		{"120363024999999999@g.us", "", GroupID, true},
		{"1500000000@broadcast", "", GroupID, true},
		{"status@broadcast", "", GroupID, true},
		{"966544444444-1500000000@c.us", "", "", false},
		{"966544444444@twerlo.com", "", "", false},
		{"omar@c.us", "", "", false},
		{"966544444444", "", "", false},
	} {
		number, problem, ok := FromID(c.word)
		if ok != c.ok || problem != c.problem || ok && number != c.number {
			t.Errorf("%q is %q %q %t, want %q %q %t", c.word, number, problem, ok, c.number, c.problem, c.ok)
		}
	}
}

func TestLinksToAChatGiveTheirNumber(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"https://wa.me/966544444444":                                "+966544444444",
		"https://wa.me/+966544444444":                               "+966544444444",
		"https://wa.me/00966544444444":                              "+966544444444",
		"https://wa.me/966544444444/":                               "+966544444444",
		"https://wa.me/+966%2054%20444%204444?text=Hi":              "+966544444444",
		"https://wa.me/+966-(54)-444.4444":                          "+966544444444",
		"https://wa.me/send?phone=966544444444":                     "+966544444444",
		"https://wa.me/?phone=966544444444":                         "+966544444444",
		"wa.me/966544444444":                                        "+966544444444",
		"HTTPS://WA.ME/966544444444":                                "+966544444444",
		"https://api.whatsapp.com/send?phone=+966544444444&text=":   "+966544444444",
		"https://api.whatsapp.com/send?phone=%2B966544444444":       "+966544444444",
		"https://api.whatsapp.com/send/?phone=966544444444&text":    "+966544444444",
		"https://web.whatsapp.com/send?phone=966544444444&app=1":    "+966544444444",
		"whatsapp://send?phone=+966544444444":                       "+966544444444",
		"whatsapp://send/?phone=966544444444":                       "+966544444444",
		"https://wa.me/٩٦٦٥٤٤٤٤٤٤٤٤":                                "+966544444444",
		"https://wa.me/0544444444":                                  "+0544444444", // of no country, and not read
		"https://wa.me/?text=Hi":                                    "",
		"https://wa.me/message/ABCDEF123":                           "",
		"https://wa.me/qr/ABCDEF123":                                "",
		"https://chat.whatsapp.com/ABCDEF":                          "",
		"https://wa.me.example.com/966544444444":                    "",
		"https://example.com/?u=https://wa.me/966544444444":         "",
		"https://wa.me@example.com/966544444444":                    "",
		"https://example.com/send?phone=966544444444":               "",
		"mailto:966544444444@wa.me":                                 "",
		"https://api.whatsapp.com/send?phone=966544444444x12&text=": "",
	} {
		if got := FromLink(target); got != want {
			t.Errorf("%q gives %q, want %q", target, got, want)
		}
	}
}

func TestTelLinksGiveTheirNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target, want string
		problem      Problem
	}{
		{"0544444444", "966544444444", ""},
		{"+966-54-444-4444", "966544444444", ""},
		{"0544444444;phone-context=+966", "966544444444", ""},
		{"544444444;PHONE-CONTEXT=+966", "966544444444", ""},
		{"+966544444444;phone-context=+971", "966544444444", ""},
		{"0544444444;phone-context=twerlo.com", "966544444444", ""},
		{"0544444444;isub=12", "966544444444", ""},
		{"0544444444;ext=12", "", Extension},
		{"0544444444;isub=1;ext=12", "", Extension},
		{"0544444444;12", "", Extension},
		{"0544444444,12", "", Extension},
		{"0544444444;ext=", "966544444444", ""},
	} {
		got, problem := ReadAll(FromURI(c.target), "SA")
		if digitsOf(got) != c.want || problem != c.problem {
			t.Errorf("%q is %s %q, want %s %q", c.target, digitsOf(got), problem, c.want, c.problem)
		}
	}
}

func TestSpreadsheetsSpellings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		number  string
		problem Problem
	}{
		"966,544,444,444":           {"966544444444", ""},
		"544,444,444":               {"966544444444", ""},
		"٩٦٦٬٥٤٤٬٤٤٤٬٤٤٤":           {"966544444444", ""},
		"966544444444,0":            {"966544444444", ""},
		"966544444444٫00":           {"966544444444", ""},
		"0544444444.0 0555555555.0": {"966544444444 966555555555", ""},
		"9.66544444444E+11":         {"966544444444", ""},
		"9,66544444444e11":          {"966544444444", ""},
		"5.44444444E+8":             {"966544444444", ""},
		"9.66544444E+11":            {"", Scientific},
		"9.6654444444444E+11":       {"", Scientific},
		"+966 54 444 444.0":         {"966544444440", ""},     // a stop like any other: no spreadsheet leaves gaps
		"966544444444.5":            {"966544444444", Likely}, // nothing that a number has
		"0544444444,055":            {"", Extension},
		"544,444,44":                {"", Characters},
	} {
		got, problem := ReadAll(text, "SA")
		if digitsOf(got) != want.number || problem != want.problem {
			t.Errorf("%q is %s %q, want %s %q", text, digitsOf(got), problem, want.number, want.problem)
		}
	}
}
