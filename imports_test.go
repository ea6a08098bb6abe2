package azeerslack_test

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "azeer-slack"

// rooms says what the packages under a folder may import besides each other: rooms of
// ours. The longest folder that fits a package counts. Tests may import what they like.
var rooms = []struct {
	folder string
	may    []string
}{
	{"", nil}, // manifest.go
	{"cmd", []string{"", "assign", "assign/agent", "assign/duty", "assign/line", "assign/phone", "bot", "bot/access", "bot/audit", "bot/notify", "bot/offer", "bot/rota", "bot/slackcall", "bot/texts", "bot/users", "internal/botprocess", "internal/check", "internal/console", "internal/health", "internal/heartbeat", "internal/inbox", "internal/logging", "internal/memory", "internal/retry", "journal", "sandbox", "sandbox/azeer", "sandbox/manifest", "sandbox/page", "sandbox/record", "sandbox/slack"}},
	{"deploy", nil},
	{"internal", []string{"", "assign", "azeer", "bot", "journal", "sandbox"}},
	{"internal/console", []string{"sandbox", "sandbox/record", "sandbox/slack"}},
	{"internal/check", []string{"", "assign", "assign/agent", "assign/line", "assign/phone", "bot/audit", "bot/payload", "bot/render", "bot/slackcall", "bot/socket", "bot/texts", "bot/users", "internal/inbox", "internal/retry", "journal", "journal/store", "sandbox/manifest", "sandbox/page"}},
	{"internal/health", []string{"assign"}},
	{"internal/inbox", []string{"assign", "assign/agent", "assign/phone", "azeer"}},
	{"internal/logging", nil},
	{"internal/memory", nil},
	{"internal/heartbeat", nil},
	{"internal/botprocess", nil},
	{"internal/bench", nil},
	{"internal/retry", nil},
	{"internal/catch", nil},
	{"bot", []string{"assign", "assign/agent", "assign/duty", "assign/line", "assign/phone", "assign/prose", "internal/retry", "internal/catch", "internal/heartbeat"}},
	{"bot/rota", []string{"bot/render", "assign/agent", "assign/duty", "internal/catch"}},
	{"bot/home", []string{"bot/access", "bot/payload", "bot/render", "bot/reply", "bot/rota", "bot/slackcall", "bot/users", "assign", "assign/line", "assign/phone", "internal/catch", "internal/heartbeat"}},
	{"bot/audit", []string{"bot/render", "bot/poll", "bot/slackcall", "bot/texts", "assign", "assign/agent", "internal/retry", "internal/catch", "internal/heartbeat"}},
	{"bot/notify", []string{"bot/payload", "bot/render", "bot/reply", "bot/poll", "bot/slackcall", "assign", "assign/agent", "assign/phone", "internal/retry", "internal/catch", "internal/heartbeat"}},
	{"bot/offer", []string{"bot/access", "bot/inbound", "bot/payload", "bot/render", "bot/reply", "bot/poll", "bot/slackcall", "bot/texts", "assign", "assign/agent", "assign/line", "assign/phone", "internal/retry", "internal/catch", "internal/heartbeat"}},
	{"bot/workflow", []string{"bot/access", "bot/inbound", "bot/payload", "bot/render", "bot/slackcall", "bot/texts", "assign", "assign/agent", "assign/line", "assign/phone", "assign/prose", "internal/retry"}},
	{"bot/files", []string{"bot/payload"}},
	{"bot/access", []string{"bot/payload", "bot/render", "bot/users"}},
	{"bot/inbound", []string{"bot/payload", "bot/render", "bot/socket", "internal/retry"}},
	{"bot/users", []string{"bot/payload", "bot/slackcall", "bot/texts", "assign/agent", "assign/duty", "internal/catch", "internal/retry"}},
	{"bot/reply", []string{"bot/payload", "bot/render", "bot/slackcall"}},
	{"bot/render", []string{"bot/payload", "bot/texts", "assign", "assign/agent", "assign/duty", "assign/line", "assign/phone", "assign/prose"}},
	{"bot/payload", []string{"bot/texts"}},
	{"bot/texts", nil},
	{"bot/socket", []string{"bot/slackcall", "internal/retry"}},
	{"bot/poll", []string{"bot/slackcall", "internal/catch", "internal/heartbeat", "internal/retry"}},
	{"bot/slackcall", []string{"internal/retry"}},
	{"assign", []string{"internal/retry", "internal/catch", "internal/heartbeat"}},
	{"assign/prose", []string{"assign/line", "assign/phone"}},
	{"assign/line", []string{"assign/agent", "assign/phone"}},
	{"assign/duty", []string{"assign/agent"}},
	{"assign/agent", []string{"internal/retry", "internal/catch", "internal/heartbeat"}},
	{"assign/phone", nil},
	{"azeer", nil},
	{"journal", []string{"assign", "assign/agent", "assign/duty", "assign/phone", "journal/postgres", "journal/sqlite", "journal/store", "internal/heartbeat"}},
	{"journal/sqlite", []string{"assign", "assign/duty", "journal/store"}},
	{"journal/postgres", []string{"assign", "assign/duty", "journal/store"}},
	{"journal/store", []string{"assign", "assign/duty", "assign/phone"}},
	{"journal/memory", []string{"assign", "assign/agent", "assign/duty", "assign/phone"}},
	{"journal/journaltest", []string{"assign", "assign/agent", "assign/duty", "assign/phone"}},
	{"sandbox", nil},
	{"sandbox/page", []string{"sandbox", "sandbox/azeer", "sandbox/manifest", "sandbox/record", "sandbox/slack"}},
	{"sandbox/slack", []string{"sandbox/blockkit", "sandbox/internal", "sandbox/manifest", "sandbox/record"}},
	{"sandbox/slack/socketmode", []string{"sandbox/internal", "sandbox/record", "sandbox/slack/jsonmap", "sandbox/slack/rule"}},
	{"sandbox/slack/webapi", []string{"sandbox/internal", "sandbox/record", "sandbox/slack/jsonmap", "sandbox/slack/rule"}},
	{"sandbox/slack/steps", []string{"sandbox/internal", "sandbox/manifest", "sandbox/record", "sandbox/slack/jsonmap", "sandbox/slack/rule", "sandbox/slack/webapi"}},
	{"sandbox/slack/blocks", []string{"sandbox/slack/jsonmap", "sandbox/slack/mrkdwn"}},
	{"sandbox/slack/mrkdwn", []string{"sandbox/slack/jsonmap"}},
	{"sandbox/slack/jsonmap", nil},
	{"sandbox/slack/rule", []string{"sandbox/record"}},
	{"sandbox/azeer", []string{"sandbox/internal", "sandbox/record"}},
	{"sandbox/record", nil},
	{"sandbox/manifest", nil},
	{"sandbox/blockkit", nil},
	{"sandbox/internal", nil},
}

