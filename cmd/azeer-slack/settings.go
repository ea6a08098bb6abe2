package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"azeer-slack/internal/check"

	"github.com/joho/godotenv"
)

// setting describes one line of the settings table. README.md and .env.example are
// held against this table by a test.
type setting struct {
	name string
	// fallback is the value when it is not set; empty for none.
	fallback string
	// required settings have no sensible fallback.
	required bool
	// secret values are never shown, not even a part of them.
	secret bool
	// emptyCounts makes an empty value mean something else than "not set".
	emptyCounts bool
	// about is what it governs, in one line.
	about string
	// expected is what a right value looks like.
	expected string
	// get is where a value is to be had; empty where that is plain.
	get string
	// read checks value and puts it into c. Its error says only what is wrong, and
	// does not repeat the value of a secret.
	read func(c *Config, value string) error
}

const getSlackID = "in Slack open the channel's or the person's details; the id stands at the bottom, or under ⋮ → Copy member ID"

const getGroupID = "in Slack → People → User groups → open one; its id stands at the end of the address in a browser"

// missing is what is wrong with a required setting without a value.
const missing = "is missing"

// settings is every setting there is, in the order of the README.
var settings = []setting{
	{
		name: "SLACK_APP_TOKEN", required: true, secret: true,
		about:    "app-level token with the scope `connections:write`",
		expected: "an app-level token, xapp-…", get: check.GetAppToken,
		read: slackToken("xapp-", func(c *Config) *Secret { return &c.SlackAppToken }),
	},
	{
		name: "SLACK_BOT_TOKEN", required: true, secret: true,
		about:    "bot token of the installed app",
		expected: "a bot token, xoxb-…", get: check.GetBotToken,
		read: slackToken("xoxb-", func(c *Config) *Secret { return &c.SlackBotToken }),
	},
	{
		name: "AZEER_API_KEY", required: true, secret: true,
		about:    "a read-and-write key of the Azeer account",
		expected: "an Azeer API key, on one line, without the word Bearer", get: check.GetAzeerKey,
		read: readAzeerKey,
	},
	{
		name: "AZEER_BASE_URL", fallback: "https://api.mottasl.ai/v1",
		about:    "Azeer's API; https only, except on loopback",
		expected: "an https:// address such as https://api.mottasl.ai/v1",
		read: func(c *Config, v string) (err error) {
			c.AzeerBaseURL, err = readURL(v)
			return err
		},
	},
	{
		name: "SLACK_API_URL", fallback: "https://slack.com/api/",
		about:    "Slack's Web API, for tests and the sandbox; https only, except on loopback",
		expected: "an https:// address such as https://slack.com/api/",
		read: func(c *Config, v string) (err error) {
			if v, err = readURL(v); err == nil {
				c.SlackAPIURL = v + "/"
			}
			return err
		},
	},
	{
		name: "DATABASE_URL", fallback: "sqlite://azeer-slack.db", secret: true,
		about:    "the journal: a path after `sqlite://` (`sqlite:///var/lib/x.db` is absolute), or `postgres://…`",
		expected: "sqlite://file.db, sqlite:///absolute/file.db or postgres://user:password@host/database",
		read:     readDatabaseURL,
	},
	{
		name: "HTTP_ADDR", fallback: "127.0.0.1:8080", emptyCounts: true,
		about:    "`/healthz`, `/readyz`, `/metrics`; set but empty: none; `fly.toml` sets `:8080`",
		expected: "host:port, :port, or nothing for no HTTP server",
		read:     readHTTPAddr,
	},
	{
		name: "SLACK_CONNECTIONS", fallback: "2",
		about:    "sockets held open to Slack, 1 to 10; two, so that one may be recycled unnoticed",
		expected: "a whole number from 1 to 10",
		read:     wholeNumber(1, 10, func(c *Config) *int { return &c.Bot.Connections }),
	},
	{
		name: "DEFAULT_REGION", fallback: "SA",
		about:    "ISO 3166 region of numbers typed without a country code",
		expected: "two letters, such as SA, AE, EG or KW",
		read:     readRegion,
	},
	{
		name: "DEFAULT_LANGUAGE", fallback: "en",
		about:    "`en` or `ar`: what people read whose Slack is in neither, and the language of the audit channel",
		expected: "en or ar",
		read:     oneOf(func(c *Config, v string) { c.Bot.Render.Language = v }, "en", "ar"),
	},
	{
		name:     "ALLOWED_CHANNELS",
		about:    "comma-separated channel ids; empty: all. A person passes when every list that is set holds them",
		expected: "channel ids such as C0123ABCDEF, separated by commas", get: getSlackID,
		read: slackIDs(isChannelID, func(c *Config) *[]string { return &c.Bot.Access.Channels }),
	},
	{
		name:     "ALLOWED_USERS",
		about:    "comma-separated user ids; empty: all. Users and user groups count as one list",
		expected: "user ids such as U0123ABCDEF, separated by commas", get: getSlackID,
		read: slackIDs(isUserID, func(c *Config) *[]string { return &c.Bot.Access.Users }),
	},
	{
		name:     "ALLOWED_USERGROUPS",
		about:    "comma-separated user group ids; empty: all",
		expected: "user group ids such as S0123ABCDEF, separated by commas",
		get:      getGroupID,
		read:     slackIDs(isUserGroupID, func(c *Config) *[]string { return &c.Bot.Access.UserGroups }),
	},
	{
		name: "ALLOW_GUESTS", fallback: "false",
		about:    "whether guests may assign",
		expected: "true or false",
		read:     yesOrNo(func(c *Config) *bool { return &c.Bot.Access.Guests }),
	},
	{
		name: "ALLOW_EXTERNAL", fallback: "false",
		about:    "whether people of other organisations may assign (Slack Connect)",
		expected: "true or false",
		read:     yesOrNo(func(c *Config) *bool { return &c.Bot.Access.External }),
	},
	{
		name:     "ADMIN_USERS",
		about:    "comma-separated user ids; they see the team's requests and counts on the Home tab; people who are refused are told to ask them",
		expected: "user ids such as U0123ABCDEF, separated by commas", get: getSlackID,
		read: slackIDs(isUserID, func(c *Config) *[]string { return &c.Bot.Access.Admins }),
	},
	{
		name:     "AUDIT_CHANNEL",
		about:    "channel id; each outcome is posted there, the phone masked. Invite the bot to it",
		expected: "one channel id such as C0123ABCDEF", get: getSlackID,
		read: channelID(func(c *Config) *string { return &c.Bot.Audit.Channel }),
	},
	{
		name: "AUDIT_FULL_PHONE", fallback: "false",
		about:    "whether the audit channel shows whole phone numbers, not only the last 3 digits",
		expected: "true or false",
		read:     yesOrNo(func(c *Config) *bool { return &c.Bot.Audit.FullPhone }),
	},
	{
		name: "NOTIFY_AGENTS", fallback: "false",
		about:    "whether the new owner is told in a direct message by the app, found by the agent's email. Recommended",
		expected: "true or false",
		read:     yesOrNo(func(c *Config) *bool { return &c.Bot.Notify.On }),
	},
	{
		name:     "RECEIPT_AFTER",
		about:    "with `NOTIFY_AGENTS`: how long the new owner may take to press *I have it* before the requester is asked, such as `15m`; empty: nobody is asked",
		expected: "a time from 1m to 24h, such as 15m or 1h30m",
		read:     duration(time.Minute, 24*time.Hour, func(c *Config) *time.Duration { return &c.Bot.Notify.ReceiptAfter }),
	},
	{
		name:     "OFFER_CHANNEL",
		about:    "channel id: where `/assign offer` posts if the bot is not in the channel where that is typed. Invite the bot to it",
		expected: "one channel id such as C0123ABCDEF", get: getSlackID,
		read: channelID(func(c *Config) *string { return &c.Bot.Offers.Channel }),
	},
	{
		name: "OFFER_AFTER", fallback: "15m",
		about:    "how long an offer may stay without anybody taking it before the requester is asked what to do",
		expected: "a time from 1m to 24h, such as 15m or 1h30m",
		read:     duration(time.Minute, 24*time.Hour, func(c *Config) *time.Duration { return &c.Bot.Offers.After }),
	},
	{
		name:     "INBOX_URL",
		about:    "address of a contact in Azeer's web inbox, with `{phone}` for the number without its +: the button *Open in Azeer*",
		expected: "an https:// address with {phone} in it",
		read:     readInboxURL,
	},
	{
		name: "AZEER_CONCURRENCY", fallback: "8",
		about:    "calls to Azeer at once, 1 to 64",
		expected: "a whole number from 1 to 64",
		read:     wholeNumber(1, 64, func(c *Config) *int { return &c.AzeerConcurrency }),
	},
	{
		name:     "AGENT_ALIASES",
		about:    "`slack-email=azeer-email,…` where the two differ",
		expected: "pairs such as omar.h@company.com=omar@twerlo.com, separated by commas",
		read:     readAliases,
	},
	{
		name:     "DUTY_GROUPS",
		about:    "comma-separated ids of the user groups of those on duty: on top of the form's menu, on the Home tab, and in `/assign duty`",
		expected: "user group ids such as S0123ABCDEF, separated by commas",
		get:      getGroupID,
		read:     slackIDs(isUserGroupID, func(c *Config) *[]string { return &c.Bot.Duty.Groups }),
	},
	{
		name: "RETENTION_DAYS", fallback: "90",
		about:    "finished assignments older than this are deleted",
		expected: "a whole number of days from 1 to 36500",
		read:     wholeNumber(1, 36500, func(c *Config) *int { return &c.Bot.Days }),
	},
	{
		name: "LOG_LEVEL", fallback: "info",
		about:    "`debug`, `info`, `warn` or `error`",
		expected: "debug, info, warn or error",
		read:     readLogLevel,
	},
	{
		name: "LOG_FORMAT", fallback: "json",
		about:    "`json`, or `console` for people",
		expected: "json or console",
		read:     oneOf(func(c *Config, v string) { c.LogConsole = v == "console" }, "json", "console"),
	},
	{
		name: "HTTPS_PROXY", secret: true,
		about:    "a proxy to Slack and Azeer: `http://`, `https://`, `socks5://` or `socks5h://`, with `user:password@` if it asks for them",
		expected: "an address such as http://proxy.company.com:3128",
		read:     readProxy,
	},
	{
		name:     "NO_PROXY",
		about:    "comma-separated hosts that are reached without the proxy",
		expected: "hosts such as .company.com, separated by commas",
		read:     readNoProxy,
	},
	{
		name:     "SSL_CERT_FILE",
		about:    "a file with certificates (PEM) to trust besides the system's, such as that of a proxy that reads along",
		expected: "the path of a file with a line BEGIN CERTIFICATE",
		read:     readCertFile,
	},
}

