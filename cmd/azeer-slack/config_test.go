package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"azeer-slack/bot"
	"azeer-slack/bot/offer"
	"azeer-slack/bot/render"
	"azeer-slack/bot/texts"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rs/zerolog"
)

// complete are the settings without which nothing starts.
func complete() map[string]string {
	return map[string]string{
		"SLACK_APP_TOKEN": "xapp-sandbox",
		"SLACK_BOT_TOKEN": "xoxb-sandbox",
		"AZEER_API_KEY":   "key-of-the-sandbox",
	}
}

func from(values map[string]string) lookup {
	return func(name string) (string, bool) {
		value, ok := values[name]
		return value, ok
	}
}

func TestDefaultsAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	got, problems := readSettings(from(complete()))
	if len(problems) > 0 {
		t.Fatal(explain(problems))
	}
	want := Config{
		AzeerBaseURL: "https://api.mottasl.ai/v1", SlackAPIURL: "https://slack.com/api/",
		HTTPAddr: "127.0.0.1:8080", AzeerConcurrency: 8, LogLevel: zerolog.InfoLevel,
		Bot: bot.Config{Connections: 2, Region: "SA", Render: render.Config{Language: "en"}, Days: 90, Offers: offer.Config{After: 15 * time.Minute}},
	}
	for field, want := range map[*Secret]string{
		&got.SlackAppToken: "xapp-sandbox", &got.SlackBotToken: "xoxb-sandbox",
		&got.AzeerAPIKey: "key-of-the-sandbox", &got.DatabaseURL: "sqlite://azeer-slack.db",
	} {
		if field.Reveal() != want {
			t.Errorf("secret is %q, want %q", field.Reveal(), want)
		}
		*field = Secret{}
	}
	opt := cmp.Comparer(func(a, b Secret) bool { return a.Reveal() == b.Reveal() })
	if diff := cmp.Diff(want, got, opt, cmpopts.IgnoreUnexported(Config{}, zerolog.Logger{})); diff != "" {
		t.Error(diff)
	}
}

