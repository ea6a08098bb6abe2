package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every command of the document is one that can be given: flags that exist, and tests and
// benchmarks that do.
func TestTheCommandsOfTheDocumentAreTrue(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "performance.md"))
	if err != nil {
		t.Fatal(err)
	}
	ours := 0
	for line := range strings.Lines(string(text)) {
		command, ok := strings.CutPrefix(line, "    ")
		if !ok {
			continue
		}
		words := strings.Fields(command)
		switch {
		case strings.HasPrefix(command, "go run ./internal/bench"):
			ours++
			if _, err := readOptions(words[3:]); err != nil {
				t.Errorf("%s: %v", command, err)
			}
		case strings.Contains(command, "go test "):
			holdTest(t, command, words)
		case !strings.HasPrefix(command, "go tool pprof "):
			t.Errorf("who knows whether this is true: %s", command)
		}
	}
	if ours == 0 {
		t.Error("the document does not name this command")
	}
}

// holdTest checks that go test finds what it is asked for.
func holdTest(t *testing.T, command string, words []string) {
	t.Helper()
	declared := ""
	for i, word := range words {
		if strings.HasPrefix(word, "./") {
			files, err := filepath.Glob(filepath.Join("..", "..", word, "*_test.go"))
			if err != nil || len(files) == 0 {
				t.Fatalf("%s: no tests in %s", command, word)
			}
			for _, name := range files {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				declared += string(text)
			}
		}
		kind := map[string]string{"-run": "Test", "-bench": "Benchmark"}[word]
		if kind == "" || words[i+1] == "xxx" {
			continue
		}
		pattern, _, _ := strings.Cut(strings.Trim(words[i+1], "'"), "/")
		if !regexp.MustCompile(`(?m)^func ` + kind + `\w*` + pattern + `\w*\(`).MatchString(declared) {
			t.Errorf("%s: there is no such %s", command, strings.ToLower(kind))
		}
	}
}
