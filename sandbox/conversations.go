package sandbox

import (
	"encoding/json"
	"time"

	"azeer-slack/sandbox/blockkit"
)

// Limits of messages (https://docs.slack.dev/reference/methods/chat.postMessage).
const (
	maxText       = 40000 // characters; more is cut off by chat.postMessage
	maxUpdateText = 4000  // characters
)

// checkMessage applies Block Kit to a message; errors in Slack's words.
func (k *Slack) checkMessage(c *call) (*message, error) {
	body := object{"text": c.str("text"), "markdown_text": c.str("markdown_text"), "thread_ts": c.str("thread_ts")}
	content := object{}
	if raw := c.json("blocks"); raw != nil && string(raw) != "null" {
		var blocks []any
		if err := json.Unmarshal(raw, &blocks); err != nil {
			k.breach(RuleInvalidMessage, "%s: blocks are no JSON array", c.method)
			return nil, apiError{code: "invalid_blocks_format"}
		}
		content["blocks"], body["blocks"] = blocks, blocks
	}
	m := messageFrom(body, ViaPostMessage)
	if body.str("markdown_text") != "" && (body.str("text") != "" || len(m.blocks) > 0) {
		return nil, apiError{code: "markdown_text_conflict"}
	}
	if m.empty() {
		k.breach(RuleInvalidMessage, "%s: neither text nor blocks", c.method)
		return nil, apiError{code: "no_text"}
	}
	if problems := describe(blockkit.Message(encode(content))); len(problems) > 0 {
		k.breach(RuleInvalidMessage, "%s: %v", c.method, problems)
		marked := make([]string, len(problems))
		for i, p := range problems {
			marked[i] = "[ERROR] " + p
		}
		return nil, apiError{code: "invalid_blocks", more: object{"errors": problems,
			"response_metadata": object{"messages": marked}}}
	}
	return m, nil
}

// postable finds where the bot may post: where it is a member, and in
// DMs with it. A user id opens the DM.
func (k *Slack) postable(c *call) (*channel, error) {
	id := c.str("channel")
	if id == "" {
		return nil, c.missing("channel")
	}
	if p := k.personNamed(id); p != nil && p.id == id && !p.cfg.Deactivated {
		return k.reachable(k.dm(p.id, BotUserID))
	}
	conversation := k.find(nil, id)
	if conversation == nil {
		return nil, apiError{code: "channel_not_found"}
	}
	return k.reachable(conversation)
}

// threadOf checks thread_ts, which must be that of the message that began the thread.
func (k *Slack) threadOf(c *call, conversation *channel) error {
	thread := c.str("thread_ts")
	if thread == "" {
		return nil
	}
	began := conversation.messageAt(thread, "")
	if began == nil {
		k.breach(RuleBadRequest, "%s: thread_ts of no message in that conversation", c.method)
		return apiError{code: "cannot_reply_to_message"}
	}
	if began.thread != "" {
		k.breach(RuleBadRequest, "%s: thread_ts of a reply, not of the message that began the thread", c.method)
	}
	return nil
}

func (k *Slack) reachable(c *channel) (*channel, error) {
	switch {
	case c.appDM() && !k.manifest.MessagesTab:
		return nil, apiError{code: "messages_tab_disabled"}
	case c.cfg.Archived:
		return nil, apiError{code: "is_archived"}
	case c.members[BotUserID]:
		return c, nil
	case c.im || c.cfg.Private:
		return nil, apiError{code: "channel_not_found"}
	}
	return c, apiError{code: "not_in_channel"}
}

