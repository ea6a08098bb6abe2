package manifest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A shape says what one place of a manifest may hold. Shapes are built with record, list, text and their
// like below, so that the rules read as Slack's reference page does.
type shape struct {
	check func(path string, v any) []error
}

type entry struct {
	name     string
	required bool
	shape    shape
}

func must(name string, s shape) entry { return entry{name, true, s} }
func may(name string, s shape) entry  { return entry{name, false, s} }

// record is an object with known keys only.
func record(entries ...entry) shape {
	known := make(map[string]entry, len(entries))
	for _, e := range entries {
		known[e.name] = e
	}
	return shape{func(path string, v any) []error {
		object, ok := v.(map[string]any)
		if !ok {
			return wrong(path, "must be an object")
		}
		var errs []error
		for _, e := range entries {
			if _, ok := object[e.name]; e.required && !ok {
				errs = append(errs, wrong(join(path, e.name), "is required")...)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(object)) {
			if e, ok := known[key]; ok {
				errs = append(errs, e.shape.check(join(path, key), object[key])...)
			} else {
				errs = append(errs, wrong(join(path, key), "is not a known key")...)
			}
		}
		return errs
	}}
}

// table is an object whose keys the app chooses.
func table(most int, key *regexp.Regexp, each shape) shape {
	return shape{func(path string, v any) []error {
		object, ok := v.(map[string]any)
		if !ok {
			return wrong(path, "must be an object")
		}
		var errs []error
		if len(object) > most {
			errs = wrong(path, "must have at most %d entries", most)
		}
		for _, k := range slices.Sorted(maps.Keys(object)) {
			if !key.MatchString(k) {
				errs = append(errs, wrong(join(path, k), "must be a key like %s", key)...)
			}
			errs = append(errs, each.check(join(path, k), object[k])...)
		}
		return errs
	}}
}

// list is an array of least to most items.
func list(least, most int, each shape) shape {
	return shape{func(path string, v any) []error {
		items, ok := v.([]any)
		if !ok {
			return wrong(path, "must be a list")
		}
		var errs []error
		if len(items) < least || len(items) > most {
			errs = wrong(path, "must have %d to %d items, has %d", least, most, len(items))
		}
		for i, item := range items {
			errs = append(errs, each.check(fmt.Sprintf("%s[%d]", path, i), item)...)
		}
		return errs
	}}
}

// set is a list of strings in which nothing stands twice.
func set(least, most int, each shape) shape {
	plain := list(least, most, each)
	return shape{func(path string, v any) []error {
		errs := plain.check(path, v)
		seen := map[string]bool{}
		items, _ := v.([]any)
		for i, item := range items {
			s, ok := item.(string)
			if ok && seen[s] {
				errs = append(errs, wrong(fmt.Sprintf("%s[%d]", path, i), "%q stands there twice", s)...)
			}
			seen[s] = true
		}
		return errs
	}}
}

// text is a string of least to most characters (code points).
func text(least, most int) shape {
	return shape{func(path string, v any) []error {
		s, ok := v.(string)
		if !ok {
			return wrong(path, "must be text")
		}
		if n := utf8.RuneCountInString(s); n < least || n > most {
			return wrong(path, "must have %d to %d characters, has %d", least, most, n)
		}
		return nil
	}}
}

// like is a text that also matches a pattern.
func like(least, most int, pattern *regexp.Regexp) shape {
	length := text(least, most)
	return shape{func(path string, v any) []error {
		errs := length.check(path, v)
		if s, ok := v.(string); ok && !pattern.MatchString(s) {
			errs = append(errs, wrong(path, "must match %s", pattern)...)
		}
		return errs
	}}
}

func oneOf(words ...string) shape {
	return shape{func(path string, v any) []error {
		if s, ok := v.(string); !ok || !slices.Contains(words, s) {
			return wrong(path, "must be one of %s", strings.Join(words, ", "))
		}
		return nil
	}}
}

func flag() shape {
	return shape{func(path string, v any) []error {
		if _, ok := v.(bool); !ok {
			return wrong(path, "must be true or false")
		}
		return nil
	}}
}

func whole() shape {
	return shape{func(path string, v any) []error {
		if _, ok := v.(int); !ok {
			return wrong(path, "must be a whole number")
		}
		return nil
	}}
}

// absent is a part of the format that exists at Slack and not here.
func absent() shape {
	return shape{func(path string, _ any) []error {
		return wrong(path, "is not supported by the sandbox")
	}}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func wrong(path, format string, args ...any) []error {
	if path == "" {
		path = "manifest"
	}
	return []error{fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...))}
}
