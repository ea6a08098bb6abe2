package health

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/bot/payload"
)

var update = flag.Bool("update", false, "write the metrics into deploy/testdata")

// What /metrics may say, for those who write alerts and dashboards: deploy/testdata/metrics.txt.
func TestDeployHasTheMetrics(t *testing.T) {
	const name = "../../deploy/testdata/metrics.txt"
	m := NewMetrics()
	m.Connections(func() int { return 2 })
	for _, kind := range assign.OutcomeKinds {
		m.Finished(kind)
	}
	for _, kind := range []payload.Kind{payload.SlashCommand, payload.ViewSubmission, payload.BlockSuggestion, payload.BlockActions,
		payload.GlobalShortcut, payload.MessageShortcut, payload.EventCallback, payload.Other} {
		m.Received(string(kind))
	}
	m.Acknowledged(3 * time.Millisecond)
	for _, endpoint := range []string{"assign", "agents", "agent", "other"} {
		m.azeerCalls.WithLabelValues(endpoint, "200").Observe(0.2)
	}
	for _, status := range []string{"400", "401", "403", "404", "429", "500", "503", "error"} {
		m.azeerCalls.WithLabelValues("assign", status).Observe(0.2)
	}
	page := ownMetrics(scrape(t, m))
	if *update {
		if err := os.WriteFile(name, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(name); err != nil || string(kept) != page {
		t.Errorf("%s does not match the program (%v); go test ./internal/health -update mends it", name, err)
	}
}

// ownMetrics leaves out what the Go runtime and the process say: that depends on the machine.
func ownMetrics(page string) string {
	var own strings.Builder
	for line := range strings.Lines(page) {
		if strings.Contains(line, "azeer_slack_") {
			own.WriteString(line)
		}
	}
	return own.String()
}
