package health

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
)

func get(t *testing.T, handler http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	status, page := get(t, NewHandler(m, func() []string { return nil }), "/metrics")
	if status != http.StatusOK {
		t.Fatalf("/metrics answers %d", status)
	}
	return page
}

func TestReadyzSaysWhyNot(t *testing.T) {
	t.Parallel()
	var reasons []string
	handler := NewHandler(NewMetrics(), func() []string { return reasons })
	if status, body := get(t, handler, "/readyz"); status != 200 || body != "{\"ready\":true}\n" {
		t.Errorf("ready: %d %s", status, body)
	}
	reasons = []string{"no connection to Slack"}
	if status, body := get(t, handler, "/readyz"); status != 503 || body != "{\"ready\":false,\"reasons\":[\"no connection to Slack\"]}\n" {
		t.Errorf("not ready: %d %s", status, body)
	}
	if status, _ := get(t, handler, "/healthz"); status != 200 {
		t.Errorf("alive, but /healthz answers %d", status)
	}
	if status, _ := get(t, handler, "/"); status != 404 {
		t.Errorf("/ answers %d", status)
	}
}

func TestMetricsNameEverythingThatIsCounted(t *testing.T) {
	t.Parallel()
	m := NewMetrics()
	m.Connections(func() int { return 2 })
	m.Finished(assign.Assigned)
	m.Received("slash_command")
	m.Acknowledged(3 * time.Millisecond)
	m.DroppedLogs(func() int64 { return 4 })
	page := scrape(t, m)
	for _, line := range []string{
		"azeer_slack_connections 2",
		"azeer_slack_ready 1",
		"azeer_slack_log_dropped_total 4",
		`azeer_slack_assignments_total{outcome="assigned"} 1`,
		`azeer_slack_assignments_total{outcome="unknown"} 0`,
		`azeer_slack_envelopes_total{kind="slash_command"} 1`,
		`azeer_slack_ack_seconds_bucket{le="0.0025"} 0`,
		`azeer_slack_ack_seconds_bucket{le="0.005"} 1`,
		`azeer_slack_ack_seconds_bucket{le="3"} 1`,
		"go_goroutines",
		"process_resident_memory_bytes",
	} {
		if !strings.Contains(page, line) {
			t.Errorf("/metrics lacks %s", line)
		}
	}
}

func TestNoAddressMeansNoServer(t *testing.T) {
	t.Parallel()
	w, err := Listen(t.Context(), "", nil)
	if w != nil || err != nil || w.Addr() != "" {
		t.Fatalf("listen gives %v, %v", w, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Serve(ctx); err != nil {
		t.Error(err)
	}
}

func TestServerAnswersUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	w, err := Listen(t.Context(), "127.0.0.1:0", NewHandler(NewMetrics(), func() []string { return nil }))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- w.Serve(ctx) }()
	answer, err := http.Get("http://" + w.Addr() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if string(body) != "alive\n" {
		t.Errorf("body is %q", body)
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if _, err := http.Get("http://" + w.Addr() + "/healthz"); err == nil {
		t.Error("it still answers")
	}
}

func TestBusyPortIsNamed(t *testing.T) {
	t.Parallel()
	w, err := Listen(t.Context(), "127.0.0.1:0", http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	defer w.listener.Close()
	_, err = Listen(t.Context(), w.Addr(), http.NotFoundHandler())
	if err == nil || !strings.Contains(err.Error(), w.Addr()) || !strings.Contains(err.Error(), "second azeer-slack") {
		t.Errorf("error is %v", err)
	}
}
