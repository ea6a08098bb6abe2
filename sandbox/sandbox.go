package sandbox

import (
	"errors"
	"fmt"
	"time"
)

// Tokens and key that the sandbox hands out. They open nothing but a sandbox.
const (
	AppToken = "xapp-sandbox"
	BotToken = "xoxb-sandbox"
)

// Config says what the box holds. Only Manifest is required.
type Config struct {
	// Manifest is the app's manifest (YAML or JSON). Commands, shortcuts, scopes
	// and tabs that it does not declare do not exist in the workspace.
	Manifest []byte

	// SlackAddr and AzeerAddr are the addresses to listen on; empty means
	// 127.0.0.1:0.
	SlackAddr, AzeerAddr string

	// Limits are Slack's time limits; zero fields mean Slack's own.
	Limits Limits

	// Unsettled chooses among behaviours for which no public source is certain.
	Unsettled Unsettled
}

// Limits are the spans of time that Slack counts. Zero means Slack's own value,
// given with each field.
type Limits struct {
	Ack          time.Duration   // To acknowledge an envelope, from its sending: 3 s
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
	// ConnectionsPerMinute is the rate limit of apps.connections.open where rate
	// limits are on: 50 (Tier 3, default), or 1 (Tier 1) by other sources.
	ConnectionsPerMinute int
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

// Sandbox is a running workspace and account.
type Sandbox struct {
	Slack *Slack
	Azeer *Azeer

	record *recorder
}

// Start reads the manifest, opens both listeners on loopback and returns at
// once; the app may connect as soon as it has [Sandbox.Env].
func Start(cfg Config) (*Sandbox, error) {
	manifest, err := ParseManifest(cfg.Manifest)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	record := newRecorder()
	azeer, err := newAzeer(orLoopback(cfg.AzeerAddr), record)
	if err != nil {
		record.close()
		return nil, fmt.Errorf("start azeer side: %w", err)
	}
	slack, err := newSlack(cfg, manifest, record)
	if err != nil {
		err = errors.Join(err, azeer.close())
		record.close()
		return nil, fmt.Errorf("start slack side: %w", err)
	}
	return &Sandbox{Slack: slack, Azeer: azeer, record: record}, nil
}

func orLoopback(addr string) string {
	if addr == "" {
		return "127.0.0.1:0"
	}
	return addr
}

// Close ends all connections and returns when no goroutine of the sandbox is
// left. Deliveries still open are settled as failed.
func (s *Sandbox) Close() error {
	err := errors.Join(s.Slack.close(), s.Azeer.close())
	s.record.close()
	return err
}

// Env returns the settings with which the app finds this sandbox.
func (s *Sandbox) Env() map[string]string {
	env := map[string]string{
		"SLACK_APP_TOKEN": AppToken,
		"SLACK_BOT_TOKEN": BotToken,
		"SLACK_API_URL":   s.Slack.APIURL(),
	}
	for name, value := range s.Azeer.env() {
		env[name] = value
	}
	return env
}

// Breaches returns every rule the app has broken so far, oldest first.
func (s *Sandbox) Breaches() []Breach { return s.record.allBreaches() }

// TakeBreaches returns the breaches so far and forgets them, for a test that
// provokes one on purpose.
func (s *Sandbox) TakeBreaches() []Breach { return s.record.takeBreaches() }

// Events returns all that happened so far, oldest first.
func (s *Sandbox) Events() []Event { return s.record.allEvents() }

// Subscribe calls f for every event from now on, one at a time and in order, on
// a goroutine of the sandbox. f may call the sandbox. The function returned ends
// the subscription; a call of f may still be under way then.
func (s *Sandbox) Subscribe(f func(Event)) (stop func()) { return s.record.subscribe(f) }
