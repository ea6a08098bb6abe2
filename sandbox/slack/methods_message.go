package slack

import (
	"encoding/json"
	"time"

	"azeer-slack/sandbox/blockkit"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/rule"
	"azeer-slack/sandbox/slack/webapi"
)

// Limits of messages (https://docs.slack.dev/reference/methods/chat.postMessage).
const (
	maxText       = 40000 // characters; more is cut off by chat.postMessage
	maxUpdateText = 4000  // characters
)

// checkMessage applies Block Kit to a message; errors in Slack's words.
func (ws *Workspace) checkMessage(c *webapi.Call) (*message, error) {
	body := object{"text": c.Str("text"), "markdown_text": c.Str("markdown_text"), "thread_ts": c.Str("thread_ts")}
	content := object{}
	if raw := c.JSON("blocks"); raw != nil && string(raw) != "null" {
		var blocks []any
		if err := json.Unmarshal(raw, &blocks); err != nil {
			ws.report.Breach(rule.InvalidMessage, "%s: blocks are no JSON array", c.Method)
			return nil, webapi.Error{Code: "invalid_blocks_format"}
		}
		content["blocks"], body["blocks"] = blocks, blocks
	}
	m := messageFrom(body, ViaPostMessage)
	if body.Str("markdown_text") != "" && (body.Str("text") != "" || len(m.blocks) > 0) {
		return nil, webapi.Error{Code: "markdown_text_conflict"}
	}
	if m.empty() {
		ws.report.Breach(rule.InvalidMessage, "%s: neither text nor blocks", c.Method)
		return nil, webapi.Error{Code: "no_text"}
	}
	if problems := describe(blockkit.Message(jsonmap.Encode(content))); len(problems) > 0 {
		ws.report.Breach(rule.InvalidMessage, "%s: %v", c.Method, problems)
		marked := make([]string, len(problems))
		for i, p := range problems {
			marked[i] = "[ERROR] " + p
		}
		return nil, webapi.Error{Code: "invalid_blocks", More: object{"errors": problems,
			"response_metadata": object{"messages": marked}}}
	}
	return m, nil
}

// postable finds where the bot may post: where it is a member, and in
// DMs with it. A user id opens the DM.
func (ws *Workspace) postable(c *webapi.Call) (*channel, error) {
	id := c.Str("channel")
	if id == "" {
		return nil, c.Missing("channel")
	}
	if p := ws.personNamed(id); p != nil && p.id == id && !p.cfg.Deactivated {
		return ws.reachable(ws.dm(p.id, BotUserID))
	}
	conversation := ws.find(nil, id)
	if conversation == nil {
		return nil, webapi.Error{Code: "channel_not_found"}
	}
	return ws.reachable(conversation)
}

// threadOf checks thread_ts, which must be that of the message that began the thread.
func (ws *Workspace) threadOf(c *webapi.Call, conversation *channel) error {
	thread := c.Str("thread_ts")
	if thread == "" {
		return nil
	}
	began := conversation.messageAt(thread, "")
	if began == nil {
		ws.report.Breach(rule.BadRequest, "%s: thread_ts of no message in that conversation", c.Method)
		return webapi.Error{Code: "cannot_reply_to_message"}
	}
	if began.thread != "" {
		ws.report.Breach(rule.BadRequest, "%s: thread_ts of a reply, not of the message that began the thread", c.Method)
	}
	return nil
}

func (ws *Workspace) reachable(c *channel) (*channel, error) {
	switch {
	case c.appDM() && !ws.manifest.MessagesTab:
		return nil, webapi.Error{Code: "messages_tab_disabled"}
	case c.cfg.Archived:
		return nil, webapi.Error{Code: "is_archived"}
	case c.members[BotUserID]:
		return c, nil
	case c.im || c.cfg.Private:
		return nil, webapi.Error{Code: "channel_not_found"}
	}
	return c, webapi.Error{Code: "not_in_channel"}
}

