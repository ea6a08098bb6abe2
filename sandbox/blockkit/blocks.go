package blockkit

import "fmt"

var views = map[string]kind{
	"modal": {[]part{
		must("title", plain(24)),
		must("blocks", blockList),
		may("submit", plain(24)),
		may("close", plain(24)),
		may("private_metadata", str(0, 3000)),
		may("callback_id", str(0, 255)),
		may("external_id", str(0, 255)),
		may("clear_on_close", flag),
		may("notify_on_close", flag),
	}, []rule{inputsNeedSubmit}},
	"home": {[]part{
		must("blocks", blockList),
		may("private_metadata", str(0, 3000)),
		may("callback_id", str(0, 255)),
		may("external_id", str(0, 255)),
	}, nil},
}

func inputsNeedSubmit(c *checker, at string, v any) {
	if c.inputs && field(v, "submit") == nil {
		c.fail(at, "missing required field: submit (there are input blocks)")
	}
}

// blockList takes as many blocks as the surface at hand can show.
func blockList(c *checker, at string, v any) {
	most := 100
	if c.surface == OnMessage {
		most = 50
	}
	list(0, most, block)(c, at, v)
}

var block = oneKind(blocks, func(c *checker, name string) bool {
	return name != "markdown" || c.surface == OnMessage
}).and(newBlockID)

// newBlockID wants each block_id once in a view or message.
func newBlockID(c *checker, at string, v any) {
	id, _ := field(v, "block_id").(string)
	if id != "" && c.blockIDs[id] {
		c.fail(at+"/block_id", "block_id must be unique: %s is used twice", id)
	}
	c.blockIDs[id] = true
}

var blocks = map[string]kind{
	"section": {[]part{
		blockID,
		may("text", text(3000)),
		may("fields", list(1, 10, text(2000))),
		may("accessory", elementIn(accessory)),
		may("expand", flag),
	}, []rule{textOrFields}},
	"header":  {[]part{blockID, must("text", plain(150))}, nil},
	"divider": {[]part{blockID}, nil},
	"context": {[]part{blockID, must("elements", list(1, 10, contextElement))}, nil},
	"actions": {[]part{
		blockID,
		must("elements", list(1, 25, elementIn(actions)).and(unique("action_id"))),
	}, nil},
	"image": {[]part{
		blockID,
		must("alt_text", str(1, 2000)),
		may("image_url", str(1, 3000)),
		may("slack_file", anything),
		may("title", plain(2000)),
	}, []rule{exactlyOne("image_url", "slack_file")}},
	"input": {[]part{
		blockID,
		must("label", plain(2000)),
		must("element", elementIn(input)),
		may("hint", plain(2000)),
		may("optional", flag),
		may("dispatch_action", flag),
	}, []rule{noteInput}},
	"markdown": {[]part{blockID, must("text", str(1, 12000))}, nil},
	"video": {[]part{
		blockID,
		must("alt_text", str(1, 2000)),
		must("title", plain(199)),
		must("thumbnail_url", str(1, 3000)),
		must("video_url", like(`^https://`, "a URL with https")),
		may("author_name", str(1, 49)),
		may("description", plain(200)),
		may("provider_icon_url", str(1, 3000)),
		may("provider_name", str(1, 49)),
		may("title_url", like(`^https://`, "a URL with https")),
	}, nil},
	"rich_text": {[]part{blockID, must("elements", list(0, 100, richText))}, nil},
}

var blockID = may("block_id", str(1, 255))

func textOrFields(c *checker, at string, v any) {
	if field(v, "text") == nil && field(v, "fields") == nil {
		c.fail(at, "missing required field: text or fields")
	}
}

func noteInput(c *checker, at string, v any) {
	c.inputs = true
	if dispatch, _ := field(v, "dispatch_action").(bool); dispatch && field(field(v, "element"), "type") == "file_input" {
		c.fail(at+"/dispatch_action", "dispatch_action is not allowed with file_input")
	}
}

// contextElement is an image or a text object.
func contextElement(c *checker, at string, v any) {
	if field(v, "type") == "image" {
		elementIn(context)(c, at, v)
		return
	}
	text(3000)(c, at, v)
}

var richContainers = oneOf("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")

// richText looks at the structure only: containers of elements, each with a type.
func richText(c *checker, at string, v any) {
	fields, ok := v.(map[string]any)
	if !ok {
		c.fail(at, "must provide an object")
		return
	}
	if _, ok := fields["type"]; !ok {
		c.fail(at, "missing required field: type")
		return
	}
	richContainers(c, at+"/type", fields["type"])
	inner, ok := fields["elements"].([]any)
	if !ok {
		c.fail(at, "missing required field: elements")
		return
	}
	for i, e := range inner {
		where := fmt.Sprintf("%s/elements/%d", at, i)
		if fields["type"] == "rich_text_list" {
			richText(c, where, e)
		} else if _, ok := field(e, "type").(string); !ok {
			c.fail(where, "missing required field: type")
		}
	}
}
