package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	azeerslack "azeer-slack"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/texts"
	"azeer-slack/internal/health"
	"azeer-slack/internal/inbox"
	"azeer-slack/sandbox/manifest"
)

// The guides in docs say what the program says and does. What can be held to the code is
// held to it here.

const (
	oncall  = "../../docs/oncall.md"
	install = "../../docs/install.md"
)

// source is the files of one package, without tests.
type source struct {
	fset  *token.FileSet
	files []*ast.File
}

func sourceOf(t *testing.T, folder string) source {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("../..", folder, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no Go files in %s: %v", folder, err)
	}
	s := source{fset: token.NewFileSet()}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(s.fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		s.files = append(s.files, f)
	}
	return s
}

// calls visits every call of a function or method of that name, with the function that it
// stands in.
func (s source) calls(name string, visit func(in *ast.FuncDecl, call *ast.CallExpr)) {
	for _, f := range s.files {
		for _, d := range f.Decls {
			in, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(in, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && called(call) == name {
					visit(in, call)
				}
				return true
			})
		}
	}
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// literals are the strings written in a piece of code.
func literals(n ast.Node) (all []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				all = append(all, text)
			}
		}
		return true
	})
	return all
}

// messages are what an expression in a function may be: itself, if it is written there,
// or what the function's callers pass for it.
func (s source) messages(t *testing.T, in *ast.FuncDecl, e ast.Expr) (all []string) {
	t.Helper()
	name, isName := e.(*ast.Ident)
	if !isName {
		if text := strings.Join(literals(e), ""); text != "" {
			return []string{text}
		}
		t.Errorf("%s: what is logged here cannot be told", s.fset.Position(e.Pos()))
		return nil
	}
	at := slices.Index(parameters(in), name.Name)
	if at >= 0 {
		s.calls(in.Name.Name, func(caller *ast.FuncDecl, call *ast.CallExpr) {
			all = append(all, s.messages(t, caller, call.Args[at])...)
		})
	}
	if len(all) == 0 {
		t.Errorf("%s: what is logged here cannot be told", s.fset.Position(e.Pos()))
	}
	return all
}

func parameters(f *ast.FuncDecl) (names []string) {
	for _, field := range f.Type.Params.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}

// levels are those that the guide explains. Lines of anyLevel choose theirs at run time.
var levels = map[string]string{"Error": "error", "Warn": "warn", "Info": "info", "WithLevel": anyLevel, "Debug": ""}

const anyLevel = "any"

// level is that of the event on which Msg is called.
func level(call *ast.CallExpr) (string, bool) {
	for {
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return "", false
		}
		if call, ok = method.X.(*ast.CallExpr); !ok {
			return "", false
		}
		if l, known := levels[called(call)]; known {
			return l, true
		}
	}
}

// logLine is what the program may log.
type logLine struct{ level, message string }