// problem is one setting that is missing or wrong.
type problem struct {
	setting
	wrong string
}

// lookup finds the value of a setting, as os.LookupEnv does.
type lookup func(name string) (value string, ok bool)

// readSettings reads every setting. What is wrong is left at its zero value in the
// Config and named among the problems, in the order of the table.
func readSettings(find lookup) (Config, []problem) {
	var c Config
	var problems []problem
	for _, s := range settings {
		value, ok := find(s.name)
		value = strings.TrimSpace(value)
		if !ok || value == "" && !s.emptyCounts {
			value = s.fallback
		}
		switch {
		case value == "" && s.required:
			problems = append(problems, problem{s, missing})
		case value == "" && !s.emptyCounts:
		case isQuoted(value):
			problems = append(problems, problem{s, "is in quotes, which belong to the value here: leave them out, " +
				"as docker run --env-file and Kubernetes secrets want it"})
		default:
			if err := s.read(&c, value); err != nil {
				problems = append(problems, problem{s, err.Error()})
			}
		}
	}
	return c, problems
}

// isQuoted tells whether quotes that a shell or a .env file would have taken off are still around
// a value. No setting begins with one.
func isQuoted(value string) bool {
	return len(value) > 1 && value[0] == value[len(value)-1] && strings.ContainsAny(value[:1], `"'`+"`")
}