// chatPostMessage posts for everybody in a conversation.
func (k *Slack) chatPostMessage(c *call) (object, error) {
	m, err := k.checkMessage(c)
	if err != nil {
		return nil, err
	}
	conversation, err := k.postable(c)
	if code, _ := err.(apiError); code.code == "not_in_channel" && k.inScope([]string{"chat:write.public"}) == nil {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	if err := k.threadOf(c, conversation); err != nil {
		return nil, err
	}
	if err := k.withinRate("chat.postMessage "+conversation.id, 3, 3*time.Second); err != nil {
		return nil, err // one a second, in bursts of three
	}
	if runes := []rune(m.text); len(runes) > maxText {
		m.text = string(runes[:maxText])
	}
	k.post(conversation, m)
	return object{"channel": conversation.id, "ts": m.ts, "message": m.payload()}, nil
}

// chatPostEphemeral shows a message to one person, who must be in the channel.
func (k *Slack) chatPostEphemeral(c *call) (object, error) {
	m, err := k.checkMessage(c)
	if err != nil {
		return nil, err
	}
	if c.str("user") == "" {
		return nil, c.missing("user")
	}
	conversation, err := k.postable(c)
	switch {
	case err != nil:
		return nil, err
	case len([]rune(m.text)) > maxText:
		return nil, apiError{code: "msg_too_long"}
	case !conversation.members[c.str("user")] || k.personNamed(c.str("user")) == nil:
		return nil, apiError{code: "user_not_in_channel"}
	}
	if err := k.threadOf(c, conversation); err != nil {
		return nil, err
	}
	m.via, m.only = ViaPostEphemeral, c.str("user")
	k.post(conversation, m)
	return object{"message_ts": m.ts}, nil
}

// chatUpdate changes one of the bot's messages; ephemeral ones are out of reach.
func (k *Slack) chatUpdate(c *call) (object, error) {
	if c.str("ts") == "" {
		return nil, c.missing("ts")
	}
	changed, err := k.checkMessage(c)
	if err != nil {
		return nil, err
	}
	conversation := k.find(nil, c.str("channel"))
	if conversation == nil {
		return nil, apiError{code: "channel_not_found"}
	}
	m := conversation.messageAt(c.str("ts"), "")
	switch {
	case m == nil:
		return nil, apiError{code: "message_not_found"}
	case m.author != BotUserID:
		return nil, apiError{code: "cant_update_message"}
	case len([]rune(changed.text)) > maxUpdateText:
		return nil, apiError{code: "msg_too_long"}
	}
	m.text, m.raw, m.blocks = changed.text, changed.raw, k.nameBlocks(changed.blocks)
	m.edited, m.via = true, ViaUpdate
	k.show(conversation, m)
	return object{"channel": conversation.id, "ts": m.ts, "text": m.text, "message": m.payload()}, nil
}

// conversationsOpen opens the bot's DM with one person.
func (k *Slack) conversationsOpen(c *call) (object, error) {
	p := k.personNamed(c.str("users"))
	switch {
	case c.str("channel") != "":
		if conversation := k.find(nil, c.str("channel")); conversation != nil && conversation.appDM() {
			return object{"channel": object{"id": conversation.id}}, nil
		}
		return nil, apiError{code: "channel_not_found"}
	case c.str("users") == "":
		return nil, apiError{code: "users_list_not_supplied"}
	case p == nil || p.id != c.str("users"):
		return nil, apiError{code: "user_not_found"}
	case p.cfg.Deactivated:
		return nil, apiError{code: "user_disabled"}
	}
	return object{"channel": object{"id": k.dm(p.id, BotUserID).id}}, nil
}

// visibleChannel finds a conversation that the bot may look at.
func (k *Slack) visibleChannel(c *call) (*channel, error) {
	conversation := k.find(nil, c.str("channel"))
	if conversation == nil || (conversation.im || conversation.cfg.Private) && !conversation.members[BotUserID] {
		return nil, apiError{code: "channel_not_found"}
	}
	needed := "channels:read"
	switch {
	case conversation.im:
		needed = "im:read"
	case conversation.cfg.Private:
		needed = "groups:read"
	}
	return conversation, k.inScope([]string{needed})
}

func (k *Slack) conversationsInfo(c *call) (object, error) {
	conversation, err := k.visibleChannel(c)
	if err != nil {
		return nil, err
	}
	info := object{"id": conversation.id, "is_im": conversation.im, "is_archived": conversation.cfg.Archived,
		"is_private": conversation.cfg.Private || conversation.im, "is_ext_shared": conversation.cfg.Shared,
		"is_channel": !conversation.im, "is_member": conversation.members[BotUserID]}
	if !conversation.im {
		info["name"] = conversation.cfg.Name
		return object{"channel": info}, nil
	}
	for _, p := range k.persons {
		if conversation.members[p.id] {
			info["user"] = p.id
		}
	}
	return object{"channel": info}, nil
}

func (k *Slack) conversationsMembers(c *call) (object, error) {
	conversation, err := k.visibleChannel(c)
	if err != nil {
		return nil, err
	}
	var ids []any
	for _, p := range k.persons {
		if conversation.members[p.id] {
			ids = append(ids, p.id)
		}
	}
	if conversation.members[BotUserID] {
		ids = append(ids, BotUserID)
	}
	return c.page("members", ids)
}