var goodValues = []struct {
	name, value string
	read        func(Config) any
	want        any
}{
	{"SLACK_APP_TOKEN", "  xapp-sandbox\n", func(c Config) any { return c.SlackAppToken.Reveal() }, "xapp-sandbox"},
	{"AZEER_API_KEY", "aaa.bbb.ccc", func(c Config) any { return c.AzeerAPIKey.Reveal() }, "aaa.bbb.ccc"},
	{"AZEER_BASE_URL", "https://azeer.example/v2/", func(c Config) any { return c.AzeerBaseURL }, "https://azeer.example/v2"},
	{"AZEER_BASE_URL", "http://127.0.0.1:4000/v1", func(c Config) any { return c.AzeerBaseURL }, "http://127.0.0.1:4000/v1"},
	{"SLACK_API_URL", "http://localhost:4000/api", func(c Config) any { return c.SlackAPIURL }, "http://localhost:4000/api/"},
	{"SLACK_API_URL", "http://[::1]:4000/api//", func(c Config) any { return c.SlackAPIURL }, "http://[::1]:4000/api/"},
	{"DATABASE_URL", "sqlite:///var/lib/x.db", func(c Config) any { return c.DatabaseURL.Reveal() }, "sqlite:///var/lib/x.db"},
	{"DATABASE_URL", "postgres://u:p@db/azeer", func(c Config) any { return c.DatabaseURL.Reveal() }, "postgres://u:p@db/azeer"},
	{"DATABASE_URL", "postgresql:///azeer?host=/run/pg", func(c Config) any { return c.DatabaseURL.Reveal() }, "postgresql:///azeer?host=/run/pg"},
	{"HTTP_ADDR", "", func(c Config) any { return c.HTTPAddr }, ""},
	{"HTTP_ADDR", ":8080", func(c Config) any { return c.HTTPAddr }, ":8080"},
	{"SLACK_CONNECTIONS", "10", func(c Config) any { return c.Bot.Connections }, 10},
	{"SLACK_CONNECTIONS", "", func(c Config) any { return c.Bot.Connections }, 2},
	{"DEFAULT_REGION", "ae", func(c Config) any { return c.Bot.Region }, "AE"},
	{"DEFAULT_LANGUAGE", "AR", func(c Config) any { return c.Bot.Render.Language }, "ar"},
	{"ALLOWED_CHANNELS", "C0123ABCDEF, G0123ABCDEF,,C0123ABCDEF", func(c Config) any { return c.Bot.Access.Channels }, []string{"C0123ABCDEF", "G0123ABCDEF"}},
	{"ALLOWED_USERS", "U0123ABCDEF,W0123ABCDEF", func(c Config) any { return c.Bot.Access.Users }, []string{"U0123ABCDEF", "W0123ABCDEF"}},
	{"ALLOWED_USERGROUPS", "S0123ABCDEF", func(c Config) any { return c.Bot.Access.UserGroups }, []string{"S0123ABCDEF"}},
	{"ALLOW_GUESTS", "TRUE", func(c Config) any { return c.Bot.Access.Guests }, true},
	{"ALLOW_EXTERNAL", "1", func(c Config) any { return c.Bot.Access.External }, true},
	{"ADMIN_USERS", "U0123ABCDEF", func(c Config) any { return c.Bot.Access.Admins }, []string{"U0123ABCDEF"}},
	{"AUDIT_CHANNEL", "C0123ABCDEF", func(c Config) any { return c.Bot.Audit.Channel }, "C0123ABCDEF"},
	{"AUDIT_FULL_PHONE", "true", func(c Config) any { return c.Bot.Audit.FullPhone }, true},
	{"AZEER_CONCURRENCY", "64", func(c Config) any { return c.AzeerConcurrency }, 64},
	{"AGENT_ALIASES", "Omar.H@Company.com = omar@twerlo.com, sara.a@company.com=Sara@twerlo.com", func(c Config) any { return c.AgentAliases },
		map[string]string{"omar.h@company.com": "omar@twerlo.com", "sara.a@company.com": "Sara@twerlo.com"}},
	{"DUTY_GROUPS", "S0123ABCDEF, S0456ABCDEF", func(c Config) any { return c.Bot.Duty.Groups }, []string{"S0123ABCDEF", "S0456ABCDEF"}},
	{"NOTIFY_AGENTS", "true", func(c Config) any { return c.Bot.Notify.On }, true},
	{"RECEIPT_AFTER", "1h30m", func(c Config) any { return c.Bot.Notify.ReceiptAfter }, 90 * time.Minute},
	{"OFFER_CHANNEL", "C0123ABCDEF", func(c Config) any { return c.Bot.Offers.Channel }, "C0123ABCDEF"},
	{"OFFER_AFTER", "30m", func(c Config) any { return c.Bot.Offers.After }, 30 * time.Minute},
	{"INBOX_URL", "https://inbox.example/#/c/{phone}", func(c Config) any { return c.Bot.Notify.InboxURL }, "https://inbox.example/#/c/{phone}"},
	{"RETENTION_DAYS", "1", func(c Config) any { return c.Bot.Days }, 1},
	{"LOG_LEVEL", "Debug", func(c Config) any { return c.LogLevel }, zerolog.DebugLevel},
	{"LOG_FORMAT", "console", func(c Config) any { return c.LogConsole }, true},
}

