package deploy

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const installPage = "../docs/install.md"

// ways are the places that the page tells how to run it in.
var ways = []string{"A machine of your own, with systemd", "Docker", "Docker Compose", "Fly", "Kubernetes"}

func TestEachWayTakesFiveStepsAtMost(t *testing.T) {
	t.Parallel()
	page := read(t, installPage)
	_, section, ok := strings.Cut(page, "\n## Running it\n")
	if !ok {
		t.Fatal("the section is gone")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	for _, way := range ways {
		_, steps, ok := strings.Cut(section, "\n### "+way+"\n")
		if !ok {
			t.Errorf("how to run it is not told: %s", way)
			continue
		}
		steps, _, _ = strings.Cut(steps, "\n### ")
		if n := len(regexp.MustCompile(`(?m)^\d+\. `).FindAllString(steps, -1)); n == 0 || n > 5 {
			t.Errorf("%s: %d steps", way, n)
		}
	}
}

// Every file here that is for others is named where they look for it, and what is named there is here.
func TestInstallPageNamesTheFiles(t *testing.T) {
	t.Parallel()
	page := read(t, installPage)
	for _, file := range firstGroups(`\(\.\./((?:deploy|\.github)/[^)#]*)\)`, page) {
		if _, err := os.Stat(filepath.Join("..", file)); err != nil {
			t.Errorf("%s: %v", installPage, err)
		}
	}
	for _, file := range []string{"compose.yaml", unitFile, "kubernetes/sqlite.yaml", "kubernetes/postgres.yaml",
		"prometheus/alerts.yaml", "grafana/dashboard.json"} {
		if !strings.Contains(page, "(../"+path.Join("deploy", file)+")") {
			t.Errorf("%s does not lead to %s", installPage, file)
		}
	}
}
