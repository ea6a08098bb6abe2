package main

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/journal"

	"github.com/rs/zerolog"
)

// tokenKinds names what a Slack token's beginning tells about it.
var tokenKinds = []struct{ prefix, kind string }{
	{"xapp-", "an app-level token (xapp-…)"},
	{"xoxb-", "a bot token (xoxb-…)"},
	{"xoxp-", "a user token (xoxp-…)"},
	{"xoxe.xoxb-", "a bot token of an app with token rotation (xoxe.xoxb-…)"},
	{"xoxe-", "a refresh token, as apps with token rotation have (xoxe-…)"},
	{"xoxe", "a configuration or refresh token (xoxe…)"},
	{"xoxa-", "a workspace token of old (xoxa-…)"},
	{"xoxc-", "a browser session's token (xoxc-…)"},
}

func tokenKind(value string) string {
	for _, t := range tokenKinds {
		if strings.HasPrefix(value, t.prefix) {
			return t.kind
		}
	}
	return ""
}

// slackToken takes a token that begins with prefix, and says which other kind it is.
func slackToken(prefix string, field func(*Config) *Secret) func(*Config, string) error {
	return func(c *Config, value string) error {
		kind := tokenKind(value)
		switch {
		case strings.HasPrefix(value, "xapp-") && prefix == "xoxb-", strings.HasPrefix(value, "xoxb-") && prefix == "xapp-":
			return fmt.Errorf("holds %s: SLACK_APP_TOKEN and SLACK_BOT_TOKEN look swapped", kind)
		case strings.HasPrefix(value, "xoxe.xoxb-"), strings.HasPrefix(value, "xoxe-"):
			return fmt.Errorf("holds %s, which ends after hours, and nothing here renews it: make the app anew from manifest.yaml, which leaves token rotation off", kind)
		case !strings.HasPrefix(value, prefix) && kind != "":
			return fmt.Errorf("holds %s, which is another kind", kind)
		case !strings.HasPrefix(value, prefix):
			return fmt.Errorf("does not begin with %s", prefix)
		case len(value) == len(prefix):
			return fmt.Errorf("ends after %s", prefix)
		case strings.ContainsFunc(value, notInToken):
			return errors.New("has a space or an invisible character in it: was it copied whole?")
		case strings.ContainsAny(value, "…*"):
			return errors.New("is shortened, not the token itself")
		}
		*field(c) = NewSecret(value)
		return nil
	}
}

func notInToken(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }

func readAzeerKey(c *Config, value string) error {
	switch kind := tokenKind(value); {
	case kind != "":
		return fmt.Errorf("holds %s of Slack", kind)
	case len(value) > 7 && strings.EqualFold(value[:7], "bearer "):
		return errors.New("begins with the word Bearer, which is added when it is sent")
	case strings.ContainsFunc(value, notInToken):
		return errors.New("has a space, a line break or an invisible character in it: was it copied whole?")
	case strings.ContainsFunc(value, func(r rune) bool { return r > unicode.MaxASCII }):
		return errors.New("has letters in it that no key has")
	}
	c.AzeerAPIKey = NewSecret(value)
	return nil
}

// readURL takes an https address, or a plain http one on loopback, and gives it
// without slashes at its end.
func readURL(value string) (string, error) {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return "", errors.New("is not a web address")
	case u.User != nil:
		return "", errors.New("has a user name or password in it")
	case u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("has a ? or # part")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", fmt.Errorf("is plain http to %s, so keys would travel unprotected", u.Hostname())
	case u.Scheme != "https" && u.Scheme != "http":
		return "", fmt.Errorf("begins with %s://", u.Scheme)
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

func readDatabaseURL(c *Config, value string) error {
	if err := journal.CheckURL(value); err != nil {
		return err
	}
	c.DatabaseURL = NewSecret(value)
	return nil
}

func readHTTPAddr(c *Config, value string) error {
	if value == "" {
		c.HTTPAddr = ""
		return nil
	}
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return fmt.Errorf("is %q, which is not host:port", value)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("has the port %q", port)
	}
	c.HTTPAddr = value
	return nil
}

