package mrkdwn

import (
	"slices"
	"strings"

	"azeer-slack/sandbox/slack/jsonmap"
)

// Typed makes a message of what somebody types: mrkdwn, and the rich text that the
// client sends beside it.
func Typed(text string, who Directory) jsonmap.Object {
	var marked strings.Builder
	var leaves []any
	leaf := func(text string) {
		if text != "" {
			leaves = append(leaves, jsonmap.Object{"type": "text", "text": text})
			marked.WriteString(escapeEntities(text))
		}
	}
	last := 0
	for _, m := range linkable.FindAllStringSubmatchIndex(text, -1) {
		group := slices.IndexFunc([]int{1, 2, 3, 4, 5}, func(g int) bool { return m[2*g] >= 0 }) + 1
		if group == 0 || insideWord(text, m[0], m[1]) {
			continue // numbers stay as they are typed
		}
		link, rest := wrapLink(group, text[m[0]:m[1]], who, Escaping{Bare: group == 3 || group == 4})
		if link == "" {
			continue
		}
		leaf(text[last:m[0]])
		last = m[1] - len(rest)
		leaves = append(leaves, richLink(link))
		marked.WriteString(link)
	}
	leaf(text[last:])
	return jsonmap.Object{"text": marked.String(), "blocks": []any{jsonmap.Object{"type": "rich_text",
		"elements": []any{jsonmap.Object{"type": "rich_text_section", "elements": leaves}}}}}
}

// richLink is the leaf of a rich text for a link in mrkdwn.
func richLink(link string) jsonmap.Object {
	target, label, _ := strings.Cut(strings.Trim(link, "<>"), "|")
	switch target[0] {
	case '@':
		return jsonmap.Object{"type": "user", "user_id": target[1:]}
	case '#':
		return jsonmap.Object{"type": "channel", "channel_id": target[1:]}
	case '!':
		_, id, _ := strings.Cut(target, "^")
		return jsonmap.Object{"type": "usergroup", "usergroup_id": id}
	}
	leaf := jsonmap.Object{"type": "link", "url": Unescape(target)}
	if label != "" {
		leaf["text"] = Unescape(label)
	}
	return leaf
}

// PlainRichText reads the leaves of a rich_text block in order.
func PlainRichText(o jsonmap.Object, who Directory) string {
	var out strings.Builder
	for _, e := range o.Objects("elements") {
		switch e.Str("type") {
		case "user":
			out.WriteString(PlainText("<@"+e.Str("user_id")+">", who))
		case "channel":
			out.WriteString(PlainText("<#"+e.Str("channel_id")+">", who))
		case "usergroup":
			out.WriteString(PlainText("<!subteam^"+e.Str("usergroup_id")+">", who))
		case "link":
			if e.Str("text") == "" {
				out.WriteString(e.Str("url"))
			}
			out.WriteString(e.Str("text"))
		default:
			out.WriteString(e.Str("text"))
			out.WriteString(PlainRichText(e, who))
		}
	}
	return out.String()
}
