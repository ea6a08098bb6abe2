package main

import (
	"fmt"
	"io"
	"time"

	"azeer-slack/bot"
	"azeer-slack/internal/logging"

	"github.com/rs/zerolog"
)

// Config is every setting, read and checked. See the table in settings.go for what
// each one is for.
type Config struct {
	SlackAppToken Secret
	SlackBotToken Secret
	AzeerAPIKey   Secret
	// AzeerBaseURL ends without a slash.
	AzeerBaseURL string
	// SlackAPIURL ends with a slash, as slack-go needs it.
	SlackAPIURL string
	// DatabaseURL may hold a password.
	DatabaseURL Secret
	// HTTPAddr is empty for no HTTP server at all.
	HTTPAddr         string
	AzeerConcurrency int
	// AgentAliases leads from a Slack email, in lower case, to an Azeer email.
	AgentAliases map[string]string
	// Bot is what the bot is set to. What is no setting there is put in by assemble.
	Bot bot.Config `json:"-"`

	LogLevel zerolog.Level
	// LogConsole is for people; otherwise one JSON object per line.
	LogConsole bool

	// adopt is the flag of that name: the journal is ours whoever claimed it last.
	adopt bool

	// logDropped counts log lines that nobody will read; nil where none are dropped.
	logDropped func() int64

	// azeerTimeout is no setting: tests make it shorter. 0 is what azeer takes by itself.
	azeerTimeout time.Duration
}

// Retention is how long finished assignments are kept.
func (c Config) Retention() time.Duration { return time.Duration(c.Bot.Days) * 24 * time.Hour }

// Secret is a token, a key, or an address with a password in it. It does not show
// itself under fmt, zerolog or encoding/json; Reveal is the only way to read it.
//
// It sits behind a closure because fmt cannot call methods on unexported struct
// fields, and would print a plain string there in clear.
type Secret struct{ reveal func() string }

// NewSecret hides s.
func NewSecret(s string) Secret { return Secret{func() string { return s }} }

// Reveal gives the secret in clear; empty if there is none.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// String tells only whether there is anything.
func (s Secret) String() string {
	if s.Reveal() == "" {
		return "(none)"
	}
	return "(secret)"
}

// Format hides the secret under every verb of fmt.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// logger writes to w in the form and from the level that c asks for.
func (c Config) logger(w io.Writer) zerolog.Logger { return logging.New(w, c.LogLevel, c.LogConsole) }
