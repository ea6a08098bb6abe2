package azeerslack_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// mostWords is how long a sentence may be.
const mostWords = 20

// written are the documents, all of them.
func written(t *testing.T) (files []string) {
	t.Helper()
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/adr/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	return files
}

var (
	codeBlock = regexp.MustCompile("(?s)```.*?```|<!--.*?-->|\n\n(?: {4}[^\n]*\n)+")
	inlined   = regexp.MustCompile("`[^`]*`|<code[^>]*>.*?</code>|</?[a-z][^>]*>")
	linked    = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	// paragraph is where a text of Markdown ends: a paragraph, an item, a cell of a table. The end
	// of a line is none: a sentence goes on over it.
	paragraph = regexp.MustCompile(`\n\s*\n|\n\s*(?:[-*>]|\d+\.) |\n#+ |\|`)
	// sentence ends one; in documents a colon or semicolon does, too.
	sentence = regexp.MustCompile(`[.!?؟…:;؛][»”")*]*(?:\s|$)`)
)

func words(text string) (n int) {
	for word := range strings.FieldsSeq(text) {
		if strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			n++
		}
	}
	return n
}

// readable gives a document as it is read: links by their labels, a piece of code as one word.
func readable(markdown string) string {
	text := codeBlock.ReplaceAllString(markdown, "\n\n")
	return linked.ReplaceAllString(inlined.ReplaceAllString(text, " code "), "$1")
}

func read(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestDocumentsHaveShortSentences(t *testing.T) {
	t.Parallel()
	for _, file := range written(t) {
		for _, part := range paragraph.Split(readable(read(t, file)), -1) {
			for _, one := range sentence.Split(part, -1) {
				if n := words(one); n > mostWords {
					t.Errorf("%s has a sentence of %d words: %s", file, n, strings.Join(strings.Fields(one), " "))
				}
			}
		}
	}
}

// The page's catalogues, whose texts stand in quotes.
func TestThePageHasShortSentences(t *testing.T) {
	t.Parallel()
	quoted := regexp.MustCompile("'((?:[^'\\\\\n]|\\\\.)*)'|`((?:[^`\\\\]|\\\\.)*)`")
	files, err := filepath.Glob("sandbox/page/web/js/*words.js")
	if err != nil || len(files) < 3 {
		t.Fatalf("catalogues: %v, %v", files, err)
	}
	for _, file := range append(files, "sandbox/page/web/js/phrases.js") {
		for _, text := range quoted.FindAllString(read(t, file), -1) {
			for _, one := range regexp.MustCompile(`[.!?؟]['”»)]*(?:\s|$)`).Split(text, -1) {
				if n := words(one); n > mostWords {
					t.Errorf("%s has a sentence of %d words: %s", file, n, one)
				}
			}
		}
	}
}

// stiff are words that nobody uses at work, and what these texts said before they were plain.
var stiff = regexp.MustCompile(`(?i)\b(whom|shall|mend(s|ed|ing)?|lest|hereby|what (has |had )?bec[ao]me of|gives? it up|given up)\b` +
	`|can make out no|know of no request|As far as I know|from abroad|how things stand|gave no time|Overtaken: a|looks like 05|no telling whether` +
	`|بيدك|آلت إليه|تعثّر|حال ظهور|علامة الجمع|خارج البلد|رغم ذلك\b|لم يُنفَّذ أي شيء|لم تُكتب|حسابك»`)

func TestWordsArePlain(t *testing.T) {
	t.Parallel()
	files := append([]string{"manifest.yaml", ".env.example", "cmd/azeer-slack/settings.go"}, written(t)...)
	for _, pattern := range []string{"internal/check/*.go", "internal/console/*.go", "bot/texts/*.yaml", "bot/render/testdata/*.json", "sandbox/page/web/js/*words.js", "sandbox/page/web/js/phrases.js"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		for n, line := range strings.Split(read(t, file), "\n") {
			comment := strings.HasPrefix(strings.TrimSpace(line), "//") || strings.HasPrefix(strings.TrimSpace(line), "#")
			if said := stiff.FindString(line); said != "" && !(comment && filepath.Ext(file) != ".md" && file != ".env.example") {
				t.Errorf("%s:%d says %q", file, n+1, said)
			}
		}
	}
}

// One sentence, one moving picture, the commands, five promises of a line each, eight steps;
// the rest is in docs.
func TestReadmeIsShort(t *testing.T) {
	t.Parallel()
	text := read(t, "README.md")
	between := func(from, to string) string {
		_, after, found := strings.Cut(text, from)
		part, _, ends := strings.Cut(after, to)
		if !found || !ends {
			t.Fatalf("README.md has no part from %q to %q", from, to)
		}
		return strings.TrimSpace(part)
	}
	opening := between("# azeer-slack\n", "<img ")
	if ends := len(regexp.MustCompile(`[.!?](\s|$)`).FindAllString(opening, -1)); ends != 1 || words(opening) > 40 {
		t.Errorf("it opens with %d sentences: %s", ends, opening)
	}
	if pictures := strings.Count(text, "<img ") + strings.Count(text, "!["); pictures != 1 || !strings.Contains(text, `src="docs/images/demo.gif"`) {
		t.Errorf("it has %d pictures", pictures)
	}
	for heading, want := range map[string]int{"## Promises\n": 5, "## Set it up\n": 8} {
		part := between(heading, "\n## ")
		if got := len(regexp.MustCompile(`(?m)^\d+\. `).FindAllString(part, -1)); got != want {
			t.Errorf("%s has %d items, want %d", strings.TrimSpace(heading), got, want)
		}
	}
	for line := range strings.Lines(between("## Promises\n", "\n## ")) {
		if line = strings.TrimSpace(line); line != "" && !regexp.MustCompile(`^\d+\. |^\[`).MatchString(line) {
			t.Errorf("a promise takes more than a line: %s", line)
		}
	}
	if lines := strings.Count(text, "\n"); lines > 120 {
		t.Errorf("it has %d lines", lines)
	}
	if strings.Contains(text, "## Settings") || strings.Contains(text, "## Metrics") {
		t.Error("what is only looked up stands in docs")
	}
}