// environment looks into the process's environment first, then into the file .env of
// the working directory. Without that file, the environment is all.
func environment() (lookup, error) {
	file, err := readEnvFile(".env")
	if err != nil {
		return os.LookupEnv, err
	}
	return func(name string) (string, bool) {
		for _, spelling := range spellings(name) {
			if value, ok := os.LookupEnv(spelling); ok {
				return value, true
			}
		}
		for _, spelling := range spellings(name) {
			if value, ok := file[spelling]; ok {
				return value, true
			}
		}
		return "", false
	}, nil
}

// environmentNames gives the names that are set in the environment and in .env.
func environmentNames() (names []string) {
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	file, err := readEnvFile(".env")
	if err != nil {
		return names // what is wrong with it is told elsewhere
	}
	return slices.AppendSeq(names, maps.Keys(file))
}

func readEnvFile(name string) (map[string]string, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read settings file: %w", err)
	}
	source := strings.TrimPrefix(string(text), "\ufeff")
	values, err := godotenv.Unmarshal(source)
	if err != nil {
		// The parser's own message quotes the file, and with it perhaps a token.
		return nil, fmt.Errorf("read settings file %s: line %d is not NAME=value "+
			"(lines beginning with # are comments; a value with spaces or $ goes in single quotes)", name, faultyLine(source))
	}
	return values, nil
}

// faultyLine gives the number of the first line that keeps source from being read: the
// one that follows the longest beginning that can be.
func faultyLine(source string) int {
	lines := strings.Split(source, "\n")
	good := 0
	for n := range len(lines) {
		if _, err := godotenv.Unmarshal(strings.Join(lines[:n], "\n")); err == nil {
			good = n
		}
	}
	for good < len(lines)-1 {
		text := strings.TrimSpace(lines[good])
		if text != "" && !strings.HasPrefix(text, "#") {
			break
		}
		good++
	}
	return good + 1
}

// explain says what is wrong with every problem, what is expected, and where to get it.
func explain(problems []problem) string {
	var b strings.Builder
	thing, need := "settings", "need"
	if len(problems) == 1 {
		thing, need = "setting", "needs"
	}
	fmt.Fprintf(&b, "azeer-slack cannot start: %d %s %s attention.\n", len(problems), thing, need)
	for _, p := range problems {
		fmt.Fprintf(&b, "\n  %s %s\n", p.name, p.wrong)
		fmt.Fprintf(&b, "      expected: %s\n", p.expected)
		if p.get != "" {
			fmt.Fprintf(&b, "      get it:   %s\n", p.get)
		}
	}
	b.WriteString("\nSettings come from the environment, or from a file .env in this folder (see .env.example).\n" +
		"To see it work without any account or token:  azeer-slack demo\n")
	return b.String()
}
