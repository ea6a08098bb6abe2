package main

import (
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	azeerslack "azeer-slack"
	"azeer-slack/sandbox"
)

// setUp starts a sandbox and gives the settings for it.
func setUp(t *testing.T) (*sandbox.Sandbox, map[string]string) {
	t.Helper()
	box, err := sandbox.Start(sandbox.Config{Manifest: azeerslack.Manifest})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	return box, maps.Clone(box.Env())
}

func TestCheckIsContentWithARightSetUp(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	values["AGENT_ALIASES"] = "omar.h@company.com=Omar@twerlo.com"
	values["DATABASE_URL"] = "sqlite://" + filepath.Join(t.TempDir(), "journal.db")
	owners := box.Azeer.Owners()
	code, out, _ := started(t, values, "check")
	if code != exitDone || strings.Contains(out, "✗") {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	for _, line := range []string{
		"✓ SLACK_APP_TOKEN is set", "✓ the manifest in this program has all", "✓ Slack takes the bot token: ",
		"✓ scope chat:write is granted", "✓ scope usergroups:read is granted", "✓ Slack takes the app-level token",
		"✓ Azeer takes the key", " agents were read", "✓ 1 of 1 aliases lead to a listed agent", "✓ the host of the sockets, 127.0.0.1:", ", is reached\n",
		"must be an owner or supervisor", "slack manifest diff", "✓ the journal: there is no journal yet",
		"✓ DEFAULT_REGION SA is known: ", "All is well",
	} {
		if !strings.Contains(out, line) {
			t.Errorf("no line %q in\n%s", line, out)
		}
	}
	if n := box.Slack.Connections(); n != 0 {
		t.Errorf("check opened %d sockets", n)
	}
	if !maps.Equal(owners, box.Azeer.Owners()) {
		t.Error("check assigned somebody")
	}
}

func TestCheckNamesTheCure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(*sandbox.Sandbox, map[string]string)
		want  []string
	}{
		{"a missing token", func(_ *sandbox.Sandbox, v map[string]string) {
			delete(v, "SLACK_BOT_TOKEN")
			v["AUDIT_CHANNEL"] = "C0123ABCDEF"
		},
			[]string{"✗ SLACK_BOT_TOKEN is missing", "Bot User OAuth Token", "– skipped: the bot token and its scopes: SLACK_BOT_TOKEN is to be put right first", "– skipped: the audit channel", "✓ Slack takes the app-level token"}},
		{"swapped tokens", func(_ *sandbox.Sandbox, v map[string]string) {
			v["SLACK_APP_TOKEN"], v["SLACK_BOT_TOKEN"] = v["SLACK_BOT_TOKEN"], v["SLACK_APP_TOKEN"]
		}, []string{"look swapped", "✓ Azeer takes the key"}},
		{"a revoked bot token", func(b *sandbox.Sandbox, _ map[string]string) { b.Slack.RevokeBotToken() },
			[]string{"✗ SLACK_BOT_TOKEN: Slack says ", "→ "}},
		{"a revoked app-level token", func(b *sandbox.Sandbox, _ map[string]string) { b.Slack.RevokeAppToken() },
			[]string{"✗ SLACK_APP_TOKEN: Slack says ", "→ "}},
		{"a scope that was not granted", func(b *sandbox.Sandbox, _ map[string]string) { b.Slack.SetScopes("commands", "chat:write") },
			[]string{"✓ scope commands is granted", "✗ scope users:read is not granted", "reinstall the app"}},
		{"Slack away", func(_ *sandbox.Sandbox, v map[string]string) { v["SLACK_API_URL"] = "http://127.0.0.1:1/api/" },
			[]string{"Slack could not be asked", "correct SLACK_API_URL", "– skipped: the app-level token", "– skipped: the host of the sockets", "– skipped: the scopes"}},
		{"Azeer away", func(_ *sandbox.Sandbox, v map[string]string) { v["AZEER_BASE_URL"] = "http://127.0.0.1:1/v1" },
			[]string{"✗ Azeer could not be asked", "let this machine reach 127.0.0.1:1", "correct AZEER_BASE_URL"}},
		{"an alias to nobody", func(_ *sandbox.Sandbox, v map[string]string) { v["AGENT_ALIASES"] = "a@company.com=nobody@twerlo.com" },
			[]string{"✗ AGENT_ALIASES leads a…@company.com to n…@twerlo.com", "add that agent"}},
		{"an unknown region", func(_ *sandbox.Sandbox, v map[string]string) { v["DEFAULT_REGION"] = "KSA" },
			[]string{"✗ DEFAULT_REGION is \"KSA\"", "two letters"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			box, values := setUp(t)
			c.spoil(box, values)
			code, out, _ := started(t, values, "check")
			if code != exitFault || !strings.Contains(out, "to fix") {
				t.Errorf("exit code %d", code)
			}
			for _, want := range c.want {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
		})
	}
}

func TestCheckReadsAzeersAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"a wrong key", 401, `{"message":"no"}`, "✗ AZEER_API_KEY: Azeer answers 401"},
		{"a key without the right", 403, `{}`, "✗ AZEER_API_KEY: Azeer answers 403"},
		{"a wrong address", 404, `not found`, "✗ Azeer answers 404"},
		{"trouble at Azeer", 500, `oops`, "✗ Azeer answers 500"},
		{"an unknown shape", 200, `{"weather":"fine"}`, "✗ Azeer's list of agents has a shape that is not known"},
		{"a web page", 200, `<html>Sign in</html>`, "✗ not Azeer answered, but a web page"},
		{"no agents", 200, `[]`, "✗ Azeer lists no agents"},
		{"agents", 200, `[{"id":1,"platform_id":"omar@twerlo.com"}]`, "✓ 1 agents were read"},
		{"part of the agents", 200, `{"data":[{"id":1,"platform_id":"omar@twerlo.com"}],"total":7}`, "hints that there are more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet {
					t.Errorf("%s %s changes something", r.Method, r.URL.Path)
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			values := complete()
			values["AZEER_BASE_URL"], values["SLACK_API_URL"] = server.URL+"/v1", "http://127.0.0.1:1/api/"
			_, out, _ := started(t, values, "check")
			if !strings.Contains(out, c.want) {
				t.Errorf("no %q in\n%s", c.want, out)
			}
			if strings.Contains(out, "key-of-the-sandbox") {
				t.Error("the key is shown")
			}
		})
	}
}

func TestCheckHoldsTheManifestOfTheFolderAgainstTheNeeds(t *testing.T) {
	t.Chdir(t.TempDir())
	_, values := setUp(t)
	lacking := strings.Replace(string(azeerslack.Manifest), "should_escape: true", "should_escape: false", 1)
	for _, c := range []struct{ manifest, want string }{
		{lacking, "✗ manifest.yaml in this folder lacks escaped mentions in /assign"},
		{"nonsense: true\n", "✗ manifest.yaml in this folder is not one that Slack would take"},
		{string(azeerslack.Manifest), "✓ manifest.yaml in this folder has all"},
	} {
		if err := os.WriteFile("manifest.yaml", []byte(c.manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, out, _ := started(t, values, "check"); !strings.Contains(out, c.want) {
			t.Errorf("no %q in\n%s", c.want, out)
		}
	}
}

func TestCheckTellsOptionalScopesFromRequiredOnes(t *testing.T) {
	t.Chdir(t.TempDir())
	box, values := setUp(t)
	optional := strings.Replace(string(azeerslack.Manifest), "    bot:\n", "    bot:\n      - pins:read\n", 1)
	if err := os.WriteFile("manifest.yaml", []byte(optional), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ := started(t, values, "check")
	for _, want := range []string{"· optional scope dnd:read is not granted: people on duty who do not want to be disturbed are given contacts all the same", "· scope pins:read stands in the manifest and is not granted"} {
		if code != exitDone || !strings.Contains(out, want) {
			t.Errorf("exit code %d, no %q in\n%s", code, want, out)
		}
	}
	box.Slack.SetScopes(append(box.Slack.Scopes(), "dnd:read")...)
	if _, out, _ := started(t, values, "check"); !strings.Contains(out, "✓ optional scope dnd:read is granted") {
		t.Errorf("it says\n%s", out)
	}
	if err := os.WriteFile("manifest.workflow.yaml", azeerslack.WorkflowManifest, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, out, _ := started(t, values, "check"); !strings.Contains(out, "· optional scope channels:history is not granted: a workflow's step finds no number") {
		t.Errorf("it says\n%s", out)
	}
	box.Slack.SetScopes("commands")
	if _, out, _ := started(t, values, "check"); !strings.Contains(out, "✗ scope chat:write is not granted, and the bot does not start without it") {
		t.Errorf("it says\n%s", out)
	}
}

func TestCheckTriesTheAddressOfTheProbes(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	for at, want := range map[string]string{
		"127.0.0.1:0":            "✓ HTTP_ADDR 127.0.0.1:0 is free",
		listener.Addr().String(): "· HTTP_ADDR " + listener.Addr().String() + " is taken: by the bot, if it runs here",
		"192.0.2.1:8080":         "✗ HTTP_ADDR 192.0.2.1:8080 cannot be listened on",
	} {
		values := complete()
		values["SLACK_API_URL"], values["AZEER_BASE_URL"], values["HTTP_ADDR"] = "http://127.0.0.1:1/api/", "http://127.0.0.1:1/v1", at
		if _, out, _ := started(t, values, "check"); !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestCheckReadsTheUserGroups(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	group, empty, off := box.Slack.AddUserGroup("support", "sara", "omar"), box.Slack.AddUserGroup("empty"), box.Slack.AddUserGroup("off", "sara")
	box.Slack.SetUserGroup(off, true, "sara")
	values["DUTY_GROUPS"] = strings.Join([]string{group, empty, off, "S0NOWHERE1"}, ",")
	values["ALLOWED_USERGROUPS"], values["HTTP_PROXY"] = group+",S0NOWHERE0", "10.0.0.1:3128"
	check, said := child(t, values, "check")
	if err := check.Run(); err == nil {
		t.Error("check is content")
	}
	out := said.String()
	for _, want := range []string{
		"✓ user group " + group + " of ALLOWED_USERGROUPS has 2 members", "✗ user group S0NOWHERE0 of ALLOWED_USERGROUPS cannot be read: Slack says ",
		"✓ @support of DUTY_GROUPS has 2 members", "· @empty of DUTY_GROUPS has no members", "· @off of DUTY_GROUPS is turned off",
		"✗ there is no user group S0NOWHERE1 of DUTY_GROUPS",
		"✗ HTTP_PROXY has no effect",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
