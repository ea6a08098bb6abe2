package bot

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/render"
	"azeer-slack/internal/catch"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// ownerLimit is how long a form waits to hear who owns its contact.
const ownerLimit = 300 * time.Millisecond

// owners tells who owns a contact, as far as the journal knows.
type owners struct {
	history assign.History
	log     zerolog.Logger
}

// name tells in a form that is about to open who owns its contact.
func (o *owners) name(ctx context.Context, v render.Renderer, form *slack.ModalViewRequest, contact phone.Number) {
	if line := o.line(ctx, v, contact); line != nil {
		render.InsertLines(form, line)
	}
}

// line says who owns a contact; nil if the journal does not know, or does not say so
// in time.
func (o *owners) line(ctx context.Context, v render.Renderer, contact phone.Number) slack.Block {
	ctx, cancel := context.WithTimeout(ctx, ownerLimit)
	defer cancel()
	owner, known, err := o.history.Owner(ctx, contact)
	switch {
	case err != nil && ctx.Err() == nil:
		o.log.Warn().Err(err).Msg("owner not read, showing the form without")
	case err == nil && known:
		return v.OwnerLine(owner)
	}
	return nil
}

const (
	// recentMost is how many agents whom somebody used last are on top of the menu.
	recentMost = 5
	// recentAsked is how many of their assignments these are sought in.
	recentAsked = 50
	// recentPeople is for how many people they are remembered.
	recentPeople = 1000
	// recentRead is how long reading them may take; recentWait is how long a menu waits
	// for that.
	recentRead = 5 * time.Second
	recentWait = 100 * time.Millisecond
	// recentLife is after how long they are read again: of what other instances did, this
	// one hears nothing.
	recentLife = 5 * time.Minute
)

// recents remember which agents people gave contacts to last. The journal is read when
// somebody opens a form, so that it is known when they come to the menu.
type recents struct {
	history assign.History
	log     zerolog.Logger

	mu    sync.Mutex
	known *lru.Cache[string, *recent]
}

// recent is what is known of one person.
type recent struct {
	asked  time.Time     // of the journal
	read   chan struct{} // closed when agents is known
	agents []agent.Agent // the last first, until then of the reading before; guarded by recents.mu
}

func newRecents(history assign.History, log zerolog.Logger) *recents {
	known, err := lru.New[string, *recent](recentPeople)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &recents{history: history, log: log, known: known}
}

// warm begins to find out about somebody, unless that is known and not old.
func (r *recents) warm(ctx context.Context, user string) *recent {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, ok := r.known.Get(user)
	if ok && time.Since(known.asked) < recentLife {
		return known
	}
	fresh := &recent{asked: time.Now(), read: make(chan struct{})}
	if ok {
		fresh.agents = known.agents
	}
	r.known.Add(user, fresh)
	go r.load(context.WithoutCancel(ctx), user, fresh)
	return fresh
}

// errNotRead is for a journal that panics.
var errNotRead = errors.New("not read")

func (r *recents) load(ctx context.Context, user string, into *recent) {
	ctx, cancel := context.WithTimeout(ctx, recentRead)
	defer cancel()
	var found []assign.Assignment
	err := errNotRead
	catch.Logged(r.log, "somebody's last agents", func() {
		found, err = r.history.List(ctx, assign.Query{Requester: user, Limit: recentAsked})
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		into.asked = time.Time{} // the next form tries again
	} else {
		into.agents = nil
	}
	for _, a := range slices.Backward(found) {
		into.add(a)
	}
	close(into.read)
}

// add puts the agent of an assignment in front, if it was done and chosen.
func (r *recent) add(a assign.Assignment) {
	to := a.Outcome.Agent
	if a.Outcome.Kind != assign.Assigned || a.Undoes != 0 || to.PlatformID.IsZero() {
		return
	}
	others := slices.DeleteFunc(slices.Clone(r.agents), func(other agent.Agent) bool {
		return other.PlatformID.Equal(to.PlatformID)
	})
	r.agents = append([]agent.Agent{to}, others[:min(len(others), recentMost-1)]...)
}

// finished takes note of an outcome.
func (r *recents) finished(a assign.Assignment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, ok := r.known.Peek(a.Requester)
	if !ok {
		return
	}
	select {
	case <-known.read:
		known.add(a)
	default: // whether what is being read holds it, nobody knows
		r.known.Remove(a.Requester)
	}
}

// of gives the agents that whoever made a call used last, for a menu in which nothing is
// typed; where that is not known soon enough, as they were known before.
func (r *recents) of(ctx context.Context, c *inbound.Call) []agent.Agent {
	if c.Value != "" {
		return nil
	}
	known := r.warm(ctx, c.Sender().ID)
	timer := time.NewTimer(recentWait)
	defer timer.Stop()
	select {
	case <-known.read:
	case <-timer.C:
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return known.agents
}
