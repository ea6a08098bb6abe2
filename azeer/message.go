package azeer

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

const (
	maxMessage = 300 // characters
	// maxScanned bounds the work done on one text.
	maxScanned = maxErrorBody
	maxJoined  = 3 // entries of an errors array
	maxDepth   = 4
)

// messageKeys are where APIs put their explanations; the first that has one wins.
var messageKeys = []string{"message", "error", "errors", "detail", "msg"}

// message finds the explanation in a body: under one of messageKeys, else the body itself.
// The result is raw; clean makes it fit to show.
func message(body []byte) string {
	raw, err := parse(body)
	if err != nil {
		return string(body)
	}
	if top, ok := asObject(raw); ok {
		if text := firstText(top, maxDepth); text != "" || len(top) == 0 {
			return text
		}
		return string(raw)
	}
	if _, ok := asArray(raw); ok || isString(raw) {
		return textIn(raw, maxDepth)
	}
	if isNull(raw) {
		return ""
	}
	return string(raw)
}

func firstText(o object, depth int) string {
	for _, key := range messageKeys {
		if text := textIn(o[key], depth); text != "" {
			return text
		}
	}
	return ""
}

// textIn finds text in a string, in an object that explains itself or maps fields to
// complaints, or in an array of such.
func textIn(raw json.RawMessage, depth int) string {
	if depth == 0 {
		return ""
	}
	if list, ok := asArray(raw); ok {
		return joinTexts(list, depth-1)
	}
	o, ok := asObject(raw)
	if !ok {
		return asText(raw)
	}
	if text := firstText(o, depth-1); text != "" {
		return text
	}
	var values []json.RawMessage
	for _, key := range sortedKeys(o) {
		values = append(values, o[key])
	}
	return joinTexts(values, depth-1)
}

func joinTexts(list []json.RawMessage, depth int) string {
	var texts []string
	for _, raw := range list {
		if text := textIn(raw, depth); text != "" && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
		if len(texts) == maxJoined {
			break
		}
	}
	return strings.Join(texts, "; ")
}

// clean makes text of the vendor fit to show to a person, and takes the key out should the
// vendor have echoed it.
func (c *Client) clean(text string) string {
	text = strings.ReplaceAll(text, c.key(), "[key]")
	// Again, since decoding entities can bring it forth.
	return shorten(strings.ReplaceAll(plain(text), c.key(), "[key]"))
}

// plain gives one line without tags or control characters.
func plain(text string) string {
	if len(text) > maxScanned {
		text = text[:maxScanned]
	}
	text = onOneLine(strings.ToValidUTF8(text, ""))
	// Stripping can bring forth new tags (from entities, or from inside <title>), hence
	// the repetition; what looks like a tag even then loses its bracket.
	for try := 0; try < maxDepth && tagOpening.MatchString(text); try++ {
		text = onOneLine(withoutTags(text))
	}
	return tagOpening.ReplaceAllString(text, "$1")
}

// onOneLine takes out what moves a text about on a page.
func onOneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1 // could turn round the text that is put around it
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

func shorten(text string) string {
	if utf8.RuneCountInString(text) <= maxMessage {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:maxMessage-1])) + "…"
}

var tagOpening = regexp.MustCompile(`<+([A-Za-z/!?])`)

// withoutTags gives the text between the tags of HTML.
func withoutTags(text string) string {
	var out strings.Builder
	silent := false
	tokens := html.NewTokenizer(strings.NewReader(text))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return out.String()
		case html.TextToken:
			if !silent {
				out.WriteString(tokens.Token().Data)
			}
			silent = false
		case html.StartTagToken:
			name, _ := tokens.TagName()
			silent = string(name) == "script" || string(name) == "style"
			out.WriteByte(' ')
		default:
			silent = false
			out.WriteByte(' ')
		}
	}
}
