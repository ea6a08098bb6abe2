package bot

import "testing"

func TestReadWord(t *testing.T) {
	for _, c := range []struct {
		line string
		word word
		rest string
	}{
		{"history 0544444444", wordHistory, "0544444444"},
		{"  History:  <tel:0544444444|0544444444> ", wordHistory, "<tel:0544444444|0544444444>"},
		{"history", wordHistory, ""},
		{"سجل ٠٥٤٤٤٤٤٤٤٤", wordHistory, "٠٥٤٤٤٤٤٤٤٤"},
		{"\u2067سجلّ\u2069 +966 54 444 4444", wordHistory, "+966 54 444 4444"},
		{"mine", wordMine, ""},
		{"طلباتى", wordMine, ""},
		{"HELP", wordHelp, ""},
		{"المساعده", wordHelp, ""},
		{"mine 0544444444", "", ""}, // somebody of that name
		{"help me", "", ""},
		{"0544444444 history", "", ""},
		{"histories", "", ""},
		{"", "", ""},
	} {
		w, _, rest, ok := readWord(c.line)
		if w != c.word || rest != c.rest || ok != (c.word != "") {
			t.Errorf("%q is %q with %q (%v), want %q with %q", c.line, w, rest, ok, c.word, c.rest)
		}
	}
}

func TestNearWord(t *testing.T) {
	for _, c := range []struct{ line, meant string }{
		{"histroy 0544444444", "history"}, {"hstory", "history"}, {"hisstori", "history"},
		{"mien", "mine"}, {"halp", "help"}, {"مساعدت", "مساعدة"}, {"طلبات", "طلباتي"}, {"سجلل ٠٥٤٤٤٤٤٤٤٤", "سجل"},
		{"mien 0544444444", ""}, // nothing follows this word
		{"omar", ""}, {"me", ""}, {"hello", ""}, {"سارة", ""}, {"victoria", ""}, {"", ""},
	} {
		if _, meant, ok := nearWord(c.line); meant != c.meant || ok != (c.meant != "") {
			t.Errorf("%q is near %q, want %q", c.line, meant, c.meant)
		}
	}
}

// The words of a language are far enough from one another, and every word has a name in
// every language.
func TestWordsAreToldApart(t *testing.T) {
	b := testBot(t, loadedDesk())
	for language := range b.voices.speaks {
		seen := map[string]word{}
		for _, each := range words {
			name := each.word.named(language)
			if w, _, _, ok := readWord(name); !ok || w != each.word || len(each.names[language]) == 0 {
				t.Errorf("%s: %q is %q", language, name, w)
			}
			if other, taken := seen[name]; taken {
				t.Errorf("%s: %q means %s and %s", language, name, each.word, other)
			}
			seen[name] = each.word
		}
	}
}
