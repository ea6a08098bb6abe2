package bot

import (
	"context"
	"encoding/json"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/reply"
	"azeer-slack/bot/slackcall"
	"azeer-slack/internal/retry"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/slack-go/slack"
)

const (
	// homesMost is how many people's Home tabs are kept up to date.
	homesMost = 1000
	// homeLife is how long after somebody has last opened or used it a Home tab is kept
	// up to date: a working day. Slack does not tell when it is left.
	homeLife = 12 * time.Hour
	// homeSoon is how long after a change a Home tab is published, since most
	// assignments end by then; homeGap is the least time between two of those.
	homeSoon = 400 * time.Millisecond
	homeGap  = 2 * time.Second
	// homeAgain is how soon one that could not be published is tried again; homeTries is
	// how often.
	homeAgain = time.Minute
	homeTries = 5
	// searchLife is how long what somebody looked up stays when they come back.
	searchLife = time.Hour
	// lastWords is how long Keep goes on after its context has ended.
	lastWords = 2 * time.Second
)

// homes are the Home tabs that are kept up to date: those opened lately, as far as this
// process knows. They are published one after the other, so that no more calls are made
// than Slack takes; what waits is published once, however much has changed meanwhile.
type homes struct {
	woken chan struct{}

	mu    sync.Mutex
	known *lru.Cache[string, *home]
	due   map[string]time.Time // the zero time: somebody waits for it
}

// home is one person's Home tab.
type home struct {
	used      time.Time // last
	published time.Time // last
	// hash is what Slack knows the published view by; "" if that is not known. It keeps
	// a view made of older knowledge from replacing a newer one of another process.
	hash   string
	search render.HomeSearch
	failed int // times in a row
}

func newHomes() *homes {
	known, err := lru.New[string, *home](homesMost)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &homes{woken: make(chan struct{}, 1), known: known, due: make(map[string]time.Time)}
}

// enter notes that somebody is looking at their Home tab, which shows shown.
func (h *homes) enter(user string, shown payload.View, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	entry, known := h.known.Get(user)
	if !known {
		entry = &home{hash: shown.Hash}
		_ = json.Unmarshal([]byte(shown.PrivateMetadata), &entry.search) // of another time: nothing was looked up
		h.known.Add(user, entry)
	}
	entry.used = now
	if now.Sub(entry.search.Since) > searchLife {
		entry.search = render.HomeSearch{}
	}
}

// look notes what somebody looks up, or that they have seen it.
func (h *homes) look(user string, a payload.Action, now time.Time) {
	h.mu.Lock()
	if entry, known := h.known.Get(user); known {
		entry.search = render.HomeSearch{}
		if a.ActionID == render.ActionSearch && a.Value != "" {
			entry.search = render.HomeSearch{Typed: render.Clip(a.Value, render.ContactMax), Since: now}
		}
	}
	h.mu.Unlock()
	h.publish(user, time.Time{})
}

// changed has somebody's Home tab published soon, if they have opened it lately.
func (h *homes) changed(user string, now time.Time) {
	h.mu.Lock()
	entry, known := h.known.Peek(user)
	if known && now.Sub(entry.used) > homeLife {
		h.known.Remove(user)
		known = false
	}
	var at time.Time
	if known {
		at = now.Add(homeSoon)
		if gap := entry.published.Add(homeGap); gap.After(at) {
			at = gap
		}
	}
	h.mu.Unlock()
	if known {
		h.publish(user, at)
	}
}

// publish has somebody's Home tab published at that time, unless it will be sooner.
func (h *homes) publish(user string, at time.Time) {
	h.mu.Lock()
	if before, waits := h.due[user]; !waits || at.Before(before) {
		h.due[user] = at
	}
	h.mu.Unlock()
	select {
	case h.woken <- struct{}{}:
	default:
	}
}

// next takes whose Home tab is to be published now, and gives what is known of it. If it
// is nobody's, it gives how long there is to wait until the next.
func (h *homes) next(now time.Time) (user string, of home, wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var soonest time.Time
	for who, at := range h.due {
		if user == "" || at.Before(soonest) {
			user, soonest = who, at
		}
	}
	switch wait = soonest.Sub(now); {
	case user == "":
		return "", home{}, homeLife
	case wait > 0:
		return "", home{}, wait
	}
	delete(h.due, user)
	if entry, known := h.known.Peek(user); known {
		of = *entry
	}
	return user, of, 0
}

