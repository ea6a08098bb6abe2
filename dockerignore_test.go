package azeerslack_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// What the program is built of reaches the image's build, whatever .dockerignore leaves out:
// sources, and what they embed.
func TestTheImageIsBuiltOfAllThatItTakes(t *testing.T) {
	t.Parallel()
	rules, err := os.Open(".dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	defer rules.Close()
	patterns, err := ignorefile.ReadAll(rules)
	if err != nil {
		t.Fatal(err)
	}
	left, err := patternmatcher.New(patterns)
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	taken := []string{"go.mod", "go.sum"}
	const sources = `{{if .Module}}{{if .Module.Main}}{{$dir := .Dir}}` +
		`{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{end}}{{end}}`
	for _, file := range goList(t, sources, "-deps", "./cmd/azeer-slack") {
		if strings.TrimSpace(file) == "" {
			continue
		}
		inside, err := filepath.Rel(here, file)
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, inside)
	}
	if len(taken) < 100 {
		t.Fatalf("only %d files", len(taken))
	}
	for _, file := range taken {
		if ignored, err := left.MatchesOrParentMatches(file); ignored || err != nil {
			t.Errorf("%s is missing in the image's build (%v)", file, err)
		}
	}
}