// chatPostMessage posts for everybody in a conversation.
func (ws *Workspace) chatPostMessage(c *webapi.Call) (object, error) {
	m, err := ws.checkMessage(c)
	if err != nil {
		return nil, err
	}
	conversation, err := ws.postable(c)
	if code, _ := err.(webapi.Error); code.Code == "not_in_channel" && ws.InScope("chat:write.public") == nil {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	if err := ws.threadOf(c, conversation); err != nil {
		return nil, err
	}
	if err := ws.WithinRate("chat.postMessage "+conversation.id, 3, 3*time.Second); err != nil {
		return nil, err // one a second, in bursts of three
	}
	if runes := []rune(m.text); len(runes) > maxText {
		m.text = string(runes[:maxText])
	}
	ws.post(conversation, m)
	return object{"channel": conversation.id, "ts": m.ts, "message": m.payload()}, nil
}

// chatPostEphemeral shows a message to one person, who must be in the channel.
func (ws *Workspace) chatPostEphemeral(c *webapi.Call) (object, error) {
	m, err := ws.checkMessage(c)
	if err != nil {
		return nil, err
	}
	if c.Str("user") == "" {
		return nil, c.Missing("user")
	}
	conversation, err := ws.postable(c)
	switch {
	case err != nil:
		return nil, err
	case len([]rune(m.text)) > maxText:
		return nil, webapi.Error{Code: "msg_too_long"}
	case !conversation.members[c.Str("user")] || ws.personNamed(c.Str("user")) == nil:
		return nil, webapi.Error{Code: "user_not_in_channel"}
	}
	if err := ws.threadOf(c, conversation); err != nil {
		return nil, err
	}
	m.via, m.only = ViaPostEphemeral, c.Str("user")
	ws.post(conversation, m)
	return object{"message_ts": m.ts}, nil
}

// chatUpdate changes one of the bot's messages; ephemeral ones are out of reach.
func (ws *Workspace) chatUpdate(c *webapi.Call) (object, error) {
	if c.Str("ts") == "" {
		return nil, c.Missing("ts")
	}
	changed, err := ws.checkMessage(c)
	if err != nil {
		return nil, err
	}
	conversation := ws.find(nil, c.Str("channel"))
	if conversation == nil {
		return nil, webapi.Error{Code: "channel_not_found"}
	}
	m := conversation.messageAt(c.Str("ts"), "")
	switch {
	case m == nil:
		return nil, webapi.Error{Code: "message_not_found"}
	case m.user != BotUserID:
		return nil, webapi.Error{Code: "cant_update_message"}
	case len([]rune(changed.text)) > maxUpdateText:
		return nil, webapi.Error{Code: "msg_too_long"}
	}
	m.text, m.raw, m.blocks = changed.text, changed.raw, ws.identify(changed.blocks)
	m.edited, m.via = true, ViaUpdate
	ws.show(conversation, m)
	return object{"channel": conversation.id, "ts": m.ts, "text": m.text, "message": m.payload()}, nil
}

// conversationsOpen opens the bot's DM with one person.
func (ws *Workspace) conversationsOpen(c *webapi.Call) (object, error) {
	p := ws.personNamed(c.Str("users"))
	switch {
	case c.Str("channel") != "":
		if conversation := ws.find(nil, c.Str("channel")); conversation != nil && conversation.appDM() {
			return object{"channel": object{"id": conversation.id}}, nil
		}
		return nil, webapi.Error{Code: "channel_not_found"}
	case c.Str("users") == "":
		return nil, webapi.Error{Code: "users_list_not_supplied"}
	case p == nil || p.id != c.Str("users"):
		return nil, webapi.Error{Code: "user_not_found"}
	case p.cfg.Deactivated:
		return nil, webapi.Error{Code: "user_disabled"}
	}
	return object{"channel": object{"id": ws.dm(p.id, BotUserID).id}}, nil
}

// visibleChannel finds a conversation that the bot may look at.
func (ws *Workspace) visibleChannel(c *webapi.Call, verb string) (*channel, error) {
	conversation := ws.find(nil, c.Str("channel"))
	if conversation == nil || (conversation.im || conversation.cfg.Private) && !conversation.members[BotUserID] {
		return nil, webapi.Error{Code: "channel_not_found"}
	}
	kind := "channels"
	switch {
	case conversation.im:
		kind = "im"
	case conversation.cfg.Private:
		kind = "groups"
	}
	return conversation, ws.InScope(kind + ":" + verb)
}

func (ws *Workspace) conversationsInfo(c *webapi.Call) (object, error) {
	conversation, err := ws.visibleChannel(c, "read")
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
	for _, p := range ws.persons {
		if conversation.members[p.id] {
			info["user"] = p.id
		}
	}
	return object{"channel": info}, nil
}

// conversationsReplies gives a message and the replies to it, or a reply alone
// (https://docs.slack.dev/reference/methods/conversations.replies).
func (ws *Workspace) conversationsReplies(c *webapi.Call) (object, error) {
	if c.Str("ts") == "" {
		return nil, c.Missing("ts")
	}
	conversation, err := ws.visibleChannel(c, "history")
	if err != nil {
		return nil, err
	}
	if !conversation.members[BotUserID] {
		return nil, webapi.Error{Code: "not_in_channel"}
	}
	var found []any
	for _, m := range conversation.messages {
		if m.only == "" && (m.ts == c.Str("ts") || m.thread == c.Str("ts")) {
			found = append(found, m.payload())
		}
	}
	if len(found) == 0 {
		return nil, webapi.Error{Code: "thread_not_found"}
	}
	return c.Page("messages", found)
}

func (ws *Workspace) conversationsMembers(c *webapi.Call) (object, error) {
	conversation, err := ws.visibleChannel(c, "read")
	if err != nil {
		return nil, err
	}
	var ids []any
	for _, p := range ws.persons {
		if conversation.members[p.id] {
			ids = append(ids, p.id)
		}
	}
	if conversation.members[BotUserID] {
		ids = append(ids, BotUserID)
	}
	return c.Page("members", ids)
}
