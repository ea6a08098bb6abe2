// Package blockkit checks views, messages and menu options against Slack's rules for Block Kit and words
// what it finds as Slack does. The rules stand as tables in blocks.go and elements.go; check.go has the
// few words the tables are written in. It draws nothing and knows no app.
//
// Where no public source is certain, the stricter reading is taken: lengths, for one, are counted in UTF-16
// units, which is never less than the number of characters.
//
// Rules: https://docs.slack.dev/reference/block-kit.
package blockkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// MaxViewBytes is the size above which Slack refuses a view with view_too_large. The functions here leave
// that to the caller, since Slack has an error of its own for it.
const MaxViewBytes = 250 << 10

// A Surface is a place where blocks are shown; each takes other blocks and another number of them.
type Surface int

// The surfaces.
const (
	OnMessage Surface = iota // at most 50 blocks
	OnModal                  // at most 100 blocks
	OnHome                   // at most 100 blocks
)

// A Problem is one broken rule. Pointer is the JSON pointer of the nearest value that exists: of the
// parent, if a field is missing or unknown.
type Problem struct {
	Message string
	Pointer string
}

// String gives the problem as chat.* lists it under "errors"; views.* puts "[ERROR] " before it.
func (p Problem) String() string { return p.Message + " [json-pointer:" + p.Pointer + "]" }

// View checks a modal or a Home tab. Pointers begin with root, such as "/view".
func View(raw json.RawMessage, root string) []Problem {
	c, v := begin(raw, root)
	if v == nil {
		return c.problems
	}
	kind, _ := field(v, "type").(string)
	switch kind {
	case "modal":
		c.surface = OnModal
	case "home":
		c.surface = OnHome
	}
	anyOf(oneKind(views, nil))(c, root, v)
	return c.problems
}

// Blocks checks an array of blocks. Pointers begin with root, such as "/blocks".
func Blocks(raw json.RawMessage, root string, in Surface) []Problem {
	c, v := begin(raw, root)
	if v == nil {
		return c.problems
	}
	c.surface = in
	blockList(c, root, v)
	return c.problems
}

// Message checks the "text" (at most 40,000 characters) and "blocks" of a message object; the other keys
// depend on the method. A missing, null or empty list of blocks is no problem. Pointers begin with
// "/text" and "/blocks".
func Message(raw json.RawMessage) []Problem {
	c, v := begin(raw, "")
	if v == nil {
		return c.problems
	}
	message, ok := v.(map[string]any)
	if !ok {
		c.fail("", "must provide an object")
		return c.problems
	}
	if text := message["text"]; text != nil {
		str(0, 40000)(c, "/text", text)
	}
	if blocks := message["blocks"]; blocks != nil {
		blockList(c, "/blocks", blocks)
	}
	return c.problems
}

// Options checks the answer to a block_suggestion: an object with either "options" (none to 100) or
// "option_groups" (none to 100). Pointers begin with "/options" or "/option_groups".
func Options(raw json.RawMessage) []Problem {
	c, v := begin(raw, "")
	if v != nil {
		suggestions(c, "", v)
	}
	return c.problems
}

// begin decodes the one value in raw; what is no JSON is a problem and gives nil.
func begin(raw json.RawMessage, root string) (*checker, any) {
	c := &checker{blockIDs: map[string]bool{}}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	if _, more := dec.Token(); err != nil || v == nil || !errors.Is(more, io.EOF) {
		c.fail(root, "must provide valid JSON")
		return c, nil
	}
	return c, v
}
