package sandbox

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"azeer-slack/sandbox/blockkit"
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
func (k *Slack) newResponseURL(kind string, p *Person, c *channel, source *message) string {
	k.nextID++
	path := "/" + kind + "/" + TeamID + "/" + strconv.Itoa(k.nextID) + "/" + randomHex(12)
	k.responseURLs[path] = &responseURL{person: p, channel: c, born: time.Now(), source: source}
	return k.URL() + path
}

// ownResponseURL says which interaction a response URL belongs to.
func (k *Slack) ownResponseURL(url, envelope string) {
	if u := k.responseURLs[strings.TrimPrefix(url, k.URL())]; u != nil {
		u.envelope = envelope
	}
}

// serveResponseURL takes a message for a response URL.
func (k *Slack) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	if !k.pause(r, "response_url") {
		return
	}
	f, failing := k.nextFailure("response_url")
	if failing && !f.AfterDoing {
		f.answer(w)
		return
	}
	status, text := k.respond(r)
	if failing {
		f.answer(w)
		return
	}
	if status == http.StatusOK && !k.unsettled.ResponseURLText {
		writeJSON(w, object{"ok": true})
		return
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// respond checks and carries out one use.
func (k *Slack) respond(r *http.Request) (status int, text string) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || mediaType != "application/json" || err != nil {
		k.breach(RuleBadRequest, "response URL wants POST with application/json, not %s with %q", r.Method, mediaType)
		return http.StatusBadRequest, "invalid_payload"
	}
	if r.Header.Get("Authorization") != "" {
		k.breach(RuleTokenPlace, "sent a token to a response URL, which needs none")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	u, known := k.responseURLs[r.URL.Path]
	switch {
	case !known:
		k.breach(RuleResponseUnknown, "response URL that was never given out")
		return http.StatusNotFound, "no_service"
	case time.Since(u.born) > k.limits.ResponseURL:
		k.breachOf(u.envelope, RuleResponseExpired, "response URL used %s after it was given out", time.Since(u.born).Round(time.Second))
		return http.StatusNotFound, "expired_url"
	case u.uses >= maxResponses:
		k.breachOf(u.envelope, RuleResponseUsedUp, "response URL used more than %d times", maxResponses)
		return http.StatusNotFound, "used_url"
	}
	return k.answerThrough(u, raw)
}

// answerThrough posts, replaces or deletes by the rules of response URLs:
// ephemeral unless said otherwise, and no message ever changes its kind.
func (k *Slack) answerThrough(u *responseURL, raw json.RawMessage) (int, string) {
	body, err := parseObject(raw)
	if err != nil {
		k.breachOf(u.envelope, RuleBadRequest, "response URL got no JSON object")
		return http.StatusBadRequest, "invalid_payload"
	}
	m := messageFrom(body, ViaResponseURL)
	m.envelope = u.envelope
	bare := m.empty()
	deleting, inChannel := body.flag("delete_original"), body.str("response_type") == "in_channel"
	if bare && !deleting && !inChannel {
		k.breachOf(u.envelope, RuleInvalidMessage, "response URL got neither text nor blocks")
		return http.StatusBadRequest, "no_text"
	}
	if problems := describe(blockkit.Message(raw)); !bare && len(problems) > 0 {
		k.breachOf(u.envelope, RuleInvalidMessage, "response URL: %v", problems)
		return http.StatusBadRequest, "invalid_blocks"
	}
	u.uses++
	if deleting && u.source != nil {
		k.remove(u.channel, u.source)
		u.source = nil
	}
	switch {
	case bare:
	case body.flag("replace_original") && u.source != nil:
		u.source.envelope = u.envelope
		k.edit(u.channel, u.source, body, ViaResponseURL)
	default:
		if !inChannel {
			m.only, m.thread = u.person.id, "" // into a thread only for everybody to read
		}
		k.post(u.channel, m)
	}
	return http.StatusOK, "ok"
}

// edit changes a message in place.
func (k *Slack) edit(c *channel, m *message, body object, via Via) {
	m.setContent(body)
	m.blocks = k.nameBlocks(m.blocks)
	m.edited, m.via = true, via
	k.show(c, m)
}
