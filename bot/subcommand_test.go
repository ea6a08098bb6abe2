package bot

import (
	"regexp"
	"strings"
	"testing"

	"azeer-slack/assign/line"
	"azeer-slack/bot/render"
)

func TestReadWord(t *testing.T) {
	for _, c := range []struct {
		line string
		word render.Subcommand
		rest string
	}{
		{"history 0544444444", render.HistoryCommand, "0544444444"},
		{"  History:  <tel:0544444444|0544444444> ", render.HistoryCommand, "<tel:0544444444|0544444444>"},
		{"history", render.HistoryCommand, ""},
		{"سجل ٠٥٤٤٤٤٤٤٤٤", render.HistoryCommand, "٠٥٤٤٤٤٤٤٤٤"},
		{"\u2067سجلّ\u2069 +966 54 444 4444", render.HistoryCommand, "+966 54 444 4444"},
		{"mine", render.MineCommand, ""},
		{"طلباتى", render.MineCommand, ""},
		{"HELP", render.HelpCommand, ""},
		{"المساعده", render.HelpCommand, ""},
		{"mine 0544444444", "", ""}, // somebody of that name
		{"help me", "", ""},
		{"0544444444 history", "", ""},
		{"histories", "", ""},
		{"", "", ""},
	} {
		w, _, rest, ok := readSubcommand(c.line)
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
		if _, meant, ok := nearestSubcommand(c.line); meant != c.meant || ok != (c.meant != "") {
			t.Errorf("%q is near %q, want %q", c.line, meant, c.meant)
		}
	}
}

// The words of a language are far enough from one another, and every word has a name in
// every language.
func TestWordsAreToldApart(t *testing.T) {
	b := testHandlers(t, loadedDesk())
	for language := range b.lines.renderers.ByLanguage {
		seen := map[string]render.Subcommand{}
		for _, each := range render.Subcommands {
			name := each.Word.Name(language)
			if w, _, _, ok := readSubcommand(name); !ok || w != each.Word || len(each.Names[language]) == 0 {
				t.Errorf("%s: %q is %q", language, name, w)
			}
			if other, taken := seen[name]; taken {
				t.Errorf("%s: %q means %s and %s", language, name, each.Word, other)
			}
			seen[name] = each.Word
		}
	}
}

// A sub-command that nothing carries out would be answered by the help.
func TestEveryWordIsCarriedOut(t *testing.T) {
	names, code := source(t, "render/subcommand.go"), source(t, "subcommand.go")
	found := regexp.MustCompile(`(?m)^\t(\w+) +Subcommand = `).FindAllStringSubmatch(names, -1)
	if len(found) != len(render.Subcommands) {
		t.Errorf("%d sub-commands are declared, %d listed", len(found), len(render.Subcommands))
	}
	for _, name := range found {
		if !strings.Contains(code, "render."+name[1]) {
			t.Errorf("subcommand.go does not carry out %s", name[1])
		}
	}
}

// What the help shows can be typed as it stands.
func TestTheHelpShowsWhatCanBeTyped(t *testing.T) {
	for language, v := range testRenderers(t).ByLanguage {
		text := v.Help("/assign").Text
		if n := strings.Count(text, "\n") + 1; n != 3 {
			t.Errorf("%s: the help has %d lines", language, n)
		}
		for _, found := range regexp.MustCompile("`/assign ?([^`]*)`").FindAllStringSubmatch(text, -1) {
			typed := found[1]
			if w, _, _, ok := readSubcommand(typed); ok && w != render.HelpCommand {
				continue
			}
			if _, err := line.Parse(typed, "SA"); err != nil {
				t.Errorf("%s: %q is not understood: %v", language, typed, err)
			}
		}
	}
}
