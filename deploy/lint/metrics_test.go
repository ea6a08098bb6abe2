package lint

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Labels that Prometheus puts on everything that it scrapes.
var scraped = []string{"instance", "job"}

// catalogue has, for each series name that the program exports, the label sets that it may come with.
type catalogue map[string][]labels.Labels

// exported reads what the program's own tests hold to the program, and asks the collectors of the Go runtime and the process.
func exported(t *testing.T) catalogue {
	t.Helper()
	f, err := os.Open("../testdata/metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reader := expfmt.NewTextParser(model.UTF8Validation)
	own, err := reader.TextToMetricFamilies(f)
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	common, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := catalogue{"up": {labels.EmptyLabels()}}
	for _, family := range own {
		all.add(family)
	}
	for _, family := range common {
		all.add(family)
	}
	return all
}

func (c catalogue) add(family *dto.MetricFamily) {
	for _, m := range family.GetMetric() {
		b := labels.NewBuilder(labels.EmptyLabels())
		for _, pair := range m.GetLabel() {
			b.Set(pair.GetName(), pair.GetValue())
		}
		set, name := b.Labels(), family.GetName()
		if m.GetHistogram() == nil {
			c[name] = append(c[name], set)
			continue
		}
		c[name+"_sum"] = append(c[name+"_sum"], set)
		c[name+"_count"] = append(c[name+"_count"], set)
		for _, bucket := range m.GetHistogram().GetBucket() {
			le := labels.NewBuilder(set).Set("le", model.SampleValue(bucket.GetUpperBound()).String()).Labels()
			c[name+"_bucket"] = append(c[name+"_bucket"], le)
		}
	}
}

// problems parses a query, and names the series, labels and values in it that the program does not export.
func (c catalogue) problems(query string) (all []string) {
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", query, err)}
	}
	parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			all = append(all, c.inSelector(n)...)
		case *parser.AggregateExpr:
			all = append(all, c.inGrouping(n)...)
		}
		return nil
	})
	return all
}

func (c catalogue) inSelector(s *parser.VectorSelector) (all []string) {
	if len(c[s.Name]) == 0 {
		return []string{fmt.Sprintf("%s: the program exports no %s", s, s.Name)}
	}
	for _, m := range s.LabelMatchers {
		if m.Name == model.MetricNameLabel || slices.Contains(scraped, m.Name) {
			continue
		}
		if !slices.ContainsFunc(c[s.Name], func(set labels.Labels) bool { return set.Has(m.Name) && m.Matches(set.Get(m.Name)) }) {
			all = append(all, fmt.Sprintf("%s: nothing that the program exports fits %s", s, m))
		}
	}
	return all
}

func (c catalogue) inGrouping(a *parser.AggregateExpr) (all []string) {
	parser.Inspect(a.Expr, func(n parser.Node, _ []parser.Node) error {
		s, ok := n.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		for _, label := range a.Grouping {
			if !slices.Contains(scraped, label) && !slices.ContainsFunc(c[s.Name], func(set labels.Labels) bool { return set.Has(label) }) {
				all = append(all, fmt.Sprintf("%s: %s has no label %s", a, s.Name, label))
			}
		}
		return nil
	})
	return all
}

func (c catalogue) check(t *testing.T, query string) {
	t.Helper()
	for _, problem := range c.problems(query) {
		t.Error(problem)
	}
}
