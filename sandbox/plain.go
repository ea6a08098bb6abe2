package sandbox

import "strings"

// plainObject reads a text object.
func plainObject(text object, who names) string {
	if text.str("type") == "plain_text" {
		return unescaped.Replace(text.str("text"))
	}
	return plainText(text.str("text"), who)
}

// plainBlocks reads blocks line by line. held gives what the fields hold and
// what is wrong with them; nil for messages.
func plainBlocks(blocks []object, who names, held func(field) []string) string {
	var lines []string
	add := func(line string) {
		if line != "" {
			lines = append(lines, line)
		}
	}
	for _, b := range blocks {
		switch b.str("type") {
		case "input":
			lines = append(lines, plainInput(b, held)...)
			continue
		case "context":
			var parts []string
			for _, e := range b.objects("elements") {
				parts = append(parts, strings.TrimSpace(plainObject(e, who)+e.str("alt_text")))
			}
			add(strings.Join(parts, " "))
			continue
		case "divider":
			add("———")
			continue
		case "image":
			add(b.str("alt_text"))
			continue
		case "rich_text":
			add(plainRichText(b, who))
			continue
		}
		add(plainObject(b.obj("text"), who))
		for _, f := range b.objects("fields") {
			add(plainObject(f, who))
		}
		add(plainElements(b, held))
	}
	return strings.Join(lines, "\n")
}

// plainInput reads an input block: label, content, hint, error.
func plainInput(b object, held func(field) []string) []string {
	lines := []string{b.plainText("label") + ":"}
	if held != nil {
		for _, f := range fieldsOf([]object{b}) {
			lines = append(lines, held(f)...)
		}
	}
	if hint := b.plainText("hint"); hint != "" {
		lines = append(lines, unescaped.Replace(hint))
	}
	return lines
}

// plainElements reads the buttons and menus of a section or actions block.
func plainElements(b object, held func(field) []string) string {
	var parts []string
	for _, e := range elements(b) {
		switch {
		case e.str("type") == "button":
			parts = append(parts, "["+unescaped.Replace(e.plainText("text"))+"]")
		case held != nil && stateKey(e.str("type")) != "":
			f := field{fieldKey: fieldKey{b.str("block_id"), e.str("action_id")}, kind: e.str("type"), element: e}
			parts = append(parts, held(f)...)
		default:
			parts = append(parts, "["+e.plainText("placeholder")+"]")
		}
	}
	return strings.Join(parts, " ")
}

// plainRichText reads the leaves of a rich_text block in order.
func plainRichText(o object, who names) string {
	var out strings.Builder
	for _, e := range o.objects("elements") {
		switch e.str("type") {
		case "user":
			out.WriteString(plainText("<@"+e.str("user_id")+">", who))
		case "channel":
			out.WriteString(plainText("<#"+e.str("channel_id")+">", who))
		case "link":
			if e.str("text") == "" {
				out.WriteString(e.str("url"))
			}
			out.WriteString(e.str("text"))
		default:
			out.WriteString(e.str("text"))
			out.WriteString(plainRichText(e, who))
		}
	}
	return out.String()
}