// programFolders are those with code that the program is made of, below the root.
func programFolders(t *testing.T) (folders []string) {
	t.Helper()
	root := filepath.Join("..", "..")
	for _, top := range []string{"assign", "azeer", "bot", "cmd", "internal/catch", "internal/health", "internal/inbox", "internal/logging", "journal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			if files, _ := filepath.Glob(filepath.Join(path, "*.go")); len(files) > 0 {
				folder, err := filepath.Rel(root, path)
				folders = append(folders, filepath.ToSlash(folder))
				return err
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return folders
}

// logged are all lines above debug level, each with where it is written.
func logged(t *testing.T) map[logLine]string {
	t.Helper()
	all := make(map[logLine]string)
	for _, folder := range programFolders(t) {
		s := sourceOf(t, folder)
		s.calls("Msg", func(in *ast.FuncDecl, call *ast.CallExpr) {
			at := s.fset.Position(call.Pos()).String()
			l, ok := level(call)
			if !ok {
				t.Errorf("%s: the level cannot be told", at)
			}
			if l == "" {
				return
			}
			for _, m := range s.messages(t, in, call.Args[0]) {
				all[logLine{l, m}] = at
			}
		})
		for _, other := range []string{"Msgf", "MsgFunc", "Send"} {
			s.calls(other, func(_ *ast.FuncDecl, call *ast.CallExpr) {
				if _, ok := level(call); ok {
					t.Errorf("%s: messages are constant, so that they can be looked up: use Msg", s.fset.Position(call.Pos()))
				}
			})
		}
	}
	return all
}

// explained are the log lines in the guide: first cells of tables below the heading of a
// level.
func explained(t *testing.T) map[logLine]bool {
	t.Helper()
	all := make(map[logLine]bool)
	heading := ""
	for line := range strings.Lines(read(t, oncall)) {
		if strings.HasPrefix(line, "#") {
			heading = strings.TrimSpace(strings.TrimLeft(line, "#"))
		}
		if cell := firstCell.FindStringSubmatch(line); cell != nil && slices.Contains([]string{"error", "warn", "info"}, heading) {
			all[logLine{heading, cell[1]}] = true
		}
	}
	return all
}

var firstCell = regexp.MustCompile("^\\| `([^`]+)` \\|")

func TestEveryLogLineIsExplained(t *testing.T) {
	t.Parallel()
	written, known := logged(t), explained(t)
	if len(written) < 20 {
		t.Fatalf("only %d log lines were found", len(written))
	}
	anywhere := make(map[string]bool)
	for line := range known {
		anywhere[line.message] = true
	}
	for line, at := range written {
		if !known[line] && !(line.level == anyLevel && anywhere[line.message]) {
			t.Errorf("docs/oncall.md does not explain, under %s: %s (%s)", line.level, line.message, at)
		}
	}
	for line := range known {
		_, same := written[line]
		_, some := written[logLine{anyLevel, line.message}]
		if !same && !some {
			t.Errorf("docs/oncall.md explains under %s what is not logged: %s", line.level, line.message)
		}
	}
}

func TestEveryMetricIsExplained(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`azeer_slack_[a-z_]+`)
	var exported []string
	for _, f := range sourceOf(t, "internal/health").files {
		for _, text := range literals(f) {
			if name.FindString(text) == text && text != "" {
				exported = append(exported, text)
			}
		}
	}
	holds(t, oncall, read(t, oncall), name, exported)
}

// holds checks that a page names all that there is and nothing else.
func holds(t *testing.T, page, text string, name *regexp.Regexp, all []string) {
	t.Helper()
	said := name.FindAllString(text, -1)
	for _, one := range all {
		if !slices.Contains(said, one) {
			t.Errorf("%s does not explain %s", page, one)
		}
	}
	for _, one := range said {
		if !slices.Contains(all, one) {
			t.Errorf("%s speaks of %s, which there is not", page, one)
		}
	}
}

func TestEveryReadinessReasonIsExplained(t *testing.T) {
	t.Parallel()
	page := read(t, oncall)
	explains := func(reason string) {
		t.Helper()
		if !strings.Contains(page, "`"+reason) {
			t.Errorf("docs/oncall.md does not explain: %s", reason)
		}
	}
	for _, f := range sourceOf(t, "cmd/azeer-slack").files {
		for _, d := range f.Decls {
			if in, ok := d.(*ast.FuncDecl); ok && in.Name.Name == "unready" {
				for _, beginning := range literals(in.Body) {
					explains(beginning)
				}
			}
		}
	}
	reading, assigning := refusingInbox(t), refusingInbox(t)
	_, _, _ = reading.Agents(t.Context())
	reason, _, _ := strings.Cut(reading.Refused(), " (status")
	explains(reason)
	_ = assigning.Assign(t.Context(), phone.New("966544444444"), agent.Agent{PlatformID: agent.NewEmail("omar@twerlo.com")})
	if !strings.Contains(assigning.Refused(), "for assigning") || !strings.Contains(page, "`for assigning`") {
		t.Errorf("docs/oncall.md does not explain: %s", assigning.Refused())
	}
	for _, f := range sourceOf(t, "journal").files {
		for _, d := range f.Decls {
			in, ok := d.(*ast.FuncDecl)
			if !ok || !slices.Contains([]string{"explain", "explainPostgres", "stillThere"}, in.Name.Name) {
				continue
			}
			for _, text := range literals(in.Body) {
				if cure := strings.TrimSuffix(text, ": %w"); strings.Contains(cure, " ") {
					explains(cure)
				}
			}
		}
	}
}

