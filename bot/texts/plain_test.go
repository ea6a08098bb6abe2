package texts

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"text/template/parse"
	"unicode"
)

// mostWords is how long a sentence may be.
const mostWords = 20

// variants gives what a message may say, with blanks unfilled: one text for each way through its
// conditions.
func variants(t *testing.T, text string) []string {
	t.Helper()
	trees, err := parse.Parse("message", text, "", "", map[string]any{"and": fmt.Sprint, "or": fmt.Sprint})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return ways(trees["message"].Root)
}

func ways(list *parse.ListNode) []string {
	all := []string{""}
	if list == nil {
		return all
	}
	for _, node := range list.Nodes {
		next := []string{node.String()}
		if choice, ok := node.(*parse.IfNode); ok {
			next = append(ways(choice.List), ways(choice.ElseList)...)
		}
		var longer []string
		for _, before := range all {
			for _, after := range next {
				longer = append(longer, before+after)
			}
		}
		all = longer
	}
	return all
}

var sentenceEnd = regexp.MustCompile(`[.!?؟](?:[»”")*]*)(?:\s|$)|\n`)

func words(sentence string) (n int) {
	for word := range strings.FieldsSeq(sentence) {
		if strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			n++
		}
	}
	return n
}

// Whoever reads these texts has other things to do.
func TestSentencesAreShort(t *testing.T) {
	for language, messages := range written(t) {
		for id, message := range messages {
			for _, text := range message {
				for _, variant := range variants(t, text) {
					for _, sentence := range sentenceEnd.Split(variant, -1) {
						if n := words(sentence); n > mostWords {
							t.Errorf("%s: %s has a sentence of %d words: %s", language, id, n, sentence)
						}
					}
				}
			}
		}
	}
	if got := variants(t, "a{{if .B}} b{{else if .C}} {{.C}}{{end}}."); strings.Join(got, "|") != "a b.|a {{.C}}.|a." {
		t.Errorf("the ways through a message are %q", got)
	}
}
