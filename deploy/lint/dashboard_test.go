package lint

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// dashboard is what a dashboard of ours may hold: Grafana ignores what it does not know, and so would a slip of the pen be.
type dashboard struct {
	Title, UID, Description, Timezone, Refresh string
	Tags                                       []string
	SchemaVersion, Version                     int
	Editable                                   bool
	Time                                       struct{ From, To string }
	Templating                                 struct{ List []variable }
	Annotations                                struct{ List []annotation }
	Panels                                     []panel
}

type datasource struct{ Type, UID string }

type variable struct {
	Name, Label, Type, Query string
	Datasource               datasource
	Refresh                  int
	IncludeAll, Multi        bool
	AllValue                 string
}

type annotation struct {
	Name                                     string
	Datasource                               datasource
	Enable                                   bool
	IconColor, Expr, TitleFormat, TextFormat string
}

type panel struct {
	ID                       int
	Type, Title, Description string
	Datasource               datasource
	GridPos                  struct{ X, Y, W, H int }
	Targets                  []target
	Options                  map[string]any
	FieldConfig              struct {
		Defaults struct {
			Unit              string
			Min               *float64
			Color, Thresholds map[string]any
			Custom            map[string]any
		}
		Overrides []any
	}
}

type target struct {
	RefID, Expr, LegendFormat string
	Datasource                datasource
}

// What Grafana puts in place of its variables, or something of the kind.
var variables = strings.NewReplacer("$__rate_interval", "5m", "$__range", "6h", "$instance", ".*")

func TestDashboardShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../grafana/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		t.Fatal(err)
	}
	all := exported(t)
	for _, a := range d.Annotations.List {
		all.check(t, variables.Replace(a.Expr))
	}
	taken := map[[2]int]string{}
	ids := map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.ID == 0 || p.Title == "" || p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("panel %d %q lacks something, or its number is taken", p.ID, p.Title)
		}
		ids[p.ID] = true
		checkPlace(t, p, taken)
		refs := map[string]bool{}
		for _, q := range p.Targets {
			all.check(t, variables.Replace(q.Expr))
			if refs[q.RefID] || q.Datasource.UID != "${datasource}" || q.Datasource.Type != "prometheus" {
				t.Errorf("%q: the query %s has the name of another, or a data source of its own", p.Title, q.RefID)
			}
			refs[q.RefID] = true
		}
	}
	for name := range all {
		family := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_sum"), "_count"), "_bucket")
		if strings.HasPrefix(name, "azeer_slack_") && !strings.Contains(string(text), family) {
			t.Errorf("nothing shows %s", family)
		}
	}
}

// checkPlace takes the panel's place on Grafana's grid, which is 24 wide.
func checkPlace(t *testing.T, p panel, taken map[[2]int]string) {
	t.Helper()
	at := p.GridPos
	if at.X < 0 || at.W < 1 || at.H < 1 || at.X+at.W > 24 {
		t.Errorf("%q stands outside the grid", p.Title)
	}
	for x := at.X; x < at.X+at.W; x++ {
		for y := at.Y; y < at.Y+at.H; y++ {
			if other := taken[[2]int{x, y}]; other != "" {
				t.Errorf("%q lies over %q", p.Title, other)
				return
			}
			taken[[2]int{x, y}] = p.Title
		}
	}
}
