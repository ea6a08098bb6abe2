package files

import (
	"strings"
	"testing"

	"azeer-slack/bot/payload"
)

func TestIsText(t *testing.T) {
	for name, f := range map[string]payload.File{
		"csv": {Mimetype: "text/csv; charset=utf-8"}, "name": {Name: "A.CSV", Mimetype: "application/octet-stream"}, "type": {Filetype: "text"},
	} {
		if !IsText(f) {
			t.Errorf("%s is no text", name)
		}
	}
	if IsText(payload.File{Name: "a.xlsx", Mimetype: "application/vnd.ms-excel", Filetype: "xlsx"}) {
		t.Error("a workbook is text")
	}
}

func TestRowsKeepTheirLines(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n\"c, d\",\"e\nf\"\ng,h": "a\tb\nc  d\te f\n\ng\th",
		"a;b;c,d\nd;e":                "a\tb\tc d\nd\te",
		"a\tb\n":                      "a\tb",
		"\"open, a":                   "open  a",
	} {
		if got := rows(text); got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}

// FuzzRows: no digit of a table is lost.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{"a,b", "\"", "1;2,3\n\"4\n5\"", "\xff\xfe1\x00"} {
		f.Add([]byte(seed))
	}
	digits := func(text string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, text)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		text := decode(content)
		if got, want := digits(rows(text)), digits(text); got != want {
			t.Errorf("%q has the digits %q, want %q", text, got, want)
		}
	})
}
