package blockkit

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// A checker walks one document and gathers problems.
type checker struct {
	problems []Problem
	surface  Surface
	blockIDs map[string]bool
	focused  bool // an element with focus_on_load was met
	inputs   bool // an input block was met
}

func (c *checker) fail(at, format string, args ...any) {
	c.problems = append(c.problems, Problem{fmt.Sprintf(format, args...), at})
}

// A rule says what may stand at one place of the document.
type rule func(c *checker, at string, v any)

// and lets more rules look at the same place.
func (r rule) and(more ...rule) rule {
	return func(c *checker, at string, v any) {
		r(c, at, v)
		for _, next := range more {
			next(c, at, v)
		}
	}
}

// A part is a field of an object and its rule.
type part struct {
	name     string
	required bool
	rule     rule
}

func must(name string, r rule) part { return part{name, true, r} }
func may(name string, r rule) part  { return part{name, false, r} }

// object takes the parts and no other field.
func object(parts ...part) rule {
	return func(c *checker, at string, v any) {
		fields, ok := v.(map[string]any)
		if !ok {
			c.fail(at, "must provide an object")
			return
		}
		known := map[string]bool{}
		for _, p := range parts {
			known[p.name] = true
			switch value, there := fields[p.name]; {
			case there:
				p.rule(c, at+"/"+p.name, value)
			case p.required:
				c.fail(at, "missing required field: %s", p.name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if !known[name] {
				c.fail(at, "invalid additional property: %s", name)
			}
		}
	}
}

// A kind is a sort of object told apart by its "type".
type kind struct {
	parts []part
	also  []rule
}

// oneKind takes an object whose type is in kinds and, where a predicate is given, allowed at this place.
func oneKind(kinds map[string]kind, allowed func(c *checker, name string) bool) rule {
	return func(c *checker, at string, v any) {
		fields, ok := v.(map[string]any)
		if !ok {
			c.fail(at, "must provide an object")
			return
		}
		name, ok := fields["type"].(string)
		if !ok {
			c.fail(at, "missing required field: type")
			return
		}
		k, known := kinds[name]
		if !known || allowed != nil && !allowed(c, name) {
			c.fail(at+"/type", "unsupported type: %s", name)
			return
		}
		parts := append([]part{must("type", oneOf(name))}, k.parts...)
		object(parts...).and(k.also...)(c, at, v)
	}
}

// anyOf is for places where Slack first reports that no alternative fits, and then why.
func anyOf(r rule) rule {
	return func(c *checker, at string, v any) {
		before := len(c.problems)
		r(c, at, v)
		if len(c.problems) > before {
			first := Problem{"failed to match all allowed schemas", at}
			c.problems = slices.Insert(c.problems, before, first)
		}
	}
}

// list takes an array of least to most items.
func list(least, most int, each rule) rule {
	return func(c *checker, at string, v any) {
		items, ok := v.([]any)
		if !ok {
			c.fail(at, "must provide an array")
			return
		}
		if len(items) < least {
			c.fail(at, "must provide at least %d items", least)
		}
		if len(items) > most {
			c.fail(at, "no more than %d items allowed", most)
		}
		for i, item := range items {
			each(c, at+"/"+strconv.Itoa(i), item)
		}
	}
}

// str takes a string of least to most characters.
func str(least, most int) rule {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		if !ok {
			c.fail(at, "must provide a string")
			return
		}
		n := len(utf16.Encode([]rune(s)))
		if n < least {
			c.fail(at, "must be more than %d characters", least-1)
		}
		if n > most {
			c.fail(at, "must be less than %d characters", most+1)
		}
	}
}

// like takes a string of a given form.
func like(pattern, words string) rule {
	form := regexp.MustCompile(pattern)
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !form.MatchString(s) {
			c.fail(at, "must be %s", words)
		}
	}
}

func oneOf(words ...string) rule {
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(words, s) {
			c.fail(at, "must be a valid enum value (%s)", strings.Join(words, ", "))
		}
	}
}

func flag(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.fail(at, "must provide a boolean")
	}
}

// whole takes an integer of least to most.
func whole(least, most int64) rule {
	return func(c *checker, at string, v any) {
		number, _ := v.(json.Number)
		n, err := number.Int64()
		switch {
		case err != nil:
			c.fail(at, "must provide an integer")
		case n < least:
			c.fail(at, "must be at least %d", least)
		case n > most:
			c.fail(at, "must be at most %d", most)
		}
	}
}

// anything takes an object without looking into it.
func anything(c *checker, at string, v any) {
	if _, ok := v.(map[string]any); !ok {
		c.fail(at, "must provide an object")
	}
}

// exactlyOne wants one of two fields and not both.
func exactlyOne(a, b string) rule {
	return func(c *checker, at string, v any) {
		hasA, hasB := field(v, a) != nil, field(v, b) != nil
		switch {
		case hasA && hasB:
			c.fail(at, "only one of %s and %s may be provided", a, b)
		case !hasA && !hasB:
			c.fail(at, "missing required field: %s or %s", a, b)
		}
	}
}

// unique wants the items of a list to differ in a field, where they have it.
func unique(name string) rule {
	return func(c *checker, at string, v any) {
		items, _ := v.([]any)
		seen := map[string]bool{}
		for i, item := range items {
			id, _ := field(item, name).(string)
			if id != "" && seen[id] {
				c.fail(fmt.Sprintf("%s/%d/%s", at, i, name), "%s must be unique: %s is used twice", name, id)
			}
			seen[id] = true
		}
	}
}

// field reads a field of an object; nil if there is no such object or field.
func field(v any, name string) any {
	fields, _ := v.(map[string]any)
	return fields[name]
}

// contains reports whether items hold v, all fields equal.
func contains(items []any, v any) bool {
	return slices.ContainsFunc(items, func(item any) bool { return reflect.DeepEqual(item, v) })
}
