package payload

import (
	"encoding/json"
	"strings"
	"unicode"

	"azeer-slack/bot/texts"
)

// textMost is how many bytes of a message are searched for numbers. People write a
// few thousand at most.
const textMost = 16 << 10

// Text is all that a person can read in a message: its text, blocks and attachments, in
// Slack's mrkdwn, one piece a line. What is not understood counts as not there.
func Text(message json.RawMessage) string {
	var m any
	if len(message) == 0 || json.Unmarshal(message, &m) != nil {
		return ""
	}
	var r reader
	r.message(m)
	text := strings.Join(r.lines, "\n")
	if len(text) <= textMost {
		return text
	}
	return text[:strings.LastIndexAny(text[:textMost], " \n")+1] // no number in halves
}

// File is a file that hangs on a message.
type File struct {
	Name     string `json:"name"`
	Mimetype string `json:"mimetype"`
	Filetype string `json:"filetype"`
	Size     int    `json:"size"`
	URL      string `json:"url_private_download"`
}

// Files are those that hang on a message.
func Files(message json.RawMessage) []File {
	var m struct {
		Files []File `json:"files"`
	}
	_ = json.Unmarshal(message, &m) // a message that cannot be read has none
	return m.Files
}

// reader collects the lines of a message. It goes by the keys of Slack's reference
// (https://docs.slack.dev/reference/block-kit/blocks) wherever it finds them.
type reader struct{ lines []string }

func (r *reader) add(text string) {
	if strings.TrimSpace(text) != "" {
		r.lines = append(r.lines, text)
	}
}

// addName adds what a person or a file is called, which may be a number: bridges from
// WhatsApp write in the customer's name. A mere name is left out, or it would pass for the
// label of what follows.
func (r *reader) addName(name string) {
	if strings.ContainsFunc(name, unicode.IsDigit) {
		r.add(name)
	}
}

func (r *reader) message(m any) {
	r.addName(str(m, "username"))
	r.add(str(m, "text"))
	each(m, "blocks", r.block)
	each(m, "attachments", r.attachment)
	r.files(m)
}

func (r *reader) files(m any) {
	each(m, "files", func(f any) { r.addName(str(f, "title")) })
}

func (r *reader) attachment(a any) {
	r.addName(str(a, "author_name"))
	r.addName(str(a, "author_subname"))
	for _, key := range []string{"pretext", "title", "text"} {
		r.add(str(a, key))
	}
	each(a, "fields", func(f any) {
		if title := strings.TrimSpace(str(f, "title")); title != "" {
			r.add(strings.TrimSuffix(title, ":") + ":")
		}
		r.add(str(f, "value"))
	})
	each(a, "blocks", r.block)
	each(a, "message_blocks", func(shared any) { r.message(get(shared, "message")) })
	r.files(a)
	r.add(str(a, "fallback"))
	r.add(str(a, "footer"))
}

func (r *reader) block(b any) {
	switch str(b, "type") {
	case "rich_text":
		each(b, "elements", r.rich)
	case "table", "data_table":
		if rows, ok := get(b, "rows").([]any); ok {
			for _, row := range rows {
				cells, _ := row.([]any)
				for _, cell := range cells {
					r.cell(cell)
				}
			}
		}
	case "actions", "input":
		// Buttons and fields say what can be done, not what is.
	case "carousel":
		each(b, "elements", r.block)
	default:
		for _, key := range []string{"title", "subtitle", "text", "body", "description", "subtext"} {
			r.textObject(b, key)
		}
		each(b, "child_blocks", r.block)
		each(b, "fields", func(f any) { r.textObject(map[string]any{"text": f}, "text") })
		each(b, "elements", func(e any) { r.textObject(map[string]any{"text": e}, "text") })
	}
}

func (r *reader) cell(c any) {
	if str(c, "type") == "rich_text" {
		r.block(c)
		return
	}
	r.add(texts.Escape(str(c, "text")))
}

// textObject adds what stands under a key: a text object, or the text itself as in a
// markdown block. What a block of a newer kind says stands under the same keys.
func (r *reader) textObject(o any, key string) {
	text := get(o, key)
	if s, ok := text.(string); ok {
		r.add(s)
		return
	}
	if str(text, "type") == "plain_text" {
		r.add(texts.Escape(str(text, "text")))
		return
	}
	r.add(str(text, "text"))
}

// rich adds a section, list, quote or the like of a rich text, each item a line.
func (r *reader) rich(e any) {
	if str(e, "type") == "rich_text_list" {
		each(e, "elements", r.rich)
		return
	}
	var line strings.Builder
	each(e, "elements", func(leaf any) { line.WriteString(richLeaf(leaf)) })
	for text := range strings.SplitSeq(line.String(), "\n") {
		r.add(text)
	}
}

// richLeaf is a piece of rich text as mrkdwn.
func richLeaf(leaf any) string {
	switch text := texts.Escape(str(leaf, "text")); str(leaf, "type") {
	case "text":
		return text
	case "link":
		target := strings.NewReplacer("|", "%7C", "\n", "").Replace(texts.Escape(str(leaf, "url")))
		if text == "" {
			return "<" + target + ">"
		}
		return "<" + target + "|" + text + ">"
	}
	return " " // a mention, an emoji, a date
}

func get(o any, key string) any {
	fields, _ := o.(map[string]any)
	return fields[key]
}

func str(o any, key string) string {
	s, _ := get(o, key).(string)
	return s
}

func each(o any, key string, do func(any)) {
	items, _ := get(o, key).([]any)
	for _, item := range items {
		do(item)
	}
}
