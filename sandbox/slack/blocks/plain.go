package blocks

import (
	"strings"

	"azeer-slack/sandbox/slack/mrkdwn"
)

// plainObject reads a text object.
func plainObject(text object, who mrkdwn.Directory) string {
	if text.Str("type") == "plain_text" {
		return mrkdwn.Unescape(text.Str("text"))
	}
	return mrkdwn.PlainText(text.Str("text"), who)
}

// Plain reads blocks line by line. held gives what the fields hold and
// what is wrong with them; nil for messages.
func Plain(blocks []object, who mrkdwn.Directory, held func(Field) []string) string {
	var lines []string
	add := func(line string) {
		if line != "" {
			lines = append(lines, line)
		}
	}
	for _, b := range blocks {
		switch b.Str("type") {
		case "input":
			lines = append(lines, plainInput(b, held)...)
			continue
		case "context":
			var parts []string
			for _, e := range b.Objects("elements") {
				parts = append(parts, strings.TrimSpace(plainObject(e, who)+e.Str("alt_text")))
			}
			add(strings.Join(parts, " "))
			continue
		case "divider":
			add("———")
			continue
		case "image":
			add(b.Str("alt_text"))
			continue
		case "rich_text":
			add(mrkdwn.PlainRichText(b, who))
			continue
		}
		add(plainObject(b.Obj("text"), who))
		for _, f := range b.Objects("fields") {
			add(plainObject(f, who))
		}
		add(plainElements(b, held))
	}
	return strings.Join(lines, "\n")
}

// plainInput reads an input block: label, content, hint, error.
func plainInput(b object, held func(Field) []string) []string {
	lines := []string{b.PlainText("label") + ":"}
	if held != nil {
		for _, f := range FieldsOf([]object{b}) {
			lines = append(lines, held(f)...)
		}
	}
	if hint := b.PlainText("hint"); hint != "" {
		lines = append(lines, mrkdwn.Unescape(hint))
	}
	return lines
}

// plainElements reads the buttons and menus of a section or actions block.
func plainElements(b object, held func(Field) []string) string {
	var parts []string
	for _, e := range elements(b) {
		switch {
		case e.Str("type") == "button":
			parts = append(parts, "["+mrkdwn.Unescape(e.PlainText("text"))+"]")
		case held != nil && stateKey(e.Str("type")) != "":
			f := Field{Key: Key{b.Str("block_id"), e.Str("action_id")}, Kind: e.Str("type"), Element: e}
			parts = append(parts, held(f)...)
		default:
			parts = append(parts, "["+e.PlainText("placeholder")+"]")
		}
	}
	return strings.Join(parts, " ")
}
