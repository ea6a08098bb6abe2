package health

import (
	"net/http"
	"strconv"
	"time"

	"azeer-slack/assign"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Metrics counts what the program does, in a registry of its own.
type Metrics struct {
	registry    *prometheus.Registry
	azeerCalls  *prometheus.HistogramVec
	assignments *prometheus.CounterVec
	envelopes   *prometheus.CounterVec
	ackLatency  prometheus.Histogram
}

// NewMetrics starts every count at nothing.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		azeerCalls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "azeer_slack_azeer_call_seconds",
			Help:    "Time of each call to Azeer until the head of its answer, by endpoint and HTTP status; \"error\" when none came.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"endpoint", "status"}),
		assignments: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "azeer_slack_assignments_total",
			Help: "Finished assignments by outcome.",
		}, []string{"outcome"}),
		envelopes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "azeer_slack_envelopes_total",
			Help: "Envelopes received from Slack, by kind.",
		}, []string{"kind"}),
		ackLatency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "azeer_slack_ack_seconds",
			Help:    "Time from an envelope's arrival to its written acknowledgement; Slack gives up after 3 s.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 3},
		}),
	}
	m.registry.MustRegister(m.azeerCalls, m.assignments, m.envelopes, m.ackLatency,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	// Every outcome is there from the start, so that a rate over it sees the first one.
	for _, kind := range assign.OutcomeKinds {
		m.assignments.WithLabelValues(string(kind))
	}
	return m
}

// readiness reports whether the program can do its work.
func (m *Metrics) readiness(ready Readiness) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "azeer_slack_ready",
		Help: "1 if /readyz says that the program can do its work, 0 if not.",
	}, func() float64 {
		if len(ready()) > 0 {
			return 0
		}
		return 1
	}))
}

// Connections reports live as the number of open sockets to Slack. Call it once.
func (m *Metrics) Connections(live func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "azeer_slack_connections",
		Help: "Open sockets to Slack.",
	}, func() float64 { return float64(live()) }))
}

// DroppedLogs reports how many lines of the log were dropped; nil counts as none. Call it once.
func (m *Metrics) DroppedLogs(dropped func() int64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "azeer_slack_log_dropped_total",
		Help: "Lines of the log that were dropped, since nobody read them in time.",
	}, func() float64 {
		if dropped == nil {
			return 0
		}
		return float64(dropped())
	}))
}

// Finished counts an assignment that has its outcome.
func (m *Metrics) Finished(kind assign.OutcomeKind) {
	m.assignments.WithLabelValues(string(kind)).Inc()
}

// Received counts an envelope from Slack.
func (m *Metrics) Received(kind string) { m.envelopes.WithLabelValues(kind).Inc() }

// Acknowledged notes how long an envelope waited for its acknowledgement.
func (m *Metrics) Acknowledged(took time.Duration) { m.ackLatency.Observe(took.Seconds()) }

// Azeer counts and times the calls that go through next; endpoint names what one is for.
func (m *Metrics) Azeer(next http.RoundTripper, endpoint func(*http.Request) string) http.RoundTripper {
	return &meteredTransport{next: next, endpoint: endpoint, calls: m.azeerCalls}
}

type meteredTransport struct {
	next     http.RoundTripper
	endpoint func(*http.Request) string
	calls    *prometheus.HistogramVec
}

func (t *meteredTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	start := time.Now()
	answer, err := t.next.RoundTrip(r)
	status := "error"
	if err == nil {
		status = strconv.Itoa(answer.StatusCode)
	}
	t.calls.WithLabelValues(t.endpoint(r), status).Observe(time.Since(start).Seconds())
	return answer, err
}
