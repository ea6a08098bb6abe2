package sandbox

import "context"

// PersonConfig describes somebody in the workspace. Handle is required; the rest
// has defaults made from it.
type PersonConfig struct {
	Handle      string // "omar", without @
	Name        string // real and display name
	Email       string // default <handle>@twerlo.com
	Locale      string // default en-US
	TZ          string // default Asia/Riyadh
	Guest       bool   // is_restricted: a multi-channel guest
	SingleGuest bool   // is_ultra_restricted: a single-channel guest
	External    bool   // of another organisation, here by Slack Connect
	Deactivated bool   // deleted: true
	Bot         bool   // is_bot: true
}

// Person is somebody in the workspace. Its methods do what the Slack client does
// when that person types and clicks: each is real traffic to the app.
//
// Places are named "#general", by id, "@sara" (the DM with her) or "@" and the
// bot's name (the DM with the app; "@bot" does as well).
type Person struct {
	slack *Slack
	id    string
	cfg   PersonConfig
	team  string

	// Below: guarded by slack.mu.
	stand   string     // InChannel looked at
	forms   []*view    // stack of open modals, the top one last
	home    *view      // the app's Home tab as published for this person
	homeFor string     // envelope_id of what it will be drawn for next, "" if of nothing known
	feed    []*Message // not yet consumed by See
	removed bool
	idle    bool
}

// ID returns the Slack user id (U…).
func (p *Person) ID() string { return p.id }

// Handle returns the person's name without @.
func (p *Person) Handle() string { return p.cfg.Handle }

// Config returns what is known of the person.
func (p *Person) Config() PersonConfig {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	return p.cfg
}

// Speak changes the language of the person's Slack: the locale of users.info.
func (p *Person) Speak(locale string) {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	p.cfg.Locale = locale
}

// Stand moves the person to a channel. Global shortcuts are opened from there,
// and default_to_current_conversation means it. Everybody starts in #general.
func (p *Person) Stand(channel string) {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	p.stand = p.slack.place(p, channel).id
}

// Idle makes the person inactive, or active again. What chat.postEphemeral sends
// meanwhile is accepted and never shown: its delivery is not guaranteed
// (https://docs.slack.dev/reference/methods/chat.postEphemeral).
func (p *Person) Idle(idle bool) {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	p.idle = idle
}

// Command types a line such as "/assign 0544444444 omar@twerlo.com" in a channel
// and returns when it is acknowledged or has failed.
func (p *Person) Command(channel, line string) *Delivery {
	return p.CommandAsync(channel, line).settled()
}

// Shortcut starts a global shortcut where the person stands and returns when it
// is acknowledged or has failed.
func (p *Person) Shortcut(callbackID string) *Delivery {
	return p.ShortcutAsync(callbackID).settled()
}

// MessageShortcut starts a message shortcut on m and returns when it is settled.
// Slack does not offer it on ephemeral messages.
func (p *Person) MessageShortcut(callbackID string, m Message) *Delivery {
	return p.messageShortcut(callbackID, m).settled()
}

// MessageShortcutAsync is MessageShortcut without waiting.
func (p *Person) MessageShortcutAsync(callbackID string, m Message) *Delivery {
	return p.messageShortcut(callbackID, m)
}

// Form waits for a modal and returns the top one as it is now.
func (p *Person) Form(ctx context.Context) (*Form, error) {
	return p.FormWhere(ctx, func(*Form) bool { return true })
}

// FormWhere waits until the top modal is one that matches, for instance after
// the app has updated it.
func (p *Person) FormWhere(ctx context.Context, match func(*Form) bool) (*Form, error) {
	return p.awaitForm(ctx, match)
}

// FormsGone waits until no modal is open.
func (p *Person) FormsGone(ctx context.Context) error { return p.awaitNoForm(ctx) }

// Forms returns the open modals, the top one last.
func (p *Person) Forms() []*Form { return p.openForms() }

// Type types text into the menu (external_select) of a block and returns the
// options that the app offers; below min_query_length nothing is sent, the
// delivery is nil and there are no options.
func (p *Person) Type(f *Form, blockID, text string) ([]Option, *Delivery) {
	return p.suggestion(f, blockID, text).offers()
}

// TypeAsync is Type without waiting: the options are in the delivery once it is
// settled.
func (p *Person) TypeAsync(f *Form, blockID, text string) *Delivery {
	return p.suggestion(f, blockID, text)
}

// TypeInAsync is TypeAsync for a menu in a message.
func (p *Person) TypeInAsync(m Message, blockID, text string) *Delivery {
	return p.suggestionIn(m, blockID, text)
}

