package assign_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

// What is not on these lists has no words, since tests go through them.
func TestEveryKindAndReasonIsListed(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "assignment.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	declared, listed := make(map[string][]string), make(map[string][]string)
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			name, typ := spec.Names[0].Name, nameOf(spec.Type)
			switch value := spec.Values[0].(type) {
			case *ast.CallExpr: // Reason(agent.NoSuchAgent)
				typ = nameOf(value.Fun)
			case *ast.CompositeLit:
				for _, e := range value.Elts {
					listed[name] = append(listed[name], nameOf(e))
				}
			}
			declared[typ] = append(declared[typ], name)
		}
		return true
	})
	for typ, list := range map[string]string{"OutcomeKind": "OutcomeKinds", "Reason": "Reasons"} {
		if len(declared[typ]) < 5 {
			t.Errorf("found only %d of type %s", len(declared[typ]), typ)
		}
		for _, name := range declared[typ] {
			if name != "NoReason" && !slices.Contains(listed[list], name) {
				t.Errorf("%s is not in %s", name, list)
			}
		}
	}
}

func nameOf(e ast.Expr) string {
	name, _ := e.(*ast.Ident)
	if name == nil {
		return ""
	}
	return name.Name
}