// done notes how publishing went, and tells whether that was the last try.
func (h *homes) done(user, hash string, err error, now time.Time) (gaveUp bool) {
	h.mu.Lock()
	entry, known := h.known.Peek(user)
	if !known {
		entry = &home{} // forgotten meanwhile, or never opened
	}
	entry.published, entry.hash = now, hash
	entry.failed++
	if err == nil {
		entry.failed = 0
	}
	failed := entry.failed
	h.mu.Unlock()
	switch {
	case err == nil:
	case slackcall.IsHashConflict(err) && failed < homeTries:
		h.publish(user, now) // made anew, of all that is known by now
	case slackcall.IsTemporary(err) && failed < homeTries && known:
		h.publish(user, now.Add(max(homeAgain, slackcall.RetryAfter(err))))
	default:
		return true
	}
	return false
}

// onHomeOpened shows somebody their Home tab as it is now.
func (b *Bot) onHomeOpened(ctx context.Context, c *call) {
	b.acknowledge(ctx, c, nil)
	c.turn.leave()
	if c.Event.Tab != "home" || c.Sender().ID == "" {
		return
	}
	b.homes.enter(c.Sender().ID, c.Event.View, time.Now())
	b.homes.publish(c.Sender().ID, time.Time{})
}

// watched is a service whose acceptances are noted.
type watched struct {
	Service
	accepted func(user string)
}

func (w watched) Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error) {
	a, how, err := w.Service.Accept(ctx, r)
	if err == nil && how == assign.Accepted {
		w.accepted(r.Requester)
	}
	return a, how, err
}

func (b *Bot) accepted(user string) { b.homes.changed(user, time.Now()) }

// Finished tells the bot that an assignment has an outcome, once that is stored. It does
// not block.
func (b *Bot) Finished(a assign.Assignment) {
	now := time.Now()
	if a.AcceptedAt.Before(b.started) {
		// Their Home tab may say since before the restart that it is under way.
		b.homes.publish(a.Requester, now.Add(homeSoon))
	}
	b.homes.changed(a.Requester, now)
	b.recents.finished(a)
	b.audit.wake()
}

// Keep keeps Home tabs and the audit channel up to date until ctx ends; then it has
// lastWords for what is due. It does nothing before Run knows who we are.
func (b *Bot) Keep(ctx context.Context) {
	select {
	case <-b.introduced:
	case <-ctx.Done():
		return
	}
	longer, cancel := outliving(ctx, lastWords)
	defer cancel()
	var both sync.WaitGroup
	both.Go(func() { b.keepHomes(ctx, longer) })
	both.Go(func() { b.keepAudit(ctx, longer) })
	both.Wait()
}

// outliving gives a context that ends grace after ctx does.
func outliving(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		retry.Sleep(longer, grace)
		cancel()
	})
	return longer, cancel
}

// keepHomes publishes Home tabs as they become due, and when ctx has ended those that
// still wait.
func (b *Bot) keepHomes(ctx, longer context.Context) {
	for longer.Err() == nil {
		now := time.Now()
		if ctx.Err() != nil {
			now = now.Add(homeGap)
		}
		user, of, wait := b.homes.next(now)
		if user != "" {
			b.guarded("Home tab", func() { b.publishHome(longer, user, of) })
			continue
		}
		if ctx.Err() != nil {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-b.homes.woken:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// publishHome publishes one.
func (b *Bot) publishHome(ctx context.Context, user string, of home) {
	shown := b.home(ctx, user, of.search)
	hash, err := b.publish(ctx, user, shown, of.hash)
	if !b.homes.done(user, hash, err, time.Now()) || ctx.Err() != nil {
		return
	}
	var said slack.SlackErrorResponse
	if errors.As(err, &said) && len(said.ResponseMetadata.Messages) > 0 {
		b.log.Error().Strs("problems", said.ResponseMetadata.Messages).Msg("Home tab refused by Slack")
		return
	}
	b.log.Warn().Err(err).Msg("Home tab not published")
}

// publish gives what Slack knows the published view by. After a failure the view before
// may have been replaced all the same, so its hash is not used any more.
func (b *Bot) publish(ctx context.Context, user string, shown slack.HomeTabViewRequest, hash string) (string, error) {
	err := slackcall.Retry(ctx, reply.Tries, func(ctx context.Context) error {
		request := slack.PublishViewContextRequest{UserID: user, View: shown}
		if hash != "" {
			request.Hash = &hash
		}
		answer, err := b.api.PublishViewContext(ctx, request)
		if b.people.Suspect(err) != nil {
			hash = ""
			return err
		}
		hash = answer.Hash
		return nil
	})
	return hash, err
}

// guarded does what must not bring the process down.
func (b *Bot) guarded(what string, do func()) {
	defer func() {
		if fault := recover(); fault != nil {
			b.log.Error().Str("work", what).Str("panic", harmless(fault)).Bytes("stack", debug.Stack()).Msg("work in the background panicked")
		}
	}()
	do()
}