// Submit fills in the blocks named in values, presses the submit button and
// returns when the app has answered. Blocks not named keep what they hold. A
// value is the text typed, the text or value of an option (for an external
// select: one of the options last offered), or the name or id of a conversation
// or person; several, for multi-selects and checkboxes, are separated by commas;
// "" empties the field.
//
// Afterwards f is what is on the screen: with Errors, updated, or Closed. What
// the client itself refuses (an empty required field, a bad email) is shown in
// Errors and never sent: then Delivery.Sent is zero.
func (p *Person) Submit(f *Form, values map[string]string) *Delivery {
	d := p.SubmitAsync(f, values).settled()
	f.refresh()
	return d
}

// SubmitAsync is Submit without waiting; f is not refreshed.
func (p *Person) SubmitAsync(f *Form, values map[string]string) *Delivery {
	return p.submit(f, values)
}

// Fill changes fields as Submit does, without pressing the submit button. Fields
// with dispatch_action send no action: see [Person.Keys] and [Person.UseIn].
func (p *Person) Fill(f *Form, values map[string]string) error { return p.fill(f, values) }

// Cancel presses Cancel in the top modal. The delivery is settled at once unless
// the view asked for notify_on_close.
func (p *Person) Cancel(f *Form) *Delivery { return p.CancelAsync(f).settled() }

// CancelAsync is Cancel without waiting.
func (p *Person) CancelAsync(f *Form) *Delivery { return p.closeForms(f, false) }

// CloseAll closes the whole stack with the ×.
func (p *Person) CloseAll(f *Form) *Delivery { return p.CloseAllAsync(f).settled() }

// CloseAllAsync is CloseAll without waiting.
func (p *Person) CloseAllAsync(f *Form) *Delivery { return p.closeForms(f, true) }

// Click presses the button of a message that bears this label and returns when
// the click is acknowledged or has failed.
func (p *Person) Click(m Message, label string) *Delivery { return p.ClickAsync(m, label).settled() }

// ClickAsync is Click without waiting.
func (p *Person) ClickAsync(m Message, label string) *Delivery { return p.click(m, label) }

// Press presses a button inside a modal or the Home tab.
func (p *Person) Press(f *Form, label string) *Delivery {
	d := p.press(f, label).settled()
	f.refresh()
	return d
}

// Use does something to any element of a message, and returns when that is
// acknowledged or has failed.
func (p *Person) Use(m Message, t Touch) *Delivery { return p.UseAsync(m, t).settled() }

// UseAsync is Use without waiting.
func (p *Person) UseAsync(m Message, t Touch) *Delivery {
	return p.touchMessage(m, func(*sheet) (Touch, error) { return t, nil })
}

// UseIn does something to any element of a modal or the Home tab that tells the
// app at once: not to fields that are only submitted, see [Person.Fill].
func (p *Person) UseIn(f *Form, t Touch) *Delivery {
	d := p.UseInAsync(f, t).settled()
	f.refresh()
	return d
}

// UseInAsync is UseIn without waiting; f is not refreshed.
func (p *Person) UseInAsync(f *Form, t Touch) *Delivery {
	return p.touchForm(f, func(*sheet) (Touch, error) { return t, nil })
}

// OpenHome opens the app's Home tab and sends app_home_opened where the app has
// subscribed to it; nil if it has not.
func (p *Person) OpenHome() *Delivery {
	d := p.openApp("home")
	if d == nil {
		return nil
	}
	return d.settled()
}

// OpenHomeAsync is OpenHome without waiting.
func (p *Person) OpenHomeAsync() *Delivery { return p.openApp("home") }

// OpenMessagesAsync is OpenHomeAsync for the app's Messages tab, of which the app is
// told by the same event.
func (p *Person) OpenMessagesAsync() *Delivery { return p.openApp("messages") }

// Home waits for the published Home tab.
func (p *Person) Home(ctx context.Context) (*Form, error) { return p.awaitHome(ctx) }

// See waits for the oldest message not yet seen that matches, visible to this
// person anywhere, and consumes it. An edited message counts as a new one.
func (p *Person) See(ctx context.Context, match func(Message) bool) (Message, error) {
	return p.awaitMessage(ctx, match)
}

// Unseen returns the messages that See has not consumed, oldest first.
func (p *Person) Unseen() []Message { return p.unseen() }

// Messages returns what is on the person's screen in a channel now.
func (p *Person) Messages(channel string) []Message { return p.onScreen(channel) }

// Reload restarts the person's client: ephemeral messages vanish.
func (p *Person) Reload() { p.reload() }
