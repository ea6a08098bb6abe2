package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"azeer-slack/assign/line"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/slack-go/slack"
)

const (
	// typingsMost is how many forms in which somebody types are remembered.
	typingsMost = 1000
	// typingLimit is how long it may take to show what there is to a number.
	typingLimit = 3 * time.Second
)

// typing tells that a call is a change of a field in a form.
func (c *call) typing() bool { return c.kind == click && c.View.CallbackID == formCallback }

// onTyping serves a change of the number in a form, be it a key or a choice: the form shows
// the country of one from abroad, and who owns the contact, before anything is sent. Nobody
// waits for that, and where it cannot be done nobody is told.
func (b *Bot) onTyping(ctx context.Context, c *call) {
	b.acknowledge(ctx, c, nil)
	mine := b.typings.enter(c)
	c.turn.leave()
	for mine && c != nil {
		b.guarded("form", func() { b.follow(ctx, c) })
		c = b.typings.next(c.View.ID)
	}
}

// follow makes a form show what there is to the number in it, unless it does already.
func (b *Bot) follow(ctx context.Context, c *call) {
	ctx, cancel := context.WithTimeout(ctx, typingLimit)
	defer cancel()
	shown := b.typings.begin(c.View, cancel)
	from := noteIn(c.View.PrivateMetadata).origin
	if b.door.admit(ctx, c.person(), from.Channel).refused() {
		return
	}
	v := b.speak(ctx, c.person().id)
	lines := b.about(ctx, v, c.field(blockContact))
	if markOf(lines) == shown.mark || b.typings.overtaken(c.View.ID) {
		return
	}
	answer, err := b.api.UpdateViewContext(ctx, v.formAgain(c.View, lines), "", shown.hash, c.View.ID)
	if err == nil {
		b.typings.updated(c.View.ID, shown.hash, looks{hash: answer.Hash, mark: markOf(lines)})
		return
	}
	b.typings.lost(c.View.ID)
	if hashConflict(err) || viewGone(err) || errors.Is(err, context.Canceled) {
		b.log.Debug().Err(err).Msg("form changed or gone while somebody typed in it")
		return
	}
	b.log.Warn().Err(err).Msg("form not updated while somebody typed in it")
}

// viewGone tells that a view has been closed.
func viewGone(err error) bool {
	var said slack.SlackErrorResponse
	return errors.As(err, &said) && said.Err == "not_found"
}

// about is what there is to say about a number in a form; nothing about one that cannot
// be read, or not yet.
func (b *Bot) about(ctx context.Context, v voice, typed string) (lines []slack.Block) {
	contact, err := line.ParsePhone(typed, b.region)
	if err != nil {
		return nil
	}
	for _, line := range []slack.Block{v.foreignLine(contact), b.ownerLine(ctx, v, contact)} {
		if line != nil {
			lines = append(lines, line)
		}
	}
	return lines
}

// note is the private metadata of a form.
type note struct {
	origin
	// Shown is the mark of the lines about the contact. What Slack sends of the lines
	// themselves need not be what it was sent: it may spell a flag as :flag-ae:.
	Shown string `json:"shown,omitempty"`
}

// noteIn is the note in a form's metadata; an empty one if that cannot be read.
func noteIn(metadata string) (n note) {
	_ = json.Unmarshal([]byte(metadata), &n)
	return n
}

// markOf tells lines about a contact from others; "" if there are none.
func markOf(lines []slack.Block) string {
	if len(lines) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(encode(lines)))
	return hex.EncodeToString(sum[:6])
}

// isAbout tells whether a block is one of the lines about the contact.
func isAbout(b slack.Block) bool { return b.ID() == blockForeign || b.ID() == blockOwner }

// insertLines puts lines about the contact below its field in a form, after those there:
// above, they would move what somebody types in, or is about to press.
func insertLines(form *slack.ModalViewRequest, lines ...slack.Block) {
	blocks := form.Blocks.BlockSet
	at := 1 + slices.IndexFunc(blocks, func(b slack.Block) bool { return b.ID() == blockContact })
	for at < len(blocks) && isAbout(blocks[at]) {
		at++
	}
	form.Blocks.BlockSet = slices.Insert(blocks, at, lines...)
	n := noteIn(form.PrivateMetadata)
	n.Shown = markOf(slices.DeleteFunc(slices.Clone(form.Blocks.BlockSet), func(b slack.Block) bool { return !isAbout(b) }))
	form.PrivateMetadata = encode(n)
}