func TestGoodValuesAreTaken(t *testing.T) {
	t.Parallel()
	for _, c := range goodValues {
		t.Run(fmt.Sprintf("%s=%s", c.name, c.value), func(t *testing.T) {
			t.Parallel()
			values := complete()
			values[c.name] = c.value
			cfg, problems := readSettings(from(values))
			if len(problems) > 0 {
				t.Fatal(explain(problems))
			}
			if diff := cmp.Diff(c.want, c.read(cfg)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

var badValues = []struct{ name, value, want string }{
	{"SLACK_APP_TOKEN", "", "is missing"},
	{"SLACK_APP_TOKEN", "   ", "is missing"},
	{"SLACK_APP_TOKEN", "xoxb-sandbox", "holds a bot token (xoxb-…): SLACK_APP_TOKEN and SLACK_BOT_TOKEN look swapped"},
	{"SLACK_APP_TOKEN", "xapp-", "ends after xapp-"},
	{"SLACK_APP_TOKEN", "xapp-a b", "has a space"},
	{"SLACK_APP_TOKEN", "xapp-a\u200eb", "invisible character"},
	{"SLACK_APP_TOKEN", "xapp-…", "shortened"},
	{"SLACK_BOT_TOKEN", "xapp-sandbox", "holds an app-level token (xapp-…): SLACK_APP_TOKEN and SLACK_BOT_TOKEN look swapped"},
	{"SLACK_BOT_TOKEN", "xoxp-sandbox", "holds a user token"},
	{"SLACK_BOT_TOKEN", "sandbox", "does not begin with xoxb-"},
	{"AZEER_API_KEY", "", "is missing"},
	{"AZEER_API_KEY", "xoxb-sandbox", "holds a bot token (xoxb-…) of Slack"},
	{"AZEER_API_KEY", "Bearer abc", "begins with the word Bearer"},
	{"AZEER_API_KEY", "abc def", "has a space"},
	{"AZEER_API_KEY", "مفتاح", "letters in it that no key has"},
	{"AZEER_BASE_URL", "http://api.mottasl.ai/v1", "is plain http to api.mottasl.ai"},
	{"AZEER_BASE_URL", "http://127.0.0.1.evil.example/v1", "is plain http"},
	{"AZEER_BASE_URL", "api.mottasl.ai/v1", "is not a web address"},
	{"AZEER_BASE_URL", "https://u:p@api.mottasl.ai/v1", "user name or password"},
	{"AZEER_BASE_URL", "https://api.mottasl.ai/v1?a=b", "has a ? or # part"},
	{"SLACK_API_URL", "ftp://slack.com/api/", "begins with ftp://"},
	{"SLACK_API_URL", "http://slack.com/api/", "is plain http to slack.com"},
	{"DATABASE_URL", "azeer.db", "no sqlite:// or postgres://"},
	{"DATABASE_URL", "sqlite://", "has no path"},
	{"DATABASE_URL", "mysql://db/azeer", "unknown kind"},
	{"DATABASE_URL", "postgres:///azeer", "names no host"},
	{"DATABASE_URL", "postgres://u:p%zz@db/azeer", "is not a readable postgres:// address"},
	{"HTTP_ADDR", "8080", "not host:port"},
	{"HTTP_ADDR", "127.0.0.1:http", "has the port"},
	{"HTTP_ADDR", ":70000", "has the port"},
	{"SLACK_CONNECTIONS", "0", "is 0"},
	{"SLACK_CONNECTIONS", "11", "is 11"},
	{"SLACK_CONNECTIONS", "two", "not a whole number"},
	{"DEFAULT_REGION", "KSA", "no region"},
	{"DEFAULT_REGION", "XX", "no region"},
	{"DEFAULT_LANGUAGE", "fr", `is "fr"`},
	{"ALLOWED_CHANNELS", "#general", `has "#general", which is no such id`},
	{"ALLOWED_CHANNELS", "U0123ABCDEF", "no such id"},
	{"ALLOWED_CHANNELS", ",", "without an id"},
	{"ALLOWED_USERS", "U0123ABCDEF,@sara,S0123ABCDEF", `has "@sara", "S0123ABCDEF"`},
	{"ALLOWED_USERGROUPS", "U0123ABCDEF", "no such id"},
	{"ALLOW_GUESTS", "maybe", `is "maybe"`},
	{"ALLOW_EXTERNAL", "2", `is "2"`},
	{"ADMIN_USERS", "sara@twerlo.com", "no such id"},
	{"AUDIT_CHANNEL", "#audit", "no channel id"},
	{"AUDIT_FULL_PHONE", "sometimes", `is "sometimes"`},
	{"AZEER_CONCURRENCY", "65", "is 65"},
	{"AGENT_ALIASES", "omar@company.com", "has no = in entry 1"},
	{"AGENT_ALIASES", "a@b.com=c@d.com,omar=omar@twerlo.com", "entry 2 that is no email"},
	{"AGENT_ALIASES", "a@b.com=c@d.com,A@B.com=e@f.com", "names a…@b.com twice"},
	{"AGENT_ALIASES", ",,", "without a pair"},
	{"DUTY_GROUPS", "@support-oncall", "no such id"},
	{"NOTIFY_AGENTS", "perhaps", `is "perhaps"`},
	{"RECEIPT_AFTER", "15", `is "15", which is no time`},
	{"RECEIPT_AFTER", "10s", "is 10s"},
	{"RECEIPT_AFTER", "48h", "is 48h"},
	{"OFFER_CHANNEL", "#leads", "no channel id"},
	{"OFFER_AFTER", "soon", `is "soon", which is no time`},
	{"OFFER_AFTER", "25h", "is 25h"},
	{"INBOX_URL", "https://inbox.example/", "has no {phone} in it"},
	{"INBOX_URL", "inbox/{phone}", "is not a web address"},
	{"INBOX_URL", "http://inbox.example/{phone}", "is plain http to inbox.example"},
	{"INBOX_URL", "https://me:secret@inbox.example/{phone}", "has a user name or password in it"},
	{"RETENTION_DAYS", "0", "is 0"},
	{"RETENTION_DAYS", "-1", "is -1"},
	{"LOG_LEVEL", "loud", `is "loud"`},
	{"LOG_FORMAT", "xml", `is "xml"`},
	{"HTTPS_PROXY", "ftp://proxy.example", "is of an unknown kind"},
	{"HTTPS_PROXY", "http://u:hunter2#x@proxy.example:3128", "percent-encode"},
	{"HTTPS_PROXY", "http://u:hunter2/x@proxy.example:3128", "percent-encode"},
	{"HTTPS_PROXY", "http://u:hunter2%@proxy.example:3128", "percent-encode"},
	{"HTTPS_PROXY", "http://", "is not an address"},
	{"NO_PROXY", "localhost 10.0.0.1", "is no host"},
	{"NO_PROXY", "a.example,https://b.example", `has "https://b.example", which is no host`},
	{"SSL_CERT_FILE", "/nowhere/ca.pem", "names a file that is not there"},
	{"SSL_CERT_FILE", "/", "names something that cannot be read"},
	{"SSL_CERT_FILE", "config_test.go", "names a file without a certificate in it"},
}

func TestEveryLanguageCanBeTheDefault(t *testing.T) {
	t.Parallel()
	catalogue, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range catalogue.Languages() {
		values := complete()
		values["DEFAULT_LANGUAGE"] = language
		if _, problems := readSettings(from(values)); len(problems) > 0 {
			t.Errorf("there are texts in %s, but %s", language, explain(problems))
		}
	}
}

func TestBadValuesAreNamedWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range badValues {
		t.Run(fmt.Sprintf("%s=%s", c.name, c.value), func(t *testing.T) {
			t.Parallel()
			values := complete()
			values[c.name] = c.value
			_, problems := readSettings(from(values))
			if len(problems) != 1 || problems[0].name != c.name || !strings.Contains(problems[0].wrong, c.want) {
				t.Fatalf("problems are %q, want one about %s that says %q", explain(problems), c.name, c.want)
			}
			if problems[0].secret && len(c.value) > 10 && strings.Contains(explain(problems), c.value) {
				t.Errorf("a secret's value is shown:\n%s", explain(problems))
			}
		})
	}
}

func TestEverySettingCanBeWrongAndAllAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, problems := readSettings(func(string) (string, bool) { return "\x01 wrong", true })
	text := explain(problems)
	for _, s := range settings {
		if !strings.Contains(text, "\n  "+s.name+" ") {
			t.Errorf("%s is not among the problems", s.name)
		}
		if !strings.Contains(text, s.expected) || !strings.Contains(text, s.get) {
			t.Errorf("%s: not said what is expected, or how to get it", s.name)
		}
	}
	if !strings.Contains(text, "azeer-slack demo") {
		t.Error("the demo is not mentioned")
	}
}

func TestMissingSettingsSayHowToGetThem(t *testing.T) {
	t.Parallel()
	_, problems := readSettings(from(nil))
	if len(problems) != 3 {
		t.Fatalf("%d problems, want the 3 required ones", len(problems))
	}
	for _, p := range problems {
		if p.wrong != "is missing" || p.get == "" {
			t.Errorf("%s %s; get it: %q", p.name, p.wrong, p.get)
		}
	}
}

func TestConfigNeverShowsSecrets(t *testing.T) {
	t.Parallel()
	values := complete()
	values["DATABASE_URL"] = "postgres://u:hunter2@db/azeer"
	cfg, _ := readSettings(from(values))
	type hidden struct{ cfg Config }
	encoded, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprintf("%v %+v %#v %s %+v", cfg, cfg, cfg, encoded, hidden{cfg})
	for _, secret := range []string{"sandbox", "hunter2"} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q shows in %s", secret, shown)
		}
	}
}

func TestEnvFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write := func(t *testing.T, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("may be missing", func(t *testing.T) {
		if _, err := environment(); err != nil {
			t.Error(err)
		}
	})
	t.Run("is read, and the environment wins", func(t *testing.T) {
		write(t, "\ufeff# comment\r\nexport AZEER_API_KEY='a$b'\r\nDEFAULT_REGION=AE\r\nHTTP_ADDR=\r\n")
		t.Setenv("DEFAULT_REGION", "EG")
		find, err := environment()
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"AZEER_API_KEY": "a$b", "DEFAULT_REGION": "EG", "HTTP_ADDR": ""} {
			if got, ok := find(name); got != want || !ok {
				t.Errorf("%s is %q, %v; want %q", name, got, ok, want)
			}
		}
	})
	for _, c := range []struct {
		name, text, want string
	}{
		{"names the bad line and not its text", "# fine\nLOG_LEVEL=info\n\n-secret-\nA=b\n", "line 4"},
		{"names the line of an open quote", "A=b\nAZEER_API_KEY=\"-secret-\nB=c\n", "line 2"},
		{"copes with values over several lines", "A=\"b\nc\"\n?-secret-\n", "line 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			write(t, c.text)
			_, err := environment()
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("error is %v, want one about %s without the text", err, c.want)
			}
		})
	}
	t.Run("that is a folder is an error", func(t *testing.T) {
		if err := os.Remove(".env"); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(".env", 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := environment(); err == nil {
			t.Error("no error")
		}
	})
}

func FuzzSettings(f *testing.F) {
	f.Add("xapp-sandbox")
	f.Add("https://slack.com/api/")
	f.Add("a@b.com=c@d.com")
	f.Add("C0123ABCDEF,")
	// The law: whatever stands in every setting, each is either taken or named, and the
	// value of a secret is never repeated.
	f.Fuzz(func(t *testing.T, value string) {
		cfg, problems := readSettings(func(string) (string, bool) { return value, true })
		text := explain(problems)
		for _, p := range problems {
			if p.wrong == "" {
				t.Errorf("%s is refused without a reason", p.name)
			}
		}
		const long = 24
		if v := strings.TrimSpace(value); len(v) > long && strings.Contains(fmt.Sprintf("%+v", cfg), v) && len(problems) == 0 {
			t.Errorf("a secret shows in %+v", cfg)
		}
		for _, p := range problems {
			if v := strings.TrimSpace(value); p.secret && len(v) > long && strings.Contains(p.wrong, v) {
				t.Errorf("%s repeats its value: %s", p.name, text)
			}
		}
	})
}
