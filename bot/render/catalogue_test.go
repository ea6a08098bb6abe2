package render

import (
	"encoding/json"
	"errors"
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
	"unicode"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"

	"go.yaml.in/yaml/v3"
)

// sampleMistake is a mistake of a kind as Parse makes it.
func sampleMistake(kind line.MistakeKind) *line.Mistake {
	return &line.Mistake{Kind: kind, Typed: line.NewTyped("0544444444 x"), Example: "0544444444 omar@twerlo.com", Region: "SA",
		Perhaps: []phone.Number{phone.New("966544444444"), phone.New("966555555555"), phone.New("966533333333")}}
}

// allOutcomes gives every way of ending with every reason, likely or not.
func allOutcomes() (all []assign.Outcome) {
	for _, kind := range assign.OutcomeKinds {
		for _, reason := range append([]assign.Reason{assign.NoReason}, assign.Reasons...) {
			all = append(all, assign.Outcome{Kind: kind, Reason: reason, Status: 500, Said: "no such thing as +966 54 444 4444"})
		}
	}
	return all
}

// likelyEnd is the kind of outcome that mostly has the reason.
func likelyEnd(r assign.Reason) assign.OutcomeKind {
	switch r {
	case assign.NoReply, assign.WebPage:
		return assign.Unknown
	case assign.Busy, assign.ServerError, assign.Garbled, assign.Unreachable, assign.TooLate, assign.Stopped:
		return assign.Failed
	}
	return assign.Refused
}

// Every way of being wrong and every way of ending has words of its own, with all blanks
// filled, in every language.
func TestEveryMistakeHasWords(t *testing.T) {
	for language, v := range testVoices(t).ByLanguage {
		for _, kind := range line.AllMistakeKinds() {
			id, data := v.MistakeText(sampleMistake(kind))
			text := v.Texts.Text(id, data)
			if text == id || strings.Contains(text, "<no value>") {
				t.Errorf("%s: %s: %q", language, kind, text)
			}
			if !strings.Contains(text, "0544444444 omar@twerlo.com") {
				t.Errorf("%s: %s shows no example: %q", language, kind, text)
			}
		}
	}
}

func TestEveryOutcomeHasWords(t *testing.T) {
	for language, v := range testVoices(t).ByLanguage {
		for _, o := range allOutcomes() {
			a := goldenOutcome(o)
			lead, body := v.OutcomeWords(a, agent.Agent{})
			if id := v.OutcomeText(o); body == id || strings.HasPrefix(lead, "lead_") || strings.Contains(lead+body, "<no value>") {
				t.Errorf("%s: %s %s: %q %q", language, o.Kind, o.Reason, lead, body)
			}
		}
	}
}

// Lists, batches and the audit channel tell of outcomes in words of their own.
func TestEveryOutcomeHasShortWords(t *testing.T) {
	var ids []string
	for _, kind := range assign.OutcomeKinds {
		ids = append(ids, "state_"+string(kind), "batch_group_"+string(kind))
		if kind != assign.Assigned { // which is a text of its own
			ids = append(ids, "lead_"+string(kind), string(kind))
		}
	}
	for _, reason := range assign.Reasons {
		ids = append(ids, "why_"+string(reason))
	}
	for language, v := range testVoices(t).ByLanguage {
		for _, id := range ids {
			if !v.Texts.Has(id) {
				t.Errorf("%s: there is no message %s", language, id)
			}
		}
	}
}

// What one types for oneself is understood as that in every language.
func TestTheWordForOneselfIsUnderstood(t *testing.T) {
	for language, v := range testVoices(t).ByLanguage {
		if ref, err := line.ParseAgent(v.typedAgain(agent.RefMe())); err != nil || ref.Kind != agent.ByMe {
			t.Errorf("%s: %q is %v (%v)", language, v.typedAgain(agent.RefMe()), ref.Kind, err)
		}
	}
}

// prints are the functions whose first argument is a message's id, and the place of its
// blanks among the arguments; -1 if it has none.
var prints = map[string]int{
	"Text": 1, "Plain": 1, "Notice": 1, "Closing": 1, "button": -1, "view": -1, "refuse": -1, "DenialOf": -1,
}

// Every message that the code names is in the catalogue, gets all its blanks filled, and
// no message is left that nothing names.
func TestTheCodeAndTheCatalogueAgree(t *testing.T) {
	catalogue := readCatalogue(t)
	named := map[string]bool{"comma": true, "quotes": true}
	for _, kind := range line.AllMistakeKinds() {
		named["mistake_"+string(kind)] = true
	}
	for _, o := range allOutcomes() {
		named["lead_"+string(o.Kind)], named[string(o.Kind)], named[string(o.Kind)+"_"+string(o.Reason)] = true, true, true
		named["batch_group_"+string(o.Kind)] = true
		named["state_"+string(o.Kind)], named["why_"+string(o.Reason)] = true, true
	}
	for _, why := range []duty.Why{duty.Alone, duty.Fewest, duty.Longest, duty.Turn} {
		named["chosen_"+string(why)] = true
	}
	for _, p := range everyAbsence {
		named["passed_"+string(p.Reason)] = true
	}
	named["away_"+string(duty.Away)], named["away_"+string(duty.Undisturbed)] = true, true
	eachSource(t, func(file string, n ast.Node) {
		if text, ok := literal(n); ok {
			named[text] = true
		}
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return
		}
		id, ok := literal(call.Args[0])
		at, prints := prints[functionName(call)]
		if !ok || !prints || strings.HasSuffix(id, "_") {
			return
		}
		text, exists := catalogue[id]
		if !exists {
			t.Errorf("%s names the message %q, which does not exist", file, id)
			return
		}
		if at > 0 && at < len(call.Args) {
			checkBlanks(t, file, id, text, call.Args[at])
		}
	})
	for id := range catalogue {
		if !named[id] {
			t.Errorf("nothing names the message %q", id)
		}
	}
}

