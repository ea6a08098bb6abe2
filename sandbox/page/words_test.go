package page

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	azeerslack "azeer-slack"
	"azeer-slack/sandbox/manifest"
)

// The catalogues hold all that the page says by itself.
var catalogues = []string{"web/js/pagewords.js", "web/js/gallerywords.js", "web/js/phrases.js", "web/js/words.js", "web/js/errorwords.js"}

func webFile(t *testing.T, name string) string {
	t.Helper()
	raw, err := fs.ReadFile(embedded, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

var (
	comments = regexp.MustCompile(`(?s:/\*.*?\*/)|(?m:(^|\s)//.*$)`)
	literals = regexp.MustCompile("'(?:[^'\\\\\n]|\\\\.)*'|`(?:[^`\\\\]|\\\\.)*`")
	holes    = regexp.MustCompile(`\$\{[^}]*\}`)
	// sentence is text for people: a capital and a small word, or an English word alone
	// with a capital.
	sentence = regexp.MustCompile(`(^|[ (“])[A-Z][a-z’']+ [a-z]|^ ?[A-Z][a-z]{2,}[.…!?:]?$|[a-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,}[.…]`)
	// Names of keys, elements and headers, and of products.
	noText = []string{
		"Enter", "Escape", "Tab", "Home", "End", "Shift", "Azeer", "Slack", "Slackbot", "English", "Highlight", "Date", "Ctrl K", "Content-Type",
	}
)

func TestPageSaysNothingOutsideOfItsCatalogues(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(embedded, "web/js/*.js")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d scripts (%v)", len(files), err)
	}
	for _, file := range files {
		if slices.Contains(catalogues, file) {
			continue
		}
		code := comments.ReplaceAllString(webFile(t, file), "")
		for _, literal := range literals.FindAllString(code, -1) {
			text := holes.ReplaceAllString(literal[1:len(literal)-1], "")
			if sentence.MatchString(text) && !slices.Contains(noText, text) {
				t.Errorf("%s says %q by itself", file, text)
			}
		}
	}
	// The one text of the document itself is for browsers without scripts, in both languages.
	body := regexp.MustCompile(`(?s)<body>(.*)</body>`).FindString(webFile(t, "web/index.html"))
	words := strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " ")), " ")
	if words != "This page needs JavaScript. · تحتاج هذه الصفحة إلى JavaScript." {
		t.Errorf("the document says %q", words)
	}
}

// What the server says about switches and people the page must have in its catalogue.
func TestPageKnowsWhatTheServerSays(t *testing.T) {
	t.Parallel()
	var all []string
	for _, fault := range faults {
		all = append(all, fault.about)
	}
	for _, note := range notes {
		all = append(all, note)
	}
	source, err := os.ReadFile("trouble.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`return "([A-Z][^"]+)", nil`).FindAllStringSubmatch(string(source), -1) {
		all = append(all, found[1])
	}
	m, err := manifest.Parse(azeerslack.WorkflowManifest)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range m.Functions {
		all = append(all, f.Title)
		for _, in := range f.Inputs {
			all = append(all, in.Title, strings.ReplaceAll(in.Description, "'", `\'`))
		}
	}
	if len(all) < 20 {
		t.Fatalf("found only %q", all)
	}
	catalogue := webFile(t, catalogues[0])
	for _, text := range all {
		if !strings.Contains(catalogue, "['"+text+"',") {
			t.Errorf("%q is not in %s", text, catalogues[0])
		}
	}
}

// notForPages are errors that no act of a page leads to.
var notForPages = []string{
	"there is no such execution", "wait for a form before ", "wait for a message to ", "read manifest: ", // of tests that drive the sandbox
	"read golden", "it is no JSON", "it holds no messages by name: ", // of the gallery
	"listen for browsers: ", "{} is no loopback address", "the page is closed, or listens already", // of whoever starts the page
	"read address ", "the page is for this machine only: ",
}

// Whatever an act can fail with, the page can say in both languages.
func TestPageKnowsEveryErrorOfAnAct(t *testing.T) {
	t.Parallel()
	catalogue := webFile(t, "web/js/errorwords.js")
	var said []string
	for _, folder := range []string{".", "../slack", "../slack/blocks", "../slack/steps", "../internal/monitor"} {
		said = append(said, errorsIn(t, folder)...)
	}
	if len(said) < 40 {
		t.Fatalf("found only %q", said)
	}
	for _, text := range said {
		ours := slices.ContainsFunc(notForPages, func(beginning string) bool { return strings.HasPrefix(text, beginning) })
		if !ours && !strings.Contains(catalogue, "  '"+strings.ReplaceAll(text, "'", `\'`)+"': [") {
			t.Errorf("%q is not in errorwords.js", text)
		}
	}
	for _, entry := range regexp.MustCompile(`(?m)^  '((?:[^'\\]|\\.)+)': \[`).FindAllStringSubmatch(catalogue, -1) {
		if text := strings.ReplaceAll(entry[1], `\'`, "'"); !slices.Contains(said, text) {
			t.Errorf("nothing fails with %q", text)
		}
	}
}

var verb = regexp.MustCompile(`%[sdvw]`)

// errorsIn are the errors that a package makes and the errors of HTTP that answer an act, {}
// for what is filled in.
func errorsIn(t *testing.T, folder string) (all []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no source in %s: %v", folder, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if text := errorText(call, filepath.Base(file)); text != "" {
					all = append(all, text)
				}
			}
			return true
		})
	}
	return all
}

// errorText is the text of an error that a call makes; empty: it makes none.
func errorText(call *ast.CallExpr, file string) string {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	from, _ := f.X.(*ast.Ident)
	switch {
	case from == nil:
		return ""
	case from.Name == "errors" && f.Sel.Name == "New", from.Name == "fmt" && f.Sel.Name == "Errorf":
		return textOf(call.Args[0])
	case from.Name == "http" && f.Sel.Name == "Error" && file == "act.go":
		return textOf(call.Args[1])
	}
	return ""
}

// textOf is a text as written, {} for what is filled in.
func textOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value) // a text literal
		return verb.ReplaceAllString(strings.ReplaceAll(text, "%q", `"{}"`), "{}")
	case *ast.BinaryExpr:
		return textOf(e.X) + textOf(e.Y)
	}
	return "{}"
}
