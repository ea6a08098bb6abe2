// Package files reads the text of a file that hangs on a message. It does not know what is sought
// in it.
package files

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"

	"azeer-slack/bot/payload"

	"github.com/slack-go/slack"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Most is how large a file may be, in bytes.
const Most = 1 << 20

// Errors of Read.
var (
	ErrTooLarge = errors.New("file is larger than 1 MB")
	// ErrNotGranted says that Slack does not give the file: mostly the scope files:read is missing.
	ErrNotGranted = errors.New("app may not read the file")
)

// IsText tells whether a file is text, or a table as text.
func IsText(f payload.File) bool {
	kind, _, _ := strings.Cut(f.Mimetype, ";")
	switch strings.ToLower(kind) {
	case "text/plain", "text/csv", "text/tab-separated-values", "application/csv":
		return true
	}
	switch strings.ToLower(path.Ext(f.Name)) {
	case ".csv", ".tsv", ".txt":
		return true
	}
	return f.Filetype == "csv" || f.Filetype == "text" || f.Filetype == "tsv"
}

// Read gives the text of a file. Of a table each row is a line, with tabs between its cells.
func Read(ctx context.Context, api *slack.Client, f payload.File) (string, error) {
	if f.Size > Most {
		return "", ErrTooLarge
	}
	if f.URL == "" {
		return "", ErrNotGranted
	}
	var content limited
	err := api.GetFileContext(ctx, f.URL, &content)
	var status slack.StatusCodeError
	switch {
	case errors.Is(err, ErrTooLarge):
		return "", ErrTooLarge
	case err != nil && strings.Contains(err.Error(), "sign-in page"),
		errors.As(err, &status) && (status.Code == http.StatusUnauthorized || status.Code == http.StatusForbidden),
		err == nil && isWebPage(content.Bytes()):
		return "", ErrNotGranted
	case err != nil:
		return "", fmt.Errorf("download file: %w", err)
	}
	text := decode(content.Bytes())
	if strings.ContainsAny(text, ",;\t") {
		return rows(text), nil
	}
	return text, nil
}

// limited takes as much as a file may have.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > Most {
		return 0, ErrTooLarge
	}
	return l.Buffer.Write(p)
}

// ReadFrom keeps io.Copy from going round Write.
func (l *limited) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{l}, r) }

// isWebPage tells the page on which people sign in from a file.
func isWebPage(content []byte) bool {
	start := strings.ToLower(string(bytes.TrimSpace(content[:min(len(content), 100)])))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// decode reads UTF-8, or UTF-16 where a mark says so. Of anything else the digits are kept, which is
// what all ways of writing letters have in common.
func decode(content []byte) string {
	decoded, _, err := transform.Bytes(unicode.BOMOverride(encoding.Nop.NewDecoder()), content)
	if err != nil {
		decoded = content
	}
	return strings.ToValidUTF8(string(decoded), "\ufffd")
}

// rows writes a table of values with commas, semicolons or tabs between as lines with tabs. Each row
// begins on the line on which it did. What is no such table stays as it is.
func rows(text string) string {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.TrimLeadingSpace = separator(text), true, -1, true
	var all strings.Builder
	at := 1
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all.String()
		}
		if err != nil {
			return text
		}
		line, _ := r.FieldPos(0)
		for ; at < line; at++ {
			all.WriteByte('\n')
		}
		for i, cell := range row {
			if i > 0 {
				all.WriteByte('\t')
			}
			all.WriteString(flat.Replace(cell))
		}
	}
}

// flat keeps a cell in one piece.
var flat = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ", ",", " ", ";", " ", "|", " ", "،", " ", "؛", " ")

// separator is the sign that stands most often in the first line.
func separator(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	best, most := ',', -1
	for _, sign := range ",;\t" {
		if n := strings.Count(first, string(sign)); n > most {
			best, most = sign, n
		}
	}
	return best
}
