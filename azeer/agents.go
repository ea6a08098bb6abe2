package azeer

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const (
	opList = "list agents"
	opRead = "read agent"
)

// List is what Agents read.
type List struct {
	// Agents are in Azeer's order, inactive ones included.
	Agents []Agent
	// Partial says that Azeer may have more agents than these.
	Partial bool
	// Warnings are doubts about the list, for an operator. They hold no personal data.
	Warnings []string
}

// Agents lists the agents of the organisation, active and inactive. No page is asked for,
// since Azeer documents no paging; signs that there are more set Partial.
//
// An answer of unknown shape is ErrUnrecognised. An empty List is one that Azeer sent.
//
// Azeer's page: docs.azeer.com, "List All Agents" (api-24652905).
func (c *Client) Agents(ctx context.Context) (List, error) {
	got, err := c.do(ctx, call{op: opList, method: http.MethodGet, path: "/agent"})
	if err != nil {
		return List{}, err
	}
	list, err := decodeList(got.body)
	if err != nil {
		return List{}, c.misread(opList, got.status, Refused, err)
	}
	return list, nil
}

// Agent reads one agent by id. Azeer does not say whether that is Agent.ID or
// Agent.PlatformID; Agent.ID is the likelier one.
//
// An agent that does not exist is an *Error with Azeer's status, probably 404 or
// 400. One that says it is no agent is ErrNotAgent.
//
// Azeer's page: docs.azeer.com, "Get an Agent Details" (api-11939608).
func (c *Client) Agent(ctx context.Context, id string) (Agent, error) {
	// These would be taken for steps in the path, escaped or not.
	if strings.TrimSpace(id) == "" || id == "." || id == ".." {
		return Agent{}, &Error{Op: opRead, Effect: Refused, Err: fmt.Errorf("%w: no agent id", ErrInvalid)}
	}
	got, err := c.do(ctx, call{op: opRead, method: http.MethodGet, path: "/agent/" + url.PathEscape(id)})
	if err != nil {
		return Agent{}, err
	}
	agent, err := decodeAgent(got.body)
	if err != nil {
		return Agent{}, c.misread(opRead, got.status, Refused, err)
	}
	return agent, nil
}

// decodeAgent reads one agent: bare, under data, or as the only element of an array.
func decodeAgent(body []byte) (Agent, error) {
	raw, err := parse(body)
	if err != nil {
		return Agent{}, err
	}
	if err := checkSuccess(raw); err != nil {
		return Agent{}, err
	}
	inner := only(raw)
	top, ok := asObject(inner)
	if !ok {
		return Agent{}, unrecognised(raw)
	}
	if data, ok := asObject(only(top["data"])); ok && !resemblesAgent(top) {
		top = data
	}
	switch {
	case !resemblesAgent(top):
		return Agent{}, unrecognised(raw)
	case saysNoAgent(top):
		return Agent{}, ErrNotAgent
	}
	return readAgent(top), nil
}

// only unpacks an array of one, and leaves everything else as it is.
func only(raw json.RawMessage) json.RawMessage {
	if list, ok := asArray(raw); ok && len(list) == 1 {
		return list[0]
	}
	return raw
}

// decodeList reads a list of agents in any known shape.
func decodeList(body []byte) (List, error) {
	raw, err := parse(body)
	if err != nil {
		return List{}, err
	}
	if err := checkSuccess(raw); err != nil {
		return List{}, err
	}
	entries, ok := findEntries(raw)
	if !ok {
		return List{}, unrecognised(raw)
	}
	var list List
	var odd, others, contacts int
	for _, entry := range entries {
		o, ok := asObject(entry)
		agent := readAgent(o)
		switch {
		case ok && saysNoAgent(o):
			others++
		case !agent.identified():
			odd++
		default:
			list.Agents = append(list.Agents, agent)
			if agent.MayBeContact() {
				contacts++
			}
		}
	}
	if len(list.Agents) == 0 && odd > 0 {
		return List{}, unrecognised(raw)
	}
	list.warn(odd, "of %d entries nothing could be read that identifies an agent", odd)
	list.warn(others, "left out %d entries that say is_agent false", others)
	list.warn(contacts, "%d entries have a platform_id like a phone number: perhaps contacts, not agents", contacts)
	sign := moreThan(len(entries), raw)
	list.warn(len(sign), "the list may be partial: %s", sign)
	list.Partial = sign != "" || odd > 0
	return list, nil
}

