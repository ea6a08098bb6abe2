package bot

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"azeer-slack/bot/payload"
)

// What is not dispatched would be acknowledged, and nothing more.
func TestEveryKindAndEventHasAHandler(t *testing.T) {
	code := source(t, "bot.go")
	constant := func(typ string) *regexp.Regexp { return regexp.MustCompile(`(?m)^\t(\w+) +` + typ + `= "(\w+)"`) }
	kinds := constant("Kind ").FindAllStringSubmatch(source(t, "payload/payload.go"), -1)
	events := constant("").FindAllStringSubmatch(source(t, "payload/event.go"), -1)
	if len(kinds) < 8 || len(events) != len(payload.Events) {
		t.Errorf("found %q and %q", kinds, events)
	}
	for _, declared := range append(kinds, events...) {
		if name := declared[1]; name != "Other" && !strings.Contains(code, "case payload."+name+":") {
			t.Errorf("bot.go has no handler for payload.%s", name)
		}
	}
	for _, declared := range kinds {
		kind := payload.Kind(declared[2])
		if kind == payload.SlashCommand || kind == payload.EventCallback { // which are types of envelopes
			continue
		}
		raw := json.RawMessage(`{"type":"` + kind + `"}`)
		if got, _, err := payload.Decode("interactive", raw); err != nil || got != kind {
			t.Errorf("an interaction of type %s is decoded as %s (%v)", kind, got, err)
		}
	}
}

func source(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
