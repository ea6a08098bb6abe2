package page

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The catalogues hold all that the page says by itself.
var catalogues = []string{"web/js/pagewords.js", "web/js/gallerywords.js", "web/js/phrases.js", "web/js/words.js"}

func webFile(t *testing.T, name string) string {
	t.Helper()
	raw, err := fs.ReadFile(embedded, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

var (
	comments = regexp.MustCompile(`(?s:/\*.*?\*/)|(?m:(^|\s)//.*$)`)
	literals = regexp.MustCompile("'(?:[^'\\\\\n]|\\\\.)*'|`(?:[^`\\\\]|\\\\.)*`")
	holes    = regexp.MustCompile(`\$\{[^}]*\}`)
	// sentence is text for people: a capital and a small word, or an English word alone
	// with a capital.
	sentence = regexp.MustCompile(`(^|[ (“])[A-Z][a-z’']+ [a-z]|^ ?[A-Z][a-z]{2,}[.…!?:]?$|[a-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,}[.…]`)
	// Names of keys, elements and headers, and of products.
	noText = []string{
		"Enter", "Escape", "Tab", "Home", "End", "Shift", "Azeer", "Slack", "Slackbot", "English", "Highlight", "Date", "Ctrl K", "Content-Type",
	}
)

func TestPageSaysNothingOutsideOfItsCatalogues(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(embedded, "web/js/*.js")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d scripts (%v)", len(files), err)
	}
	for _, file := range files {
		if slices.Contains(catalogues, file) {
			continue
		}
		code := comments.ReplaceAllString(webFile(t, file), "")
		for _, literal := range literals.FindAllString(code, -1) {
			text := holes.ReplaceAllString(literal[1:len(literal)-1], "")
			if sentence.MatchString(text) && !slices.Contains(noText, text) {
				t.Errorf("%s says %q by itself", file, text)
			}
		}
	}
	// The one text of the document itself is for browsers without scripts, in both languages.
	body := regexp.MustCompile(`(?s)<body>(.*)</body>`).FindString(webFile(t, "web/index.html"))
	words := strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " ")), " ")
	if words != "This page needs JavaScript. · تحتاج هذه الصفحة إلى JavaScript." {
		t.Errorf("the document says %q", words)
	}
}

// What the server says about switches and people the page must have in its catalogue.
func TestPageKnowsWhatTheServerSays(t *testing.T) {
	t.Parallel()
	var all []string
	for _, fault := range faults {
		all = append(all, fault.about)
	}
	for _, note := range notes {
		all = append(all, note)
	}
	source, err := os.ReadFile("trouble.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`return "([A-Z][^"]+)", nil`).FindAllStringSubmatch(string(source), -1) {
		all = append(all, found[1])
	}
	if len(all) < 20 {
		t.Fatalf("found only %q", all)
	}
	catalogue := webFile(t, catalogues[0])
	for _, text := range all {
		if !strings.Contains(catalogue, "['"+text+"',") {
			t.Errorf("%q is not in %s", text, catalogues[0])
		}
	}
}
