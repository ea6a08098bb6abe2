package bot

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/access"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/rota"
	"azeer-slack/bot/slackcall"
	"azeer-slack/internal/catch"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/slack-go/slack"
)

const (
	// typingsMost is how many forms in which somebody types are remembered.
	typingsMost = 1000
	// typingLimit is how long it may take to show what there is to a number.
	typingLimit = 3 * time.Second
)

// typing shows in a form what there is to a number, while it is typed or chosen, and to an agent.
type typing struct {
	*responder
	api    *slack.Client
	access *access.Policy
	owners *owners
	agents Agents
	rota   *rota.Rota
	live   *liveHints
	region string
}

// onChange serves a change of the number in a form, be it a key or a choice: the form shows
// the country of one from abroad, and who owns the contact, before anything is sent. Nobody
// waits for that, and where it cannot be done nobody is told.
func (t *typing) onChange(ctx context.Context, c *inbound.Call) {
	c.Acknowledge(ctx, nil)
	mine := t.live.enter(c)
	c.Leave()
	for mine && c != nil {
		catch.Logged(t.log, "form", func() { t.follow(ctx, c) })
		c = t.live.next(c.View.ID)
	}
}

// follow makes a form show what there is to the number in it, unless it does already.
func (t *typing) follow(ctx context.Context, c *inbound.Call) {
	ctx, cancel := context.WithTimeout(ctx, typingLimit)
	defer cancel()
	shown := t.live.begin(c.View, cancel)
	from := render.DecodeFormMetadata(c.View.PrivateMetadata).Address
	if t.access.Check(ctx, c.Sender(), from.Channel).IsDenied() {
		return
	}
	v := t.rendererFor(ctx, c.Sender().ID)
	lines := append(t.about(ctx, v, contactIn(c.Payload)), t.aboutAgent(ctx, v, c)...)
	if render.MarkOf(lines) == shown.mark || t.live.overtaken(c.View.ID) {
		return
	}
	answer, err := t.api.UpdateViewContext(ctx, v.FormAgain(c.View, lines), "", shown.hash, c.View.ID)
	if err == nil {
		t.live.updated(c.View.ID, shown.hash, looks{hash: answer.Hash, mark: render.MarkOf(lines)})
		return
	}
	t.live.lost(c.View.ID)
	if slackcall.IsHashConflict(err) || slackcall.IsViewGone(err) || errors.Is(err, context.Canceled) {
		t.log.Debug().Err(err).Msg("form changed or gone while somebody typed in it")
		return
	}
	t.log.Warn().Err(err).Msg("form not updated while somebody typed in it")
}

// about is what there is to say about a number in a form; nothing about one that cannot
// be read, or not yet.
func (t *typing) about(ctx context.Context, v render.Renderer, typed string) (lines []slack.Block) {
	contact, err := line.ParseContact(typed, t.region)
	if err != nil {
		return nil
	}
	for _, line := range []slack.Block{v.ForeignLine(contact), t.owners.line(ctx, v, contact)} {
		if line != nil {
			lines = append(lines, line)
		}
	}
	return lines
}

// aboutAgent says whether the agent who is chosen in a form is away.
func (t *typing) aboutAgent(ctx context.Context, v render.Renderer, c *inbound.Call) []slack.Block {
	ref, err := agent.DecodeRef(c.Input(render.BlockAgent))
	if err != nil || ref.Kind != agent.ByEmail {
		return nil
	}
	who, known := t.agents.Guess(ref)
	if !known {
		return nil
	}
	if line := v.AwayBlock(who, t.rota.Absence(ctx, ref, who, c.Sender().ID)); line != nil {
		return []slack.Block{line}
	}
	return nil
}

// looks is how a form looks: the hash of this state of it, and its lines about the contact.
type looks struct{ hash, mark string }

// looksOf gives the looks of a form as Slack sent it. Lines without a mark are of a form from before there
// were marks.
func looksOf(v payload.View) looks {
	l := looks{v.Hash, render.DecodeFormMetadata(v.PrivateMetadata).Shown}
	if l.mark == "" && slices.ContainsFunc(render.BlocksOf(v), render.IsAbout) {
		l.mark = "unknown"
	}
	return l
}

// liveHints are the forms in which somebody types. Each is followed by one goroutine at a
// time, which goes from what it is at to the latest change, and leaves out those between.
// Which is the latest Slack's time tells: keys that are pressed in one moment come over
// several sockets, in any order.
//
// All that must be known of a form comes with each change of it. Only how our own last
// update made it look is remembered: a key that is pressed while the update is on its way
// comes with what the form was before, and there may be no other after it.
type liveHints struct {
	mu    sync.Mutex
	known *lru.Cache[string, *liveForm]
}

type liveForm struct {
	latest   string // when, by Slack's clock, the latest change was made
	sent     bool   // submitted, and not acknowledged yet
	followed bool
	next     *inbound.Call // the latest change, if it came while another was followed
	stop     context.CancelFunc
	now      looks           // since our last update; zero if there was none
	past     map[string]bool // hashes of the states before it
}

func newLiveHints() *liveHints {
	known, err := lru.New[string, *liveForm](typingsMost)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &liveHints{known: known}
}

// of gives what is known of a form. Call it with the lock held.
func (t *liveHints) of(form string) *liveForm {
	entry, known := t.known.Get(form)
	if !known {
		entry = &liveForm{past: make(map[string]bool)}
		t.known.Add(form, entry)
	}
	return entry
}

// enter notes a change of a form, and tells whether whoever made the call is to follow it.
func (t *liveHints) enter(c *inbound.Call) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry, at := t.of(c.View.ID), c.Actions[0].ActionTS
	if entry.sent || earlier(at, entry.latest) {
		return false
	}
	entry.latest = at
	if entry.followed {
		entry.next = c
		return false
	}
	entry.followed = true
	return true
}

// earlier compares two of Slack's moments, seconds with six decimals.
func earlier(a, b string) bool { return len(a) < len(b) || len(a) == len(b) && a < b }

// next gives the latest change that is still to be followed; nil if there is none.
func (t *liveHints) next(form string) *inbound.Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry, known := t.known.Peek(form)
	if !known {
		return nil
	}
	c := entry.next
	entry.next, entry.stop, entry.followed = nil, nil, c != nil
	return c
}

// begin gives how a form looks that came as v, and notes how to stop following it.
func (t *liveHints) begin(v payload.View, stop context.CancelFunc) looks {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry, known := t.known.Peek(v.ID)
	if !known {
		return looksOf(v)
	}
	entry.stop = stop
	if entry.past[v.Hash] {
		return entry.now
	}
	return looksOf(v)
}

// overtaken tells whether there is a newer change of a form, or its submission.
func (t *liveHints) overtaken(form string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry, known := t.known.Peek(form)
	return known && (entry.next != nil || entry.sent)
}

// updated notes that the state of a form with the hash before has been replaced.
func (t *liveHints) updated(form, before string, now looks) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if entry, known := t.known.Peek(form); known {
		entry.now, entry.past[before] = now, true
	}
}

// lost notes that nobody knows how a form looks until Slack sends it again.
func (t *liveHints) lost(form string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if entry, known := t.known.Peek(form); known {
		entry.now, entry.past = looks{}, make(map[string]bool)
	}
}

// submitted stops following a form until its submission is acknowledged: an update must not
// wipe out what the form says then.
func (t *liveHints) submitted(form string) (acknowledged func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry := t.of(form)
	entry.sent, entry.next = true, nil
	if entry.stop != nil {
		entry.stop()
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		entry.sent = false
	}
}
