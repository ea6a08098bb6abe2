package bot

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/bot/texts"
	"azeer-slack/sandbox/blockkit"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Every message and view has a golden file, which can be pasted into Block Kit Builder,
// and which the sandbox's validator accepts.

func TestMessagesAreAsGolden(t *testing.T) {
	b := testBot(t, loadedDesk())
	omar := agent("Omar Hassan", "omar@twerlo.com")
	made := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	outcome := func(o assign.Outcome) message {
		return b.outcome(assign.Assignment{ID: 17, AcceptedAt: made, Outcome: o, Request: assign.Request{
			Requester: "U0MANAGER", Contact: assign.NewPhone("966544444444"), Agent: assign.RefEmail("omar@twerlo.com")}})
	}
	messages := map[string]message{
		"assigned":             outcome(assign.Outcome{Kind: assign.Assigned, Agent: omar}),
		"assigned_arabic_name": outcome(assign.Outcome{Kind: assign.Assigned, Agent: agent("ليلى أحمد", "layla@twerlo.com")}),
		"no_such_agent": outcome(assign.Outcome{Kind: assign.Refused, Reason: assign.NoSuchAgent,
			Nearest: []assign.Agent{omar, agent("ليلى أحمد", "layla@twerlo.com")}}),
		"not_found_hostile": outcome(assign.Outcome{Kind: assign.Refused, Reason: assign.NotFound, Status: 404, Agent: omar,
			Said: "<!channel> no & <https://example.com|such> contact " + strings.Repeat("x", 5000)}),
		"key_refused":  outcome(assign.Outcome{Kind: assign.Refused, Reason: assign.KeyRefused, Status: 401, Agent: omar}),
		"server_error": outcome(assign.Outcome{Kind: assign.Failed, Reason: assign.ServerError, Status: 502, Agent: omar}),
		"unknown":      outcome(assign.Outcome{Kind: assign.Unknown, Reason: assign.NoWord, Agent: omar}),
		"expired":      outcome(assign.Outcome{Kind: assign.Expired, Agent: omar}),
		"superseded": outcome(assign.Outcome{Kind: assign.Superseded, Agent: omar, Newer: &assign.Assignment{ID: 18,
			Request: assign.Request{Requester: "U0SARA", Agent: assign.RefEmail("sara@twerlo.com")}}}),
		"help":        b.help("/assign"),
		"not_allowed": b.refusing((&door{cfg: DoorConfig{Admins: []string{"U0ADMIN"}}}).refuse("not_allowed_person")),
	}
	_, err := assign.Parse("<!channel> 05444 omar@", "SA")
	messages["mistake_hostile"] = b.mistaken(err.(*assign.Mistake), draft{Contact: "05444 <!channel>", Agent: "omar@"})
	for name, m := range messages {
		t.Run(name, func(t *testing.T) {
			raw := golden(t, "message_"+name, m)
			for _, problem := range blockkit.Message(raw) {
				t.Errorf("%s at %s", problem.Message, problem.Pointer)
			}
			if strings.Contains(string(raw), "<!channel>") && !strings.Contains(name, "hostile") {
				t.Error("pings the channel")
			}
		})
	}
}

func TestViewsAreAsGolden(t *testing.T) {
	loaded, empty := testBot(t, loadedDesk()), testBot(t, &desk{})
	from := origin{Channel: "C0SUPPORT", URL: "https://hooks.slack.com/commands/T/1/x", Since: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)}
	views := map[string]any{
		"form":           loaded.form(draft{}, from),
		"form_prefilled": loaded.form(draft{Contact: "٠٥٤٤٤٤٤٤٤٤", Agent: "omar@twerlo.com"}, from),
		"form_long":      loaded.form(draft{Contact: strings.Repeat("0", 4000), Agent: strings.Repeat("ب", 4000)}, from),
		"form_me":        loaded.form(draft{Agent: "me"}, from),
		"form_shortcut":  loaded.form(draft{}, origin{}),
		"form_no_list":   empty.form(draft{Agent: "omar@twerlo.com"}, from),
		"assigning": loaded.closing("form_assigning", texts.Data{
			"Contact": "+966 54 444 4444", "Agent": "omar@twerlo.com"}).View,
	}
	for name, v := range views {
		t.Run(name, func(t *testing.T) {
			raw := golden(t, "view_"+name, v)
			for _, problem := range blockkit.View(raw, "/view") {
				t.Errorf("%s at %s", problem.Message, problem.Pointer)
			}
		})
	}
}

// golden compares v, as JSON without HTML escapes, to a file, and gives the JSON.
func golden(t *testing.T, name string, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".golden.json")
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (go test ./bot -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("differs from %s (-update accepts):\n%s", file, diff)
	}
	return b.Bytes()
}
