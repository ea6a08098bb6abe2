package azeer

import "strings"

// ListShape is how Azeer wraps its list of agents. The vendor's pages show one bare
// object, and other endpoints wrap in several ways: an app must be ready for any.
type ListShape string

// The shapes. The zero shape is ListInData.
const (
	ListInData    ListShape = ""            // {"data": […], "success": true}
	ListBare      ListShape = "bare"        // […]
	ListNested    ListShape = "nested"      // {"data": {"agents": […]}}
	ListTop       ListShape = "top"         // {"items": […]}
	ListOneBare   ListShape = "one bare"    // the first agent alone
	ListOneInData ListShape = "one in data" // {"data": {…}}
	ListEmpty     ListShape = "empty"       // {"data": null, "success": true}
	ListPartial   ListShape = "partial"     // {"data": […], "total": one hundred more}
	ListStrange   ListShape = "strange"     // nothing that anybody has described
)

// ListUnder is ListNested, or with top ListTop, under another name: users, results, ….
func ListUnder(name string, top bool) ListShape {
	if top {
		return ListTop + ListShape(" "+name)
	}
	return ListNested + ListShape(" "+name)
}

// ListAs makes the agent list come in another shape.
func (z *Account) ListAs(shape ListShape) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.shape = shape
}

func (s ListShape) wrap(agents []any) any {
	shape, name, named := strings.Cut(string(s), " ")
	switch {
	case named && ListShape(shape) == ListNested:
		return object{"data": object{name: agents}, "success": true}
	case named && ListShape(shape) == ListTop:
		return object{name: agents}
	}
	switch s {
	case ListBare:
		return agents
	case ListNested:
		return object{"data": object{"agents": agents}, "success": true}
	case ListTop:
		return object{"items": agents}
	case ListOneBare:
		return first(agents)
	case ListOneInData:
		return object{"data": first(agents), "success": true}
	case ListEmpty:
		return object{"data": nil, "success": true}
	case ListPartial:
		return object{"data": agents, "total": len(agents) + 100, "success": true}
	case ListStrange:
		return object{"answer": object{"people": agents}}
	}
	return object{"data": agents, "message": "agents", "success": true}
}

func first(agents []any) any {
	if len(agents) == 0 {
		return nil
	}
	return agents[0]
}
