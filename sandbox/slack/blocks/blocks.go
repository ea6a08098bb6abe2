// Package blocks is what Slack's client makes of the Block Kit of a message or view before
// one person: its fields and what they hold, its buttons and menus, and how it reads. It
// knows neither messages nor views, and asks a [Directory] for the workspace. Whether
// blocks keep Slack's rules is the business of package blockkit.
package blocks

import (
	"encoding/json"
	"slices"

	"azeer-slack/sandbox/slack/jsonmap"
)

type object = jsonmap.Object

// Decode reads an array of blocks, given as JSON.
func Decode(raw json.RawMessage) []object {
	var blocks []object
	_ = json.Unmarshal(raw, &blocks) // what is no array of objects has no blocks
	return blocks
}

// Identify gives every block and interactive element the id it lacks, as Slack does.
func Identify(blocks []object, newID func() string) []object {
	identify := func(o object, key string) {
		if o.Str(key) == "" {
			o[key] = newID()
		}
	}
	for _, b := range blocks {
		identify(b, "block_id")
		for _, e := range elements(b) {
			if interactive(e.Str("type")) {
				identify(e, "action_id")
			}
		}
	}
	return blocks
}

// elements returns what stands in a block: accessory, element or elements.
func elements(block object) []object {
	var all []object
	for _, key := range []string{"accessory", "element"} {
		if e := block.Obj(key); e != nil {
			all = append(all, e)
		}
	}
	if block.Str("type") == "actions" {
		all = append(all, block.Objects("elements")...)
	}
	return all
}

func interactive(kind string) bool {
	return kind == "button" || kind == "overflow" || kind == "workflow_button" || stateKey(kind) != ""
}

// HasInput tells whether a block of that id can bear an error
// (https://docs.slack.dev/surfaces/modals, slack-go#1013).
func HasInput(blocks []object, id string) bool {
	return slices.ContainsFunc(blocks, func(b object) bool {
		return b.Str("block_id") == id && b.Str("type") == "input"
	})
}