func wholeNumber(low, high int, field func(*Config) *int) func(*Config, string) error {
	return func(c *Config, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("is %q, which is not a whole number", value)
		}
		if n < low || n > high {
			return fmt.Errorf("is %d", n)
		}
		*field(c) = n
		return nil
	}
}

func yesOrNo(field func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, value string) error {
		b, err := strconv.ParseBool(strings.ToLower(value))
		if err != nil {
			return fmt.Errorf("is %q", value)
		}
		*field(c) = b
		return nil
	}
}

// oneOf takes one of the words, in any case.
func oneOf(set func(*Config, string), words ...string) func(*Config, string) error {
	return func(c *Config, value string) error {
		word := strings.ToLower(value)
		if !slices.Contains(words, word) {
			return fmt.Errorf("is %q", value)
		}
		set(c, word)
		return nil
	}
}

func readLogLevel(c *Config, value string) error {
	return oneOf(func(c *Config, word string) {
		c.LogLevel, _ = zerolog.ParseLevel(word) // one of the four words below
	}, "debug", "info", "warn", "error")(c, value)
}

func readRegion(c *Config, value string) error {
	region := strings.ToUpper(value)
	if !phone.KnownRegion(region) {
		return fmt.Errorf("is %q, which is no region with a numbering plan", value)
	}
	c.Bot.Region = region
	return nil
}

var (
	isChannelID   = regexp.MustCompile(`^[CGD][A-Z0-9]{5,}$`).MatchString
	isUserID      = regexp.MustCompile(`^[UW][A-Z0-9]{5,}$`).MatchString
	isUserGroupID = regexp.MustCompile(`^S[A-Z0-9]{5,}$`).MatchString
)

// slackIDs takes ids separated by commas, and drops repeated ones.
func slackIDs(isID func(string) bool, field func(*Config) *[]string) func(*Config, string) error {
	return func(c *Config, value string) error {
		var ids, bad []string
		for _, id := range listed(value) {
			switch {
			case !isID(id):
				bad = append(bad, strconv.Quote(id))
			case !slices.Contains(ids, id):
				ids = append(ids, id)
			}
		}
		if len(bad) > 0 {
			return fmt.Errorf("has %s, which is no such id", strings.Join(bad, ", "))
		}
		// A list of commas alone must not mean "everyone".
		if len(ids) == 0 {
			return errors.New("is a list without an id in it")
		}
		*field(c) = ids
		return nil
	}
}

func listed(value string) []string {
	var items []string
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func channelID(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, value string) error {
		if !isChannelID(value) {
			return fmt.Errorf("is %q, which is no channel id", value)
		}
		*field(c) = value
		return nil
	}
}

func duration(least, most time.Duration, field func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, value string) error {
		d, err := time.ParseDuration(value)
		switch {
		case err != nil:
			return fmt.Errorf("is %q, which is no time", value)
		case d < least || d > most:
			return fmt.Errorf("is %s", d)
		}
		*field(c) = d
		return nil
	}
}

func readInboxURL(c *Config, value string) error {
	u, err := url.Parse(strings.ReplaceAll(value, "{phone}", "966544444444"))
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("is not a web address")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return fmt.Errorf("is plain http to %s", u.Hostname())
	case u.User != nil:
		return errors.New("has a user name or password in it")
	case !strings.Contains(value, "{phone}"):
		return errors.New("has no {phone} in it")
	case len(value) > 2000:
		return errors.New("is too long")
	}
	c.Bot.Notify.InboxURL = value
	return nil
}

func readAliases(c *Config, value string) error {
	aliases := make(map[string]string)
	for n, pair := range listed(value) {
		from, to, ok := strings.Cut(pair, "=")
		from, to = strings.ToLower(strings.TrimSpace(from)), strings.TrimSpace(to)
		switch {
		case !ok:
			return fmt.Errorf("has no = in entry %d", n+1)
		case !isEmail(from) || !isEmail(to):
			return fmt.Errorf("has something in entry %d that is no email", n+1)
		case aliases[from] != "":
			return fmt.Errorf("names %s twice (entry %d): which agent is meant?", agent.MaskEmail(from), n+1)
		}
		aliases[from] = to
	}
	if len(aliases) == 0 {
		return errors.New("is a list without a pair in it")
	}
	c.AgentAliases = aliases
	return nil
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && a.Name == ""
}