// strangers are packages that a room, with all it depends on, must not know.
var strangers = map[string][]string{
	"assign":           {"net/http", "database/sql", "github.com/slack-go/slack"},
	"azeer":            {"database/sql", "github.com/slack-go/slack"},
	"journal":          {"github.com/slack-go/slack"},
	"journal/memory":   {"database/sql"},
	"journal/sqlite":   {"github.com/jackc/pgx/v5"},
	"journal/postgres": {"modernc.org/sqlite"},
	"journal/store":    {"github.com/jackc/pgx/v5", "modernc.org/sqlite"},
	"sandbox":          {"database/sql", "github.com/slack-go/slack"},
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, line := range goList(t, `{{.ImportPath}}:{{join .Imports " "}}`, "./...") {
		path, imports, _ := strings.Cut(line, ":")
		room, ok := roomOf(path)
		if !ok {
			t.Errorf("%s stands in no room of design", path)
			continue
		}
		for _, imported := range strings.Fields(imports) {
			other, ours := roomOf(imported)
			allowed := other == room || within(other, room) || slices.Contains(mayImport(room), other)
			if ours && !allowed {
				t.Errorf("%s imports %s, which its room must not know", path, imported)
			}
		}
	}
}

func TestRoomsDoNotKnowForeignTechnology(t *testing.T) {
	t.Parallel()
	for room, unwanted := range strangers {
		for _, dep := range goList(t, "{{.ImportPath}}", "-deps", "./"+room+"/...") {
			if slices.Contains(unwanted, dep) {
				t.Errorf("%s depends on %s", room, dep)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for _, line := range goList(t, `{{.ImportPath}}:{{.Doc}}`, "./...") {
		if path, doc, _ := strings.Cut(line, ":"); strings.TrimSpace(doc) == "" {
			t.Errorf("%s has no doc comment", path)
		}
	}
}

// roomOf finds the folder in rooms to which a package of this module belongs.
func roomOf(path string) (room string, ours bool) {
	if path == module {
		return "", true
	}
	inside, ours := strings.CutPrefix(path, module+"/")
	if !ours {
		return "", false
	}
	found := false
	for _, r := range rooms {
		if r.folder != "" && (inside == r.folder || within(inside, r.folder)) && len(r.folder) >= len(room) {
			room, found = r.folder, true
		}
	}
	return room, found
}

func mayImport(room string) []string {
	for _, r := range rooms {
		if r.folder == room {
			return r.may
		}
	}
	return nil
}

func within(path, folder string) bool { return folder != "" && strings.HasPrefix(path, folder+"/") }

// goList gives a line per package, made by template, for the go list arguments args.
func goList(t *testing.T, template string, args ...string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list", "-f", template}, args...)...).Output()
	if err != nil {
		exit, _ := errors.AsType[*exec.ExitError](err)
		if exit != nil {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
