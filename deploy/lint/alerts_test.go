package lint

import (
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
)

func alerts(t *testing.T) []rulefmt.Rule {
	t.Helper()
	text, err := os.ReadFile("../prometheus/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	groups, problems := rulefmt.Parse(text, false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	for _, err := range problems {
		t.Error(err)
	}
	if groups == nil || len(groups.Groups) != 1 {
		t.Fatal("there is to be one group")
	}
	return groups.Groups[0].Rules
}

func TestAlertsAskForWhatThereIs(t *testing.T) {
	t.Parallel()
	all := exported(t)
	var names []string
	for _, rule := range alerts(t) {
		all.check(t, rule.Expr)
		if slices.Contains(names, rule.Alert) {
			t.Errorf("%s is there twice", rule.Alert)
		}
		names = append(names, rule.Alert)
		if !slices.Contains([]string{"critical", "warning", "info"}, rule.Labels["severity"]) {
			t.Errorf("%s has the severity %q", rule.Alert, rule.Labels["severity"])
		}
		for _, note := range []string{"summary", "description"} {
			if strings.TrimSpace(rule.Annotations[note]) == "" {
				t.Errorf("%s has no %s", rule.Alert, note)
			}
		}
	}
}

func TestAQueryForWhatIsNotExportedIsNoticed(t *testing.T) {
	t.Parallel()
	all := exported(t)
	for _, query := range []string{
		"azeer_slack_connection == 0",
		`azeer_slack_assignments_total{outcome="lost"}`,
		`azeer_slack_assignments_total{result="failed"}`,
		`azeer_slack_ack_seconds_bucket{le="4"}`,
		"sum by (status) (azeer_slack_ack_seconds_count)",
		"sum(azeer_slack_connections",
	} {
		if len(all.problems(query)) == 0 {
			t.Errorf("%s passes", query)
		}
	}
}

// A quiet Monday in Riyadh, seen from 14:30 there: five hours of a sample a minute.
var (
	seen    = time.Date(2026, 1, 5, 11, 30, 0, 0, time.UTC)
	minutes = 300
)

// allIsWell is the world in which no alert is due.
var allIsWell = []string{
	`up{job="azeer-slack",instance="a"} 1x300`,
	`process_start_time_seconds{job="azeer-slack",instance="a"} 1000x300`,
	`azeer_slack_connections{job="azeer-slack",instance="a"} 2x300`,
	`azeer_slack_ready{job="azeer-slack",instance="a"} 1x300`,
	`azeer_slack_envelopes_total{job="azeer-slack",instance="a",kind="slash_command"} 0+4x300`,
	`azeer_slack_ack_seconds_count{job="azeer-slack",instance="a"} 0+4x300`,
	`azeer_slack_ack_seconds_bucket{job="azeer-slack",instance="a",le="0.05"} 0+4x300`,
	`azeer_slack_ack_seconds_bucket{job="azeer-slack",instance="a",le="2.0"} 0+4x300`,
	`azeer_slack_ack_seconds_bucket{job="azeer-slack",instance="a",le="3.0"} 0+4x300`,
	`azeer_slack_ack_seconds_bucket{job="azeer-slack",instance="a",le="+Inf"} 0+4x300`,
	`azeer_slack_azeer_call_seconds_count{job="azeer-slack",instance="a",endpoint="assign",status="200"} 0+4x300`,
	`azeer_slack_assignments_total{job="azeer-slack",instance="a",outcome="assigned"} 0+4x300`,
	`azeer_slack_assignments_total{job="azeer-slack",instance="a",outcome="refused"} 0x300`,
	`azeer_slack_assignments_total{job="azeer-slack",instance="a",outcome="failed"} 0x300`,
	`azeer_slack_assignments_total{job="azeer-slack",instance="a",outcome="unknown"} 0x300`,
	`azeer_slack_assignments_total{job="azeer-slack",instance="a",outcome="expired"} 0x300`,
}

