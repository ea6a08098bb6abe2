package webapi

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/rule"
)

// MaxBody is how much of a request is read, in bytes.
const MaxBody = 2 << 20

// defaultPage is how many items a page has where the app names no limit.
const defaultPage = 200

// Call is one request to a method.
type Call struct {
	Method string

	report *record.Reporter
	args   object // decoded JSON, or the form's strings
	form   bool
	header string // token in the Authorization header
}

// readCall reads arguments from a form or a JSON object.
func (a *API) readCall(name string, r *http.Request) (*Call, error) {
	c := &Call{report: a.report, Method: name, args: object{}, form: true}
	c.header, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if r.URL.Query().Has("token") {
		a.report.Breach(rule.TokenPlace, "%s: token in the URL", name)
		return c, Error{Code: "not_authed"}
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, MaxBody))
	if err != nil {
		return c, Error{Code: "request_timeout"}
	}
	for key, values := range r.URL.Query() {
		c.args[key] = values[0]
	}
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case len(raw) == 0:
	case mediaType == "application/json":
		c.form = false
		if json.Unmarshal(raw, &c.args) != nil {
			a.report.Breach(rule.BadRequest, "%s: body is no JSON object", name)
			return c, Error{Code: "invalid_json"}
		}
	case mediaType == "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(raw))
		if err != nil {
			a.report.Breach(rule.BadRequest, "%s: body is no form", name)
			return c, Error{Code: "invalid_form_data"}
		}
		for key := range values {
			c.args[key] = values.Get(key)
		}
	default:
		a.report.Breach(rule.BadRequest, "%s: Content-Type %q", name, mediaType)
		return c, Error{Code: "invalid_post_type"}
	}
	return c, nil
}

// Str reads an argument that is a string; numbers and booleans count as well.
func (c *Call) Str(name string) string {
	switch v := c.args[name].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// Token is the one that the call was made with.
func (c *Call) Token() string {
	if c.header != "" {
		return c.header
	}
	return c.Str("token")
}

// Flag reads an argument that is a boolean.
func (c *Call) Flag(name string) bool { return c.Str(name) == "true" || c.Str(name) == "1" }

// JSON reads an argument that is JSON: a string holding JSON in forms (and
// tolerated in JSON bodies). Nil if absent.
func (c *Call) JSON(name string) json.RawMessage {
	switch v := c.args[name].(type) {
	case nil:
		return nil
	case string:
		if v == "" {
			return nil
		}
		return json.RawMessage(v)
	default:
		return jsonmap.Encode(v)
	}
}

// Missing is the answer where a required argument is absent.
func (c *Call) Missing(name string) error {
	return c.Invalid("[ERROR] missing required field: " + name)
}

// Invalid is invalid_arguments with one message, and a breach.
func (c *Call) Invalid(message string) error {
	c.report.Breach(rule.BadRequest, "%s: %s", c.Method, message)
	return Error{Code: "invalid_arguments", More: object{"response_metadata": object{"messages": []string{message}}}}
}

// Page cuts a list by limit and cursor (https://docs.slack.dev/apis/web-api/pagination).
func (c *Call) Page(key string, items []any) (object, error) {
	from, limit := 0, defaultPage
	if cursor := c.Str("cursor"); cursor != "" {
		raw, err := base64.StdEncoding.DecodeString(cursor)
		from, _ = strconv.Atoi(strings.TrimPrefix(string(raw), "from:"))
		if err != nil || from <= 0 || from > len(items) {
			return nil, Error{Code: "invalid_cursor"}
		}
	}
	if given := c.Str("limit"); given != "" && given != "0" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 || n > 1000 {
			return nil, Error{Code: "invalid_limit"}
		}
		limit = n
	}
	to := min(from+limit, len(items))
	next := ""
	if to < len(items) {
		next = base64.StdEncoding.EncodeToString([]byte("from:" + strconv.Itoa(to)))
	}
	return object{key: append([]any{}, items[from:to]...), "response_metadata": object{"next_cursor": next}}, nil
}