func (l *List) warn(n int, format string, args ...any) {
	if n > 0 {
		l.Warnings = append(l.Warnings, fmt.Sprintf(format, args...))
	}
}

// listKeys are names under which lists come.
var listKeys = []string{"agents", "items", "results", "rows", "list", "users", "contacts"}

// findEntries finds the elements of a list, in the order of how sure the shape makes
// us. It tells false for a shape it does not know.
func findEntries(raw json.RawMessage) ([]json.RawMessage, bool) {
	if list, ok := asArray(raw); ok {
		return list, true
	}
	top, ok := asObject(raw)
	if !ok {
		return nil, false
	}
	if list, ok := asArray(top["data"]); ok {
		return list, true
	}
	data, _ := asObject(top["data"])
	if list, ok := listIn(data); ok {
		return list, true
	}
	if list, ok := asArray(data["data"]); ok { // pages, as some frameworks wrap them
		return list, true
	}
	if list, ok := listIn(top); ok {
		return list, true
	}
	switch {
	case resemblesAgent(top):
		return []json.RawMessage{raw}, true
	case resemblesAgent(data):
		return []json.RawMessage{top["data"]}, true
	}
	return nil, saysEmpty(top)
}

func listIn(o object) ([]json.RawMessage, bool) {
	for _, key := range listKeys {
		if list, ok := asArray(o[key]); ok {
			return list, true
		}
	}
	return nil, false
}

// saysEmpty tells that an answer without any list is an empty one: it says success, has
// no data, and nothing else in it could be a list under a name we do not know.
func saysEmpty(top object) bool {
	if yes, _ := asTruth(top["success"]); !yes || !isNull(top["data"]) {
		return false
	}
	for key, raw := range top {
		list, _ := asArray(raw)
		o, _ := asObject(raw)
		if len(list)+len(o) > 0 && !slices.Contains(pageKeys, key) {
			return false
		}
	}
	return true
}

// pageKeys hold the objects that describe a page.
var pageKeys = []string{"meta", "pagination"}

// moreThan looks for a sign that there are more entries than the returned ones, and says
// which, without quoting the answer.
func moreThan(returned int, raw json.RawMessage) string {
	top, _ := asObject(raw)
	data, _ := asObject(top["data"])
	for _, around := range []object{top, data} {
		if sign := pageSign(returned, around); sign != "" {
			return sign
		}
		for _, key := range pageKeys {
			page, _ := asObject(around[key])
			if sign := pageSign(returned, page); sign != "" {
				return sign
			}
		}
	}
	return ""
}

func pageSign(returned int, o object) string {
	for _, key := range []string{"total", "count"} {
		if n, ok := asNumber(o[key]); ok && n > uint64(returned) {
			return fmt.Sprintf("%s is %d, returned were %d", key, n, returned)
		}
	}
	if n, ok := asNumber(o["last_page"]); ok && n > 1 {
		return fmt.Sprintf("last_page is %d", n)
	}
	if more, _ := asTruth(o["has_more"]); more {
		return "has_more is true"
	}
	for _, key := range []string{"next", "next_page"} {
		if pointsOn(o[key]) {
			return key + " is set"
		}
	}
	return ""
}

// pointsOn tells that a member leads to another page: a link, a cursor, a number, or true.
func pointsOn(raw json.RawMessage) bool {
	if o, ok := asObject(raw); ok {
		return len(o) > 0
	}
	if value, known := asTruth(raw); known {
		return value
	}
	return asID(raw) != ""
}