// troubles has, for each alert, what it is to tell of: series in place of, or beside, those of a world that is well.
// "_" is a minute without a sample.
var troubles = map[string][][]string{
	"AzeerSlackGone":     {{`azeer_slack_connections{job="azeer-slack",instance="a"} 2x200 _x100`}},
	"AzeerSlackDeaf":     {{`azeer_slack_connections{job="azeer-slack",instance="a"} 2x297 0x2`}},
	"AzeerSlackNotReady": {{`azeer_slack_ready{job="azeer-slack",instance="a"} 1x294 0x5`}},
	"AzeerSlackKeyRefused": {
		{`azeer_slack_azeer_call_seconds_count{job="azeer-slack",instance="a",endpoint="assign",status="401"} _x297 1x2`},
		{`azeer_slack_azeer_call_seconds_count{job="azeer-slack",instance="a",endpoint="agents",status="403"} 1x293 2x6`},
	},
	"AzeerSlackTooLateForSlack": {
		{`azeer_slack_ack_seconds_count{job="azeer-slack",instance="a"} 0+4x293 1177+4x6`},
		// As Prometheus 2 writes it.
		{
			`azeer_slack_ack_seconds_bucket{job="azeer-slack",instance="a",le="3.0"} _x300`,
			`azeer_slack_ack_seconds_bucket{job="azeer-slack",instance="a",le="3"} 0+3x300`,
		},
	},
	"AzeerSlackInstanceDown":  {{`up{job="azeer-slack",instance="b"} 1x290 0x9`}},
	"AzeerSlackInstanceDeaf":  {{`azeer_slack_connections{job="azeer-slack",instance="b"} 2x280 0x19`}},
	"AzeerSlackSocketMissing": {{`azeer_slack_connections{job="azeer-slack",instance="b"} 2x200 1x99`}},
	"AzeerSlackSlowAcknowledgements": {{
		`azeer_slack_ack_seconds_bucket{job="azeer-slack",instance="a",le="0.05"} 0+3x300`,
	}},
	"AzeerSlackAzeerFails": {
		{`azeer_slack_azeer_call_seconds_count{job="azeer-slack",instance="a",endpoint="assign",status="503"} 0+8x300`},
		{`azeer_slack_azeer_call_seconds_count{job="azeer-slack",instance="a",endpoint="agents",status="error"} 0+8x300`},
	},
	"AzeerSlackAssignmentsFail":    {{`azeer_slack_assignments_total{job="azeer-slack",instance="a",outcome="unknown"} 0+2x300`}},
	"AzeerSlackAssignmentsRefused": {{`azeer_slack_assignments_total{job="azeer-slack",instance="a",outcome="refused"} 0+6x300`}},
	"AzeerSlackAssignmentsExpired": {{`azeer_slack_assignments_total{job="azeer-slack",instance="a",outcome="expired"} 0x295 3x4`}},
	"AzeerSlackRestarts":           {{`process_start_time_seconds{job="azeer-slack",instance="b"} 1000+60x300`}},
	"AzeerSlackSilent": {
		{`azeer_slack_envelopes_total{job="azeer-slack",instance="a",kind="slash_command"} 9x300`},
		{`azeer_slack_envelopes_total{job="azeer-slack",instance="a",kind="slash_command"} _x300`},
	},
}

func TestAlertsTellOfTroubleAndOfNothingElse(t *testing.T) {
	t.Parallel()
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples: 100_000, Timeout: time.Minute, Parser: parser.NewParser(parser.Options{}),
	})
	t.Cleanup(func() { _ = engine.Close() })
	rules := alerts(t)
	well := world(t, allIsWell)
	for _, rule := range rules {
		if found := due(t, engine, well, rule.Expr); len(found) > 0 {
			t.Errorf("all is well, and %s is due: %v", rule.Alert, found)
		}
		if len(troubles[rule.Alert]) == 0 {
			t.Errorf("no trouble for %s to tell of", rule.Alert)
		}
		for _, trouble := range troubles[rule.Alert] {
			if found := due(t, engine, world(t, allIsWell, trouble), rule.Expr); len(found) == 0 {
				t.Errorf("%s is not due in this trouble:\n%s", rule.Alert, strings.Join(trouble, "\n"))
			}
		}
	}
}

// world has the series described in promtool's notation; later ones replace earlier ones.
func world(t *testing.T, descriptions ...[]string) storage.Queryable {
	t.Helper()
	all := map[string]promql.Series{}
	for _, text := range slices.Concat(descriptions...) {
		set, values, err := parser.NewParser(parser.Options{}).ParseSeriesDesc(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		series := promql.Series{Metric: set}
		start := seen.Add(-time.Duration(minutes) * time.Minute)
		for n, v := range values {
			if !v.Omitted {
				series.Floats = append(series.Floats, promql.FPoint{T: start.Add(time.Duration(n) * time.Minute).UnixMilli(), F: v.Value})
			}
		}
		all[set.String()] = series
	}
	selected := func(_ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
		found := new(seriesSet)
		for _, series := range all {
			if len(series.Floats) > 0 && fits(series.Metric, matchers) {
				found.rest = append(found.rest, promql.NewStorageSeries(series))
			}
		}
		return found
	}
	return &storage.MockQueryable{MockQuerier: &storage.MockQuerier{SelectMockFunction: selected}}
}

// seriesSet walks over series.
type seriesSet struct {
	at   storage.Series
	rest []storage.Series
}

func (s *seriesSet) Next() bool {
	if len(s.rest) == 0 {
		return false
	}
	s.at, s.rest = s.rest[0], s.rest[1:]
	return true
}

func (s *seriesSet) At() storage.Series                { return s.at }
func (s *seriesSet) Err() error                        { return nil }
func (s *seriesSet) Warnings() annotations.Annotations { return nil }

func fits(set labels.Labels, matchers []*labels.Matcher) bool {
	return !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(set.Get(m.Name)) })
}

func due(t *testing.T, engine *promql.Engine, q storage.Queryable, query string) promql.Vector {
	t.Helper()
	instant, err := engine.NewInstantQuery(t.Context(), q, nil, query, seen)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer instant.Close()
	found, err := instant.Exec(t.Context()).Vector()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return slices.Clone(found)
}
