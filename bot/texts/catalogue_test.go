package texts

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/bidi"
)

// forms are those that a message in several must have, by language: CLDR's plural rules.
var forms = map[string][]string{
	"en": {"one", "other"},
	"ar": {"zero", "one", "two", "few", "many", "other"},
}

// written gives every message as it stands in the catalogues: by language, id and form.
func written(t *testing.T) map[string]map[string]map[string]string {
	t.Helper()
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]map[string]map[string]string)
	for _, entry := range entries {
		raw, err := files.ReadFile(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		var file map[string]any
		if err := yaml.Unmarshal(raw, &file); err != nil {
			t.Fatalf("%s: %v", entry.Name(), err)
		}
		messages := make(map[string]map[string]string)
		for id, message := range file {
			messages[id] = make(map[string]string)
			switch m := message.(type) {
			case string:
				messages[id]["other"] = m
			case map[string]any:
				for form, text := range m {
					messages[id][form], _ = text.(string)
				}
			}
		}
		all[strings.TrimSuffix(entry.Name(), ".yaml")] = messages
	}
	return all
}

var blank = regexp.MustCompile(`\.([A-Z]\w*)`)
var action = regexp.MustCompile(`{{.*?}}`)

// blanks lists the blanks of a message, each once.
func blanks(text string) []string {
	var names []string
	for _, piece := range action.FindAllString(text, -1) {
		for _, found := range blank.FindAllStringSubmatch(piece, -1) {
			names = append(names, found[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestEveryMessageIsInEveryLanguage(t *testing.T) {
	all := written(t)
	if len(all) < 2 {
		t.Fatalf("only %d catalogues", len(all))
	}
	for language, messages := range all {
		for id := range all["en"] {
			if _, ok := messages[id]; !ok {
				t.Errorf("%s lacks %s", language, id)
			}
		}
		for id, forms := range messages {
			if _, ok := all["en"][id]; !ok {
				t.Errorf("%s has %s, which English lacks", language, id)
			}
			for form, text := range forms {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: %s %s is empty", language, id, form)
				}
			}
		}
	}
}

// A blank more than English has would stay empty, one less would keep something from the
// reader. Only the number itself may be said by a word: one, two.
func TestEveryLanguageHasTheSameBlanks(t *testing.T) {
	all := written(t)
	for id, english := range all["en"] {
		want := blanks(english["other"])
		for language, messages := range all {
			for form, text := range messages[id] {
				got := blanks(text)
				if form != "other" && !slices.Contains(got, "Count") && slices.Contains(want, "Count") {
					got = append(got, "Count")
					slices.Sort(got)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: %s %s has the blanks %v, English %v", language, id, form, got, want)
				}
			}
		}
	}
}

func TestPluralFormsAreComplete(t *testing.T) {
	for language, messages := range written(t) {
		want, ok := forms[language]
		if !ok {
			t.Fatalf("the plural forms of %s are not known to this test", language)
		}
		for id, message := range messages {
			if len(message) == 1 && message["other"] != "" {
				continue
			}
			for _, form := range want {
				if message[form] == "" {
					t.Errorf("%s: %s lacks the form %s", language, id, form)
				}
			}
			for form := range message {
				if !slices.Contains(want, form) {
					t.Errorf("%s: %s has a form %q", language, id, form)
				}
			}
		}
	}
}

func TestArabicCountsInSixForms(t *testing.T) {
	p := printer(t, "ar")
	for count, want := range map[int]string{2: "هذان رقمان", 3: "أرقام", 10: "أرقام", 11: "رقمًا", 99: "رقمًا", 100: "رقم:", 102: "رقم:"} {
		if got := p.Text("mistake_many_contacts", Data{"Count": count, "Perhaps": []string{"+966 54 444 4444"}}); !strings.Contains(got, want) {
			t.Errorf("%d: %q lacks %q", count, got, want)
		}
	}
}

// Every message, with all blanks filled with what is hard: nothing is left unfilled, and
// in Arabic no number and no address stands outside an isolate, every line begins from
// the right, and every isolate ends on its line.
func TestEveryMessagePrints(t *testing.T) {
	for language, messages := range written(t) {
		p := printer(t, language)
		for id, message := range messages {
			if id == "quotes" || id == "comma" {
				continue
			}
			data := Data{}
			for _, name := range blanks(message["other"]) {
				data[name] = "+966 54 444 4444 omar@twerlo.com"
			}
			for _, count := range []int{0, 1, 2, 3, 11, 100} {
				data["Count"] = count
				for kind, text := range map[string]string{"mrkdwn": p.Text(id, data), "plain": p.Plain(id, data)} {
					if strings.Contains(text, "<no value>") || strings.Contains(text, "{{") {
						t.Errorf("%s: %s prints %q", language, id, text)
					}
					if language == "ar" {
						checkRightToLeft(t, id+" as "+kind, text)
					}
				}
			}
		}
	}
}

// checkRightToLeft holds a printed text against the rules of right-to-left messages.
func checkRightToLeft(t *testing.T, what, text string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		outside, depth := "", 0
		for _, r := range line {
			switch p, _ := bidi.LookupRune(r); p.Class() {
			case bidi.LRI, bidi.RLI, bidi.FSI:
				depth++
			case bidi.PDI:
				depth--
			default:
				if depth == 0 {
					outside += string(r)
				}
			}
			if depth < 0 {
				break
			}
		}
		if depth != 0 {
			t.Errorf("%s: isolates do not match in %q", what, line)
		}
		if strings.ContainsFunc(outside, unicode.IsDigit) || address.MatchString(outside) {
			t.Errorf("%s: a number or an address outside an isolate in %q", what, line)
		}
		if !beginsRTL(line) && !strings.HasPrefix(line, rlm) {
			t.Errorf("%s: begins from the left: %q", what, line)
		}
	}
}

var address = regexp.MustCompile(`[A-Za-z0-9]@[A-Za-z0-9]`)

func printer(t *testing.T, language string) Printer {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Languages(); !slices.Contains(got, language) {
		t.Fatalf("no catalogue for %s among %v", language, got)
	}
	return c.In(cmp.Or(language, "en"))
}
