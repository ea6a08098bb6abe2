package lint

import (
	"os"
	"strings"
	"testing"
)

// dashboard is what a dashboard of ours may hold: Grafana ignores what it does not know, and so would a slip of the pen be.
type dashboard struct {
	Title         string    `json:"title"`
	UID           string    `json:"uid"`
	Description   string    `json:"description"`
	Tags          []string  `json:"tags"`
	SchemaVersion int       `json:"schemaVersion"`
	Version       int       `json:"version"`
	Editable      bool      `json:"editable"`
	Timezone      string    `json:"timezone"`
	Refresh       string    `json:"refresh"`
	Time          timeRange `json:"time"`
	Templating    struct {
		List []variable `json:"list"`
	} `json:"templating"`
	Annotations struct {
		List []annotation `json:"list"`
	} `json:"annotations"`
	Panels []panel `json:"panels"`
}

type timeRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

type variable struct {
	Name       string     `json:"name"`
	Label      string     `json:"label"`
	Type       string     `json:"type"`
	Query      string     `json:"query"`
	Datasource datasource `json:"datasource"`
	Refresh    int        `json:"refresh"`
	IncludeAll bool       `json:"includeAll"`
	Multi      bool       `json:"multi"`
	AllValue   string     `json:"allValue"`
}

type annotation struct {
	Name        string     `json:"name"`
	Datasource  datasource `json:"datasource"`
	Enable      bool       `json:"enable"`
	IconColor   string     `json:"iconColor"`
	Expr        string     `json:"expr"`
	TitleFormat string     `json:"titleFormat"`
	TextFormat  string     `json:"textFormat"`
}

type panel struct {
	ID          int            `json:"id"`
	Type        string         `json:"type"`
	Title       string         `json:"title"`
	Description string         `json:"description"`
	Datasource  datasource     `json:"datasource"`
	GridPos     place          `json:"gridPos"`
	Targets     []target       `json:"targets"`
	Options     map[string]any `json:"options"`
	FieldConfig struct {
		Defaults  fieldDefaults `json:"defaults"`
		Overrides []any         `json:"overrides"`
	} `json:"fieldConfig"`
}

type place struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

type target struct {
	RefID        string     `json:"refId"`
	Datasource   datasource `json:"datasource"`
	Expr         string     `json:"expr"`
	LegendFormat string     `json:"legendFormat"`
}

type fieldDefaults struct {
	Unit       string         `json:"unit"`
	Min        *float64       `json:"min"`
	Color      map[string]any `json:"color"`
	Thresholds map[string]any `json:"thresholds"`
	Custom     map[string]any `json:"custom"`
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
	decode(t, text, &d)
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
