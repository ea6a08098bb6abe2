package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"azeer-slack/sandbox/slack"
	"azeer-slack/sandbox/slack/rule"
)

const (
	hostileFrames = 2_000
	// hostileAtOnce is how many frames are under way before the next is sent.
	hostileAtOnce = 8
	// hostileGrowth bounds what is still held, in bytes, when all is over: much less than
	// was sent. It includes the sandbox's own record of everything.
	hostileGrowth = 48 << 20
)

// Whatever has an envelope_id is acknowledged, the bot goes on serving, and nothing of it
// stays in memory. Not parallel: other stories would be in the memory that is measured.
func TestHostileFramesAreAcknowledgedAndDoNoHarm(t *testing.T) {
	w := prepare(t, with("LOG_LEVEL", "warn"))
	w.ctx = t.Context() // it takes longer than a story
	w.run()
	for _, announced := range []string{"view refused by Slack", "request not stored", "acknowledgement too large"} {
		w.expectError(announced)
	}
	manager := w.person("manager")
	before := heldMemory()
	h := &hostility{Rand: rand.New(rand.NewPCG(20261122, 3)), user: w.Slack.Person("sara").ID(), url: w.Slack.URL()}
	sent := 0
	var under []*slack.Delivery
	for n := range hostileFrames {
		frame, bytes := h.next(n)
		sent += bytes
		under = append(under, w.Slack.SendFrame(frame))
		if len(under) == hostileAtOnce {
			w.acknowledged(under[0])
			under = under[1:]
		}
		if n%500 == 499 {
			number := fmt.Sprintf("05444444%02d", n/500)
			manager.types("#support", "/assign "+number+" omar@twerlo.com")
			manager.reads("now belongs to")
		}
	}
	for _, d := range under {
		w.acknowledged(d)
	}
	if grown := heldMemory() - before; grown > hostileGrowth {
		t.Errorf("%d MB were sent, and %d MB are still held", sent>>20, grown>>20)
	} else {
		t.Logf("%d frames, %d MB sent, %d MB held", hostileFrames, sent>>20, grown>>20)
	}
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("now belongs to")
	if err := w.halt(); err != nil {
		t.Errorf("the bot stopped with %v", err)
	}
	w.forgive("sara")
}

// TestAFrameTooLargeCostsOnlyItsSocket: a frame of 5 MB, fifty times the largest that
// Slack has been seen to send, is not read; the socket is replaced.
func TestAFrameTooLargeCostsOnlyItsSocket(t *testing.T) {
	w := begin(t)
	w.Slack.SendRaw(`{"type":"slash_commands","envelope_id":"large","payload":"`+strings.Repeat("x", 5<<20)+`"}`, w.Slack.Sockets()[0])
	manager := w.person("manager")
	w.until("another socket", func() bool {
		numbers := w.Slack.Sockets()
		return len(numbers) == 2 && slices.Max(numbers) > 2
	})
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("now belongs to")
}

func (w *world) acknowledged(d *slack.Delivery) {
	w.t.Helper()
	if err := d.Wait(w.ctx); err != nil || d.Acked.IsZero() {
		w.t.Fatalf("envelope %s was not acknowledged: %v\n%v\n%s", d.EnvelopeID, err, w.Breaches(), w.logs.all())
	}
}

