package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/bot/payload"
)

// What /metrics may say, for those who write alerts and dashboards: deploy/testdata/metrics.txt.
func TestDocumentsHaveTheMetrics(t *testing.T) {
	const name = "../../deploy/testdata/metrics.txt"
	m := newMetrics()
	m.connections(func() int { return 2 })
	for _, kind := range []assign.OutcomeKind{assign.Assigned, assign.Refused, assign.Failed, assign.Unknown, assign.Superseded, assign.Expired} {
		m.finished(kind)
	}
	for _, kind := range []payload.Kind{payload.SlashCommand, payload.ViewSubmission, payload.BlockSuggestion, payload.BlockActions,
		payload.GlobalShortcut, payload.MessageShortcut, payload.EventCallback, payload.Other} {
		m.received(string(kind))
	}
	m.acknowledged(3 * time.Millisecond)
	for _, path := range []string{"/contact/assign", "/agent", "/agent/1", "/else"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.com"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		m.azeerCalls.WithLabelValues(azeerEndpoint(r), "200").Observe(0.2)
	}
	for _, status := range []string{"400", "401", "403", "404", "429", "500", "503", "error"} {
		m.azeerCalls.WithLabelValues("assign", status).Observe(0.2)
	}
	compare(t, name, read(t, name), ownMetrics(scrape(t, m)))
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
