package slack

import "time"

// Config says what the workspace holds and how it behaves. Only Manifest is required.
type Config struct {
	// Manifest is the app's manifest (YAML or JSON). Commands, shortcuts, scopes
	// and tabs that it does not declare do not exist in the workspace.
	Manifest []byte

	// Limits are Slack's time limits; zero fields mean Slack's own.
	Limits Limits

	// Unsettled chooses among behaviours for which no public source is certain.
	Unsettled Unsettled
}

// Limits are the spans of time that Slack counts. Zero means Slack's own value,
// given with each field.
type Limits struct {
	Ack          time.Duration   // to acknowledge an envelope, from its sending: 3 s
	Trigger      time.Duration   // life of a trigger_id: 3 s
	ResponseURL  time.Duration   // life of a response_url: 30 min
	Ping         time.Duration   // between two pings of the server: 10 s
	WarningClose time.Duration   // between a warning and the closing of the socket: 10 s
	RefreshClose time.Duration   // between refresh_requested and the closing: 1 s (not documented)
	Ticket       time.Duration   // life of a socket URL: 30 s
	Retries      []time.Duration // waits before an event is sent again: at once, 1 min, 5 min
}

// Unsettled holds a switch for each point on which Slack's behaviour is not
// known for certain; an app should work under every setting.
type Unsettled struct {
	// TimeoutShown is what a person reads when a command is not acknowledged in
	// time; empty means "operation_timeout" (the other candidate is
	// "dispatch_failed").
	TimeoutShown string
	// RefuseStrayAcks ignores acknowledgements that arrive on another socket
	// than the one the envelope went out on. Normally they are accepted.
	RefuseStrayAcks bool
	// BareLinks escapes emails, phones and mentions in command text in their
	// bare form (<mailto:a@b>, <@U…>), without the label.
	BareLinks bool
	// PlainAddresses leaves emails and phones in command text unescaped.
	PlainAddresses bool
	// ResponseURLText makes response URLs answer "ok" as text rather than
	// {"ok":true}.
	ResponseURLText bool
	// CommandFlag is how is_enterprise_install appears in command payloads:
	// "string" (default), "bool", "null" or "absent".
	CommandFlag string
	// PrivateNames gives the real name of a private channel as channel_name,
	// instead of "privategroup".
	PrivateNames bool
	// EmptyOptionsFail makes {} no answer to a block_suggestion, rather than an
	// empty list of options.
	EmptyOptionsFail bool
	// KeepTCP leaves the TCP connection open after the close handshake.
	KeepTCP bool
}

func (l Limits) orDefaults() Limits {
	set := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	set(&l.Ack, 3*time.Second)
	set(&l.Trigger, 3*time.Second)
	set(&l.ResponseURL, 30*time.Minute)
	set(&l.Ping, 10*time.Second)
	set(&l.WarningClose, 10*time.Second)
	set(&l.RefreshClose, time.Second)
	set(&l.Ticket, 30*time.Second)
	if l.Retries == nil {
		l.Retries = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	return l
}