// forgive reads what the hostile one was told, and forgets the breaches to which garbage
// must lead: triggers, URLs and channels that Slack never gave out.
func (w *world) forgive(handle string) {
	w.t.Helper()
	p := w.Slack.Person(handle)
	for range p.Unseen() {
		if _, err := p.See(w.ctx, func(slack.Message) bool { return true }); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, b := range w.TakeBreaches() {
		switch b.Rule {
		case rule.TriggerUnknown, rule.TriggerExpired, rule.ResponseUnknown, rule.UnknownPath,
			rule.BadRequest, rule.InvalidView:
		default:
			w.t.Errorf("breach: %v", b)
		}
	}
}

// heldMemory is the heap in bytes that is really in use.
func heldMemory() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// hostility makes frames such as Slack never sends, the same ones in every run.
type hostility struct {
	*rand.Rand
	user, url string
}

// next makes frame n: a sound one that was damaged.
func (h *hostility) next(n int) (frame func(id string) []byte, bytes int) {
	kind, payload := h.sound(n)
	for range h.IntN(4) {
		payload = h.damage(payload)
	}
	body := h.encode(payload)
	kindJSON := h.encode(kind)
	if h.IntN(8) == 0 {
		kindJSON = h.encode(h.junk())
	}
	order := h.IntN(3)
	if order == 1 && !readable(kindJSON, body) {
		order = 0 // what stands behind damage cannot be found
	}
	var cut int
	if order == 0 && h.IntN(4) == 0 {
		cut = h.IntN(len(body) + 1)
	}
	return func(id string) []byte {
		switch {
		case cut > 0:
			return fmt.Appendf(nil, `{"envelope_id":%q,"type":%s,"payload":%s`, id, kindJSON, body[:cut])
		case order == 1:
			return fmt.Appendf(nil, `{"payload":%s,"accepts_response_payload":"perhaps","retry_attempt":[],"type":%s,"envelope_id":%q}`, body, kindJSON, id)
		case order == 2:
			return fmt.Appendf(nil, `{"envelope_id":%q,"payload":%s}`, id, body)
		}
		return fmt.Appendf(nil, `{"envelope_id":%q,"type":%s,"payload":%s,"accepts_response_payload":true}`, id, kindJSON, body)
	}, len(body)
}

// readable tells whether values can be read past: they are JSON, if perhaps too deep.
func readable(values ...[]byte) bool {
	d := json.NewDecoder(bytes.NewReader(slices.Concat([]byte("["), bytes.Join(values, []byte(",")), []byte("]"))))
	d.UseNumber()
	for {
		if _, err := d.Token(); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// sound is what Slack might send, as a person of our workspace would cause it.
func (h *hostility) sound(n int) (kind string, payload any) {
	type object = map[string]any
	trigger := fmt.Sprintf("hostile.%d", n)
	person := object{"id": h.user, "team_id": slack.TeamID}
	url := h.url + "/commands/" + slack.TeamID + "/0/never"
	switch n % 6 {
	case 0:
		return "slash_commands", object{"command": "/assign", "text": "0544444444 sara@twerlo.com", "user_id": h.user, "team_id": slack.TeamID,
			"channel_id": "C0HOSTILE", "trigger_id": trigger, "response_url": url}
	case 1:
		values := object{"contact": object{"contact": object{"value": "0544444444"}},
			"agent": object{"agent": object{"selected_option": object{"value": "email:sara@twerlo.com"}}}}
		return "interactive", object{"type": "view_submission", "user": person, "trigger_id": trigger, "response_urls": []any{},
			"view": object{"id": "V0HOSTILE", "callback_id": "assign_form", "private_metadata": `{"channel":"C0HOSTILE"}`, "state": object{"values": values}}}
	case 2:
		return "interactive", object{"type": "block_suggestion", "user": person, "action_id": "agent", "value": "om"}
	case 3:
		return "interactive", object{"type": "block_actions", "user": person, "trigger_id": trigger, "channel": object{"id": "C0HOSTILE"}, "response_url": url,
			"actions": []any{object{"action_id": "again", "value": `{"c":"966544444444","a":"email:sara@twerlo.com"}`}}}
	case 4:
		return "interactive", object{"type": "shortcut", "user": person, "callback_id": "assign_contact", "trigger_id": trigger}
	}
	return "events_api", object{"type": "event_callback", "event_id": trigger, "event": object{"type": "message", "text": "hi"}}
}

// damage replaces, drops or doubles one value somewhere in v.
func (h *hostility) damage(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) > 0 && h.IntN(6) > 0 {
			names := slices.Sorted(maps.Keys(v))
			name := names[h.IntN(len(names))]
			if h.IntN(4) == 0 {
				delete(v, name)
			} else {
				v[name] = h.damage(v[name])
			}
			return v
		}
	case []any:
		if len(v) > 0 && h.IntN(4) > 0 {
			at := h.IntN(len(v))
			v[at] = h.damage(v[at])
			return append(v, v[at])
		}
	}
	return h.junk()
}

// rawJSON is written as it is, valid or not.
type rawJSON string

// Values of a size that nobody expects: a text of 1 MB, nesting beyond what encoding/json
// reads, a form with 5,000 inputs.
var (
	longText  = rawJSON(`"` + strings.Repeat("٠5 <!channel> ", 1<<20/16) + `"`)
	deepNest  = rawJSON(strings.Repeat("[", 12_000) + strings.Repeat("]", 12_000))
	wideState = rawJSON(`{"callback_id":"assign_form","state":{"values":{"contact":{}` +
		strings.Repeat(`,"block":{"action":{"value":"x"}},"k":{"selected_option":null}`, 2_500) + `}}}`)
)

// junk is a value that nobody expects where it stands.
func (h *hostility) junk() any {
	small := []any{nil, true, 0, -1, 1e300, "", "null", []any{}, map[string]any{}, []any{nil, []any{"x"}}, "U1> <!channel>",
		"mention:U1> <!channel", "0544444444 <!here> \u202e", "../../x", "me:", `{"c":"966544444444","a":"me:"}`, `{"c":"<!channel>","a":"name:x"}`, `{"c":5}`,
		"http://127.0.0.1:1/closed", "://", "\x00\x01", rawJSON("\"\xff\xfe\xed\xa0\x80\""), rawJSON("NaN"), rawJSON("1e999"), rawJSON(`"\ud800"`),
		rawJSON(`{"id":"U1","id":["U2"],"ID":null}`), rawJSON("{]}"), rawJSON(`{"value":1,}`),
		map[string]any{"values": map[string]any{"contact": []any{}}}, map[string]any{"id": map[string]any{"id": "x"}}}
	switch h.IntN(32) {
	case 0:
		return longText
	case 1:
		return deepNest
	case 2:
		return wideState
	}
	return small[h.IntN(len(small))]
}

// encode writes v with what is raw in it.
func (h *hostility) encode(v any) []byte {
	var b bytes.Buffer
	h.write(&b, v)
	return b.Bytes()
}

func (h *hostility) write(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case rawJSON:
		b.WriteString(string(v))
	case map[string]any:
		b.WriteByte('{')
		for n, name := range slices.Sorted(maps.Keys(v)) {
			if n > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(b, "%q:", name)
			h.write(b, v[name])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for n, each := range v {
			if n > 0 {
				b.WriteByte(',')
			}
			h.write(b, each)
		}
		b.WriteByte(']')
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		b.Write(raw)
	}
}