var blankName = regexp.MustCompile(`{{[^}]*?\.([A-Z]\w*)`)

// checkBlanks holds a literal texts.Data, or nil, against the blanks of a message.
func checkBlanks(t *testing.T, file, id, text string, arg ast.Expr) {
	t.Helper()
	given := make(map[string]bool)
	switch arg := arg.(type) {
	case *ast.CompositeLit:
		for _, e := range arg.Elts {
			if pair, ok := e.(*ast.KeyValueExpr); ok {
				name, _ := literal(pair.Key)
				given[name] = true
			}
		}
	case *ast.Ident:
		if arg.Name != "nil" {
			return
		}
	default:
		return
	}
	for _, found := range blankName.FindAllStringSubmatch(text, -1) {
		if !given[found[1]] {
			t.Errorf("%s prints %q without %s", file, id, found[1])
		}
	}
	for name := range given {
		if name != "Count" && !strings.Contains(text, "."+name) {
			t.Errorf("%s prints %q with %s, which it does not hold", file, id, name)
		}
	}
}

// readCatalogue gives the English messages, all forms of each as one text.
func readCatalogue(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("../texts/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var messages map[string]any
	if err := yaml.Unmarshal(raw, &messages); err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for id, m := range messages {
		switch m := m.(type) {
		case string:
			all[id] = m
		case map[string]any:
			for _, form := range m {
				all[id] += " " + form.(string)
			}
		}
	}
	return all
}

// eachSource visits the syntax of all files of bot and below it, tests excepted.
func eachSource(t *testing.T, visit func(file string, n ast.Node)) {
	t.Helper()
	files, err := filepath.Glob("../*/*.go")
	handlers, errHandlers := filepath.Glob("../*.go")
	files = append(files, handlers...)
	if err := errors.Join(err, errHandlers); err != nil || len(files) == 0 {
		t.Fatalf("no source: %v", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			visit(file, n)
			return true
		})
	}
}

func literal(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func functionName(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		return fun.Sel.Name
	case *ast.Ident:
		return fun.Name
	}
	return ""
}

// checkDirections holds every text of an Arabic message or view against the rule that
// phones, emails and other digits stand in isolates. What stands in an input is what
// will be sent, and holds none.
func checkDirections(t *testing.T, v any) {
	t.Helper()
	raw := payload.Encode(v)
	var whole any
	if err := json.Unmarshal([]byte(raw), &whole); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, each := range v {
				walk(each)
			}
		case map[string]any:
			if text, ok := v["text"].(string); ok {
				if outside := outsideIsolates(text); strings.ContainsFunc(outside, unicode.IsDigit) || strings.ContainsAny(outside, "@") && emailLike.MatchString(outside) {
					t.Errorf("outside of isolates stands %q", outside)
				}
			}
			for _, each := range v {
				walk(each)
			}
		}
	}
	walk(whole)
}

var emailLike = regexp.MustCompile(`[A-Za-z0-9]@[A-Za-z0-9]`)

func outsideIsolates(text string) string {
	var out strings.Builder
	depth := 0
	for _, r := range text {
		switch {
		case slices.Contains([]rune("\u2066\u2067\u2068"), r):
			depth++
		case r == '\u2069' && depth > 0:
			depth--
		case depth == 0:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// Whoever reads the golden files of a language reads all that is said in it.
func TestEveryMessageIsInAGoldenFile(t *testing.T) {
	for language := range inEachLanguage(t) {
		shown := map[string]bool{"comma": true, "quotes": true} // parts of others
		v := testVoices(t).ByLanguage[language]
		v.Texts = v.Texts.Watched(func(id string) { shown[id] = true })
		goldenMessages(v)
		goldenLists(v)
		goldenViews(v)
		for id := range readCatalogue(t) {
			if !shown[id] {
				t.Errorf("%s: no golden file shows the message %q", language, id)
			}
		}
	}
}

// No golden file is left of what is not made any more.
func TestEveryGoldenFileIsMade(t *testing.T) {
	made := map[string]bool{}
	for language, suffix := range inEachLanguage(t) {
		v := testVoices(t).ByLanguage[language]
		for name := range goldenMessages(v) {
			made["message_"+name+suffix+".golden.json"] = true
		}
		for name := range goldenViews(v) {
			made["view_"+name+suffix+".golden.json"] = true
		}
		for name := range goldenLists(v) {
			made[name+suffix+".golden.json"] = true
		}
	}
	err := fs.WalkDir(os.DirFS("testdata"), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".golden.json") && !made[path] {
			t.Errorf("testdata/%s belongs to nothing", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