// formAgain is a form as Slack knows it with other lines about the contact. All else stays
// as it is, whatever the form was made of, so that what was entered stays too.
func (v voice) formAgain(old view, lines []slack.Block) slack.ModalViewRequest {
	blocks := slices.DeleteFunc(old.blocks(), isAbout)
	form := v.frame(noteIn(old.PrivateMetadata), blocks...)
	insertLines(&form, lines...)
	return form
}

// knownBlock is a block as Slack sent it.
type knownBlock struct {
	raw  json.RawMessage
	kind slack.MessageBlockType
	id   string
}

func (b knownBlock) BlockType() slack.MessageBlockType { return b.kind }
func (b knownBlock) ID() string                        { return b.id }
func (b knownBlock) MarshalJSON() ([]byte, error)      { return b.raw, nil }

func (v view) blocks() []slack.Block {
	blocks := make([]slack.Block, len(v.Blocks))
	for i, raw := range v.Blocks {
		var head struct {
			Type slack.MessageBlockType `json:"type"`
			ID   string                 `json:"block_id"`
		}
		_ = json.Unmarshal(raw, &head) // what is no block is sent back as it came
		blocks[i] = knownBlock{raw, head.Type, head.ID}
	}
	return blocks
}

// looks is how a form looks: the hash of this state of it, and its lines about the contact.
type looks struct{ hash, mark string }

// looks of a form as Slack sent it. Lines without a mark are of a form from before there
// were marks.
func (v view) looks() looks {
	l := looks{v.Hash, noteIn(v.PrivateMetadata).Shown}
	if l.mark == "" && slices.ContainsFunc(v.blocks(), isAbout) {
		l.mark = "unknown"
	}
	return l
}

// typings are the forms in which somebody types. Each is followed by one goroutine at a
// time, which goes from what it is at to the latest change, and leaves out those between.
// Which is the latest Slack's time tells: keys that are pressed in one moment come over
// several sockets, in any order.
//
// All that must be known of a form comes with each change of it. Only how our own last
// update made it look is remembered: a key that is pressed while the update is on its way
// comes with what the form was before, and there may be no other after it.
type typings struct {
	mu    sync.Mutex
	known *lru.Cache[string, *typing]
}

type typing struct {
	latest   string // when, by Slack's clock, the latest change was made
	sent     bool   // submitted, and not acknowledged yet
	followed bool
	next     *call // the latest change, if it came while another was followed
	stop     context.CancelFunc
	now      looks           // since our last update; zero if there was none
	past     map[string]bool // hashes of the states before it
}

func newTypings() *typings {
	known, err := lru.New[string, *typing](typingsMost)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &typings{known: known}
}

// of gives what is known of a form. Call it with the lock held.
func (t *typings) of(form string) *typing {
	entry, known := t.known.Get(form)
	if !known {
		entry = &typing{past: make(map[string]bool)}
		t.known.Add(form, entry)
	}
	return entry
}

// enter notes a change of a form, and tells whether whoever made the call is to follow it.
func (t *typings) enter(c *call) bool {
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
func (t *typings) next(form string) *call {
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
func (t *typings) begin(v view, stop context.CancelFunc) looks {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry, known := t.known.Peek(v.ID)
	if !known {
		return v.looks()
	}
	entry.stop = stop
	if entry.past[v.Hash] {
		return entry.now
	}
	return v.looks()
}

// overtaken tells whether there is a newer change of a form, or its submission.
func (t *typings) overtaken(form string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry, known := t.known.Peek(form)
	return known && (entry.next != nil || entry.sent)
}

// updated notes that the state of a form with the hash before has been replaced.
func (t *typings) updated(form, before string, now looks) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if entry, known := t.known.Peek(form); known {
		entry.now, entry.past[before] = now, true
	}
}

// lost notes that nobody knows how a form looks until Slack sends it again.
func (t *typings) lost(form string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if entry, known := t.known.Peek(form); known {
		entry.now, entry.past = looks{}, make(map[string]bool)
	}
}

// submitted stops following a form until its submission is acknowledged: an update must not
// wipe out what the form says then.
func (t *typings) submitted(form string) (acknowledged func()) {
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
