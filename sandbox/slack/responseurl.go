package slack

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"azeer-slack/sandbox/blockkit"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/rule"
	"azeer-slack/sandbox/slack/webapi"
)

// maxResponses is how often a response URL can be used (Handling user interaction).
const maxResponses = 5

// responseURL is the right to answer a person where they were.
type responseURL struct {
	person  *Person
	channel *channel
	born    time.Time
	uses    int
	source  *message // the message whose button was pressed, if any

	envelope string // of the interaction it was given out with
}

// newResponseURL gives one out; kind is commands, actions, app-actions or app.
// Call it with the lock held.
func (ws *Workspace) newResponseURL(kind string, p *Person, c *channel, source *message) string {
	path := "/" + kind + "/" + TeamID + "/" + strconv.Itoa(ws.ids.next()) + "/" + randomHex(12)
	ws.responseURLs[path] = &responseURL{person: p, channel: c, born: time.Now(), source: source}
	return ws.URL() + path
}

// ownResponseURL says which interaction a response URL belongs to.
func (ws *Workspace) ownResponseURL(url, envelope string) {
	if u := ws.responseURLs[strings.TrimPrefix(url, ws.URL())]; u != nil {
		u.envelope = envelope
	}
}

// serveResponseURL takes a message for a response URL.
func (ws *Workspace) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	ws.WithResponseURLFaults(w, r, func() (answer func()) {
		status, text := ws.respond(r)
		return func() {
			if status == http.StatusOK && !ws.cfg.Unsettled.ResponseURLText {
				webapi.WriteJSON(w, object{"ok": true})
				return
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	})
}

// respond checks and carries out one use.
func (ws *Workspace) respond(r *http.Request) (status int, text string) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, webapi.MaxBody))
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || mediaType != "application/json" || err != nil {
		ws.report.Breach(rule.BadRequest, "response URL wants POST with application/json, not %s with %q", r.Method, mediaType)
		return http.StatusBadRequest, "invalid_payload"
	}
	if r.Header.Get("Authorization") != "" {
		ws.report.Breach(rule.TokenPlace, "sent a token to a response URL, which needs none")
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	u, known := ws.responseURLs[r.URL.Path]
	switch {
	case !known:
		ws.report.Breach(rule.ResponseUnknown, "response URL that was never given out")
		return http.StatusNotFound, "no_service"
	case time.Since(u.born) > ws.cfg.Limits.ResponseURL:
		ws.report.BreachOf(u.envelope, rule.ResponseExpired, "response URL used %s after it was given out", time.Since(u.born).Round(time.Second))
		return http.StatusNotFound, "expired_url"
	case u.uses >= maxResponses:
		ws.report.BreachOf(u.envelope, rule.ResponseUsedUp, "response URL used more than %d times", maxResponses)
		return http.StatusNotFound, "used_url"
	}
	return ws.answerThrough(u, raw)
}

// answerThrough posts, replaces or deletes by the rules of response URLs:
// ephemeral unless said otherwise, and no message ever changes its kind.
func (ws *Workspace) answerThrough(u *responseURL, raw json.RawMessage) (int, string) {
	body, err := jsonmap.Parse(raw)
	if err != nil {
		ws.report.BreachOf(u.envelope, rule.BadRequest, "response URL got no JSON object")
		return http.StatusBadRequest, "invalid_payload"
	}
	m := messageFrom(body, ViaResponseURL)
	m.envelope = u.envelope
	bare := m.empty()
	deleting, inChannel := body.Flag("delete_original"), body.Str("response_type") == "in_channel"
	if bare && !deleting && !inChannel {
		ws.report.BreachOf(u.envelope, rule.InvalidMessage, "response URL got neither text nor blocks")
		return http.StatusBadRequest, "no_text"
	}
	if problems := describe(blockkit.Message(raw)); !bare && len(problems) > 0 {
		ws.report.BreachOf(u.envelope, rule.InvalidMessage, "response URL: %v", problems)
		return http.StatusBadRequest, "invalid_blocks"
	}
	u.uses++
	if deleting && u.source != nil {
		ws.remove(u.channel, u.source)
		u.source = nil
	}
	switch {
	case bare:
	case body.Flag("replace_original") && u.source != nil:
		u.source.envelope = u.envelope
		ws.edit(u.channel, u.source, body, ViaResponseURL)
	default:
		if !inChannel {
			m.only, m.thread = u.person.id, "" // into a thread only for everybody to read
		}
		ws.post(u.channel, m)
	}
	return http.StatusOK, "ok"
}

// edit changes a message in place.
func (ws *Workspace) edit(c *channel, m *message, body object, via Via) {
	m.setContent(body)
	m.blocks = ws.identify(m.blocks)
	m.edited, m.via = true, via
	ws.show(c, m)
}
