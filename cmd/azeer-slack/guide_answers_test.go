package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v3"
)

var (
	placeholder = regexp.MustCompile(`\{\{.*?\}\}`)
	boldWords   = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	quotedWords = regexp.MustCompile(`[“«]([^”»]+)[”»]`)
)

// answerRows are the rows of the guide's one table with three columns: what one reads, what
// it means, what to do.
func answerRows(t *testing.T, page string) (rows [][]string) {
	t.Helper()
	for line := range strings.Lines(page) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "|") || len(cells) != 3 || strings.HasPrefix(line, "|---") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	if len(rows) < 10 {
		t.Fatalf("only %d rows", len(rows))
	}
	return rows[1:] // without the heading
}

// wordsOf are the texts of a language as people read them: without placeholders, bold and
// marks of direction.
func wordsOf(t *testing.T, language string) (all []string) {
	t.Helper()
	var file map[string]any
	if err := yaml.Unmarshal([]byte(read(t, "../../bot/texts/"+language+".yaml")), &file); err != nil {
		t.Fatal(err)
	}
	for _, text := range file {
		variants := []any{text}
		if plural, ok := text.(map[string]any); ok {
			variants = slices.Collect(maps.Values(plural))
		}
		for _, one := range variants {
			all = append(all, visible(strings.ReplaceAll(placeholder.ReplaceAllString(fmt.Sprint(one), ""), "*", "")))
		}
	}
	return all
}

// saysInOrder tells whether a text begins with the first part and has the others behind it.
func saysInOrder(text string, parts []string) bool {
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	for _, part := range parts {
		_, rest, ok := strings.Cut(text, strings.TrimSpace(part))
		if !ok {
			return false
		}
		text = rest
	}
	return true
}

// The other way round: what the guide's table of answers says that people read, they can.
func TestTableOfAnswersSaysWhatTheCatalogueSays(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "ar"} {
		texts := wordsOf(t, language)
		there := func(fits func(text string) bool) bool { return slices.ContainsFunc(texts, fits) }
		for _, row := range answerRows(t, read(t, "../../docs/guide."+language+".md")) {
			shown := strings.ReplaceAll(row[0], "**", "")
			if unicode.IsLetter([]rune(shown)[0]) { // Slack's own words
				continue
			}
			parts := strings.Split(shown, "…")
			parts[0] = strings.TrimSpace(parts[0])
			if !there(func(text string) bool { return saysInOrder(text, parts) }) {
				t.Errorf("guide.%s.md: no text reads like %s", language, row[0])
			}
			for _, label := range boldWords.FindAllStringSubmatch(row[2], -1) {
				if !slices.Contains(texts, label[1]) {
					t.Errorf("guide.%s.md: no button is called %s", language, label[1])
				}
			}
			quotes := quotedWords.FindAllStringSubmatch(row[1], -1)
			for _, quote := range quotes {
				if !there(func(text string) bool { return strings.Contains(text, quote[1]) }) {
					t.Errorf("guide.%s.md: no text says %s", language, quote[1])
				}
			}
			if strings.HasPrefix(shown, "⌛") && len(quotes) == 0 {
				t.Errorf("guide.%s.md: the row %s does not quote why", language, row[0])
			}
		}
	}
}

// One figure of speed stands in the README: the one in the measurements, rounded.
func TestReadmeTellsTheMeasuredSpeed(t *testing.T) {
	t.Parallel()
	row := regexp.MustCompile(`(?m)^\| acknowledgement, median, ms \|.*\| ([0-9.]+) \|$`).FindStringSubmatch(read(t, "../../docs/performance.md"))
	if row == nil {
		t.Fatal("docs/performance.md has no median of the acknowledgement")
	}
	var measured float64
	if _, err := fmt.Sscan(row[1], &measured); err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`([0-9.]+) ms`).FindAllStringSubmatch(read(t, "../../README.md"), -1)
	if want := fmt.Sprintf("%.1f", measured); len(said) != 1 || said[0][1] != want {
		t.Errorf("README.md says %q, docs/performance.md %s ms", said, row[1])
	}
}

// What the README has Docker do fits the Dockerfile and the program; where there is no Docker,
// that is all that can be held.
func TestReadmesDockerLineIsTrue(t *testing.T) {
	t.Parallel()
	readme, image := read(t, "../../README.md"), read(t, "../../Dockerfile")
	run := regexp.MustCompile(`(?m)^docker run --rm -p (?:127\.0\.0\.1:)?(\d+):(\d+) (\S+) (.+)$`).FindStringSubmatch(readme)
	if run == nil {
		t.Fatal("README.md has no docker run")
	}
	published, inside, name, args := run[1], run[2], run[3], strings.Fields(run[4])
	if !strings.Contains(readme, "docker build -t "+name+" .") {
		t.Errorf("README.md does not build the image %s", name)
	}
	if want := []string{"demo", "--page", "--addr", "0.0.0.0:" + inside}; !slices.Equal(args, want) {
		t.Errorf("it runs %q, want %q", args, want)
	}
	var addr pageAddress
	if err := addr.Set(args[len(args)-1]); err != nil || !addr.reachable() {
		t.Errorf("%s: %v", args[len(args)-1], err)
	}
	if !strings.HasSuffix(pageAddr, ":"+published) || !strings.Contains(readme, "http://localhost:"+published+"/") {
		t.Errorf("the page is published at %s", published)
	}
	for _, line := range []string{`ENTRYPOINT ["/azeer-slack"]`, "COPY --from=build /out/azeer-slack /azeer-slack", "-o /out/azeer-slack ./cmd/azeer-slack"} {
		if !strings.Contains(image, line) {
			t.Errorf("the Dockerfile has no %s", line)
		}
	}
}
