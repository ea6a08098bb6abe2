package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the settings into docs/settings.md and .env.example")

const (
	tableStart = "<!-- settings: written by go test ./cmd/azeer-slack -run Documents -update -->\n"
	tableEnd   = "<!-- end of settings -->\n"
)

// settingsTable is the table of docs/settings.md.
func settingsTable() string {
	var b strings.Builder
	b.WriteString("| name | default | |\n|---|---|---|\n")
	for _, s := range settings {
		fallback := "`" + s.fallback + "`"
		switch {
		case s.required:
			fallback = "required"
		case s.fallback == "":
			fallback = "empty"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.name, fallback, s.about)
	}
	return b.String()
}

// envExample is .env.example: required settings empty, the others as comments with
// their defaults.
func envExample() string {
	var b strings.Builder
	b.WriteString("# Copy this to .env and fill in the first three. Then: azeer-slack check\n" +
		"# The environment wins over this file. Values with spaces, # or $ go in 'single quotes'.\n" +
		"# .env holds secrets: git ignores it, and so should everybody else.\n")
	for _, s := range settings {
		// Words in backquotes keep their spelling at the beginning, too.
		about := strings.ReplaceAll(strings.ToUpper(s.about[:1])+s.about[1:], "`", "")
		fmt.Fprintf(&b, "\n# %s\n", about)
		if s.get != "" {
			fmt.Fprintf(&b, "# Get it: %s\n", s.get)
		}
		if s.required {
			fmt.Fprintf(&b, "%s=\n", s.name)
		} else {
			fmt.Fprintf(&b, "# %s=%s\n", s.name, s.fallback)
		}
	}
	return b.String()
}

func TestDocumentsMatchTheSettings(t *testing.T) {
	t.Run("settings.md", func(t *testing.T) {
		const name = "../../docs/settings.md"
		text := read(t, name)
		before, rest, ok := strings.Cut(text, tableStart)
		_, after, ok2 := strings.Cut(rest, tableEnd)
		if !ok || !ok2 {
			t.Fatal("the marks around the settings table are gone")
		}
		compare(t, name, text, before+tableStart+settingsTable()+tableEnd+after)
	})
	t.Run(".env.example", func(t *testing.T) {
		const name = "../../.env.example"
		compare(t, name, read(t, name), envExample())
	})
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil && !*update {
		t.Fatal(err)
	}
	return string(text)
}

func compare(t *testing.T, name, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("%s does not match the program; go test ./cmd/azeer-slack -run Documents -update mends it", name)
	}
	if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEnvExampleIsReadable(t *testing.T) {
	t.Parallel()
	values, err := readEnvFile("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, problems := readSettings(from(values)); len(problems) != 3 {
		t.Errorf("untouched, %d settings are wrong; want the 3 required ones", len(problems))
	}
}

var (
	goTest  = regexp.MustCompile(`(?m)^go test (?:-\S+ (?:\w+ )??)*?\./(\S+)(.*)$`)
	chooses = regexp.MustCompile(` -(run|fuzz) '?(\w+\$?)`)
)

// What CONTRIBUTING.md has one run is there, and a target for fuzzing is the only one of its name.
func TestDocumentsNameTestsThatExist(t *testing.T) {
	t.Parallel()
	commands := goTest.FindAllStringSubmatch(read(t, "../../CONTRIBUTING.md"), -1)
	if len(commands) < 8 {
		t.Fatalf("found only %q", commands)
	}
	for _, command := range commands {
		files, err := filepath.Glob(filepath.Join("..", "..", command[1], "*_test.go"))
		if err != nil || len(files) == 0 && command[1] != "..." {
			t.Errorf("%s: no tests there (%v)", command[0], err)
		}
		code := ""
		for _, file := range files {
			code += read(t, file)
		}
		for _, chosen := range chooses.FindAllStringSubmatch(command[2], -1) {
			kind := map[string]string{"run": "Test", "fuzz": "Fuzz"}[chosen[1]]
			name := strings.ReplaceAll(chosen[2], "$", `\(`)
			found := regexp.MustCompile(`(?m)^func `+kind+`\w*?`+strings.TrimPrefix(name, kind)).FindAllString(code, -1)
			if chosen[2] != "xxx" && len(found) == 0 || kind == "Fuzz" && len(found) != 1 {
				t.Errorf("%s: it runs %q", command[0], found)
			}
		}
	}
}

var fileInDocument = regexp.MustCompile("`([a-z][a-zA-Z0-9_./-]*/[a-zA-Z0-9_.-]+\\.(?:go|yaml|sql|toml))`")

// The map leads somewhere.
func TestDocumentsNameFilesThatExist(t *testing.T) {
	t.Parallel()
	for _, document := range []string{"docs/architecture.md", "docs/journal-states.md", "docs/reliability.md", "docs/performance.md", "README.md", "CONTRIBUTING.md"} {
		for _, found := range fileInDocument.FindAllStringSubmatch(read(t, filepath.Join("..", "..", document)), -1) {
			if _, err := os.Stat(filepath.Join("..", "..", found[1])); err != nil && !strings.Contains(found[1], "xx.") {
				t.Errorf("%s names %s, which is not there", document, found[1])
			}
		}
	}
}