// Of each line of check, the words that are always the same stand in the guide.
func TestEveryLineOfCheckIsExplained(t *testing.T) {
	t.Parallel()
	page := read(t, install)
	s := sourceOf(t, "internal/check")
	for _, verdict := range []string{"good", "bad", "note", "skip", "slackFailed"} {
		s.calls(verdict, func(_ *ast.FuncDecl, call *ast.CallExpr) {
			for _, text := range literals(call.Args[0]) {
				for _, words := range regexp.MustCompile(`%[a-z]`).Split(text, -1) {
					if words = strings.Trim(words, " :;,()"); len(words) > 3 && !strings.Contains(page, words) {
						t.Errorf("docs/install.md does not explain: %q (%s)", words, s.fset.Position(call.Pos()))
					}
				}
			}
		})
	}
}

func TestGuidesNameSettingsThatThereAre(t *testing.T) {
	t.Parallel()
	known := slices.Clone(networkNames)
	for _, s := range settings {
		known = append(known, s.name)
	}
	name := regexp.MustCompile(`\b[A-Z]{2,}(?:_[A-Z]+)+\b`)
	for _, page := range []string{oncall, install, "../../docs/guide.en.md", "../../docs/guide.ar.md"} {
		for _, one := range name.FindAllString(read(t, page), -1) {
			if !slices.Contains(known, one) {
				t.Errorf("%s speaks of %s, which is no setting", page, one)
			}
		}
	}
}

// The guides for users quote what they will read.
func TestGuidesQuoteTheTexts(t *testing.T) {
	t.Parallel()
	catalogue, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	bold := regexp.MustCompile(`\*([^*]+)\*`)
	for _, language := range catalogue.Languages() {
		page := read(t, fmt.Sprintf("../../docs/guide.%s.md", language))
		say := catalogue.In(language)
		quotes := func(id string) []string { return []string{say.Plain(id, nil)} }
		for id, quoted := range map[string]func(string) []string{
			"undo": quotes, "reassign": quotes, "assign_again": quotes, "assign_now": quotes, "assign_anyway": quotes,
			"fix_in_form": quotes, "retry": quotes, "home_assign": quotes, "home_search": quotes, "form_answer": quotes,
		} {
			for _, words := range quoted(id) {
				if !strings.Contains(page, "**"+visible(words)+"**") {
					t.Errorf("guide.%s.md does not have **%s**, the text %s", language, words, id)
				}
			}
		}
		// Of each answer, its sign and what is bold in it begin a row.
		for _, id := range []string{"lead_mistake", "lead_refused", "lead_failed", "lead_unknown", "lead_superseded", "lead_expired", "late", "undone"} {
			text := visible(say.Text(id, nil))
			sign, _, _ := strings.Cut(text, " ")
			if row := "| " + sign + " **" + bold.FindStringSubmatch(text)[1] + "**"; !strings.Contains(page, row) {
				t.Errorf("guide.%s.md has no row %q for the text %s", language, row, id)
			}
		}
		for _, id := range []string{"assigned", "assigned_again", "interim", "joined", "overtaken", "not_allowed_person"} {
			if emoji, _, _ := strings.Cut(visible(say.Text(id, nil)), " "); !strings.Contains(page, "| "+emoji) {
				t.Errorf("guide.%s.md does not explain the text %s", language, id)
			}
		}
	}
}

// The guides say what a workflow's step takes and gives, by the names that Workflow Builder shows.
func TestGuidesExplainTheStep(t *testing.T) {
	t.Parallel()
	m, err := manifest.Parse(azeerslack.WorkflowManifest)
	if err != nil {
		t.Fatal(err)
	}
	guides, err := filepath.Glob("../../docs/guide.*.md")
	if err != nil || len(guides) < 2 || len(m.Functions) == 0 {
		t.Fatalf("%d guides, %d steps: %v", len(guides), len(m.Functions), err)
	}
	for _, guide := range guides {
		page := read(t, guide)
		for _, step := range m.Functions {
			for _, p := range append(step.Inputs, step.Outputs...) {
				if !strings.Contains(page, "**"+p.Title+"**") {
					t.Errorf("%s does not explain **%s** of the step", filepath.Base(guide), p.Title)
				}
			}
		}
	}
}

// visible leaves out the marks of direction.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '\u2066' && r <= '\u2069' || r == '\u200e' || r == '\u200f' {
			return -1
		}
		return r
	}, text)
}

// refusingInbox is an inbox whose key Azeer refuses.
func refusingInbox(t *testing.T) *inbox.Inbox {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(server.Close)
	in, err := inbox.New(inbox.Config{Key: "key", BaseURL: server.URL, Measure: health.NewMetrics().Azeer})
	if err != nil {
		t.Fatal(err)
	}
	return in
}
