package render

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// Group puts whoever is on duty, and the agents somebody used last, on top of the menu's options.
// It gives nothing where there are none of these.
func (v Renderer) Group(onDuty []*slack.OptionBlockObject, last []agent.Agent, options []*slack.OptionBlockObject) (groups []*slack.OptionGroupBlockObject) {
	add := func(label string, options []*slack.OptionBlockObject) {
		if len(options) > 0 {
			groups = append(groups, slack.NewOptionGroupBlockElement(plainText(v.Texts.Plain(label, nil), optionText), options...))
		}
	}
	var top []*slack.OptionBlockObject
	same := v.namesakesAmong(last)
	for _, agent := range last {
		option := v.agentOption(agent, same)
		if at := slices.IndexFunc(options, func(o *slack.OptionBlockObject) bool { return o.Value == option.Value }); at >= 0 {
			option = options[at] // among all, it may have namesakes
		}
		top = append(top, option)
	}
	if len(top)+len(onDuty) == 0 {
		return nil
	}
	others := slices.DeleteFunc(options, func(o *slack.OptionBlockObject) bool {
		return slices.ContainsFunc(top, func(t *slack.OptionBlockObject) bool { return t.Value == o.Value })
	})
	shown := append(slices.Clone(onDuty), top...)
	for len(others) > 0 && (len(shown)+len(others) > MenuMost || len(payload.Encode(shown))+len(payload.Encode(others)) > menuBytes) {
		others = others[:len(others)-1]
	}
	add("form_agents_duty", onDuty)
	add("form_agents_recent", top)
	add("form_agents_other", others)
	return groups
}

// agentOption offers an agent in a menu. Whose address is too long for a value is there by
// its digest: see DigestOf.
func (v Renderer) agentOption(a agent.Agent, same namesakes) *slack.OptionBlockObject {
	label := v.agentLabel(a, same, optionText)
	option := newOption(label, agent.RefEmail(a.PlatformID.Reveal()))
	if option == nil {
		option = slack.NewOptionBlockObject(DigestOf(a), plainText(label, optionText), nil)
	}
	return option
}

// DigestPrefix begins the values that DigestOf gives.
const DigestPrefix = "agent:"

// DigestOf is a short value for an agent. It stays the same as long as the agent's address
// does, whoever makes it and whenever.
func DigestOf(a agent.Agent) string {
	sum := sha256.Sum256([]byte(a.PlatformID.Reveal()))
	return DigestPrefix + hex.EncodeToString(sum[:16])
}

// newOption is nil where the menu's limits cannot hold the reference.
func newOption(label string, ref agent.Ref) *slack.OptionBlockObject {
	value := ref.Encode()
	if Length(value) > OptionValue {
		return nil
	}
	return slack.NewOptionBlockObject(value, plainText(label, optionText), nil)
}

// Suggest lists the agents that match what is typed in the menu. While the list may be
// partial, an email that is not in it can be picked as typed.
func (v Renderer) Suggest(query string, found []agent.Agent, partial bool) []*slack.OptionBlockObject {
	var options []*slack.OptionBlockObject
	size := 0
	add := func(o *slack.OptionBlockObject) bool {
		if o == nil {
			return true
		}
		raw, err := json.Marshal(o)
		if err != nil || size+len(raw) > menuBytes {
			return false
		}
		size += len(raw) + 1
		options = append(options, o)
		return true
	}
	same := v.namesakesAmong(found)
	for _, agent := range found {
		if !add(v.agentOption(agent, same)) {
			break
		}
	}
	if len(options) == 0 && partial {
		if ref, err := line.ParseAgent(query); err == nil && ref.Kind == agent.ByEmail {
			add(newOption(v.Texts.Person(texts.Person{Email: ref.Reveal()}), ref))
		}
	}
	return options
}

const (
	MenuMost  = 50       // Options in a menu
	menuBytes = 12 << 10 // of JSON; Slack drops acknowledgements of 20 kB without a word
)
