// Package home keeps people's Home tabs up to date. It does not know what is asked for there:
// its buttons are served as others are.
package home

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/access"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/reply"
	"azeer-slack/bot/rota"
	"azeer-slack/bot/slackcall"
	"azeer-slack/bot/users"
	"azeer-slack/internal/catch"
	"azeer-slack/internal/heartbeat"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

const (
	// tabsMost is how many people's Home tabs are kept up to date.
	tabsMost = 1000
	// tabLife is how long after somebody has last opened or used it a Home tab is kept
	// up to date: a working day. Slack does not tell when it is left.
	tabLife = 12 * time.Hour
	// publishSoon is how long after a change a Home tab is published, since most
	// assignments end by then; publishGap is the least time between two of those.
	publishSoon = 400 * time.Millisecond
	publishGap  = 2 * time.Second
	// publishAgain is how soon one that could not be published is tried again; publishTries is
	// how often.
	publishAgain = time.Minute
	publishTries = 5
	// searchLife is how long what somebody looked up stays when they come back.
	searchLife = time.Hour
)

// Journal is what Home tabs show.
type Journal interface {
	assign.History
	Latest(ctx context.Context, contact phone.Number) (assign.Assignment, bool, error)
}

// Config is what Tabs need. All of it must be set.
type Config struct {
	Slack    *slack.Client
	Journal  Journal
	People   *users.Users
	Access   *access.Policy
	Renderer func(ctx context.Context, user string) render.Renderer
	Region   string // of numbers that are looked up
	// Said gives what new owners said of assignments.
	Said   func(ctx context.Context, found []assign.Assignment) (render.Said, error)
	Logger zerolog.Logger
	Duty   *rota.Rota // who is on duty
	// Heartbeat is of the loop that publishes; it may be nil.
	Heartbeat *heartbeat.Loop
}

// Tabs are the Home tabs that are kept up to date: those opened lately, as far as this
// process knows. They are published one after the other, so that no more calls are made
// than Slack takes; what waits is published once, however much has changed meanwhile.
type Tabs struct {
	cfg     Config
	started time.Time
	woken   chan struct{}

	mu    sync.Mutex
	known *lru.Cache[string, *tab]
	due   map[string]time.Time // the zero time: somebody waits for it
}

// tab is one person's Home tab.
type tab struct {
	used      time.Time // last
	published time.Time // last
	// hash is what Slack knows the published view by; "" if that is not known. It keeps
	// a view made of older knowledge from replacing a newer one of another process.
	hash   string
	search render.HomeSearch
	failed int // times in a row
}

// New makes Tabs. Nothing is published before Run.
func New(cfg Config) *Tabs {
	known, err := lru.New[string, *tab](tabsMost)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &Tabs{cfg: cfg, started: time.Now(), woken: make(chan struct{}, 1), known: known, due: make(map[string]time.Time)}
}

// Enter notes that somebody is looking at their Home tab, which shows shown.
func (t *Tabs) Enter(user string, shown payload.View, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry, known := t.known.Get(user)
	if !known {
		entry = &tab{hash: shown.Hash}
		_ = json.Unmarshal([]byte(shown.PrivateMetadata), &entry.search) // of another time: nothing was looked up
		t.known.Add(user, entry)
	}
	entry.used = now
	if now.Sub(entry.search.Since) > searchLife {
		entry.search = render.HomeSearch{}
	}
}

// Look notes what somebody looks up, or that they have seen it.
func (t *Tabs) Look(user string, a payload.Action, now time.Time) {
	t.mu.Lock()
	if entry, known := t.known.Get(user); known {
		entry.search = render.HomeSearch{}
		if a.ActionID == render.ActionSearch && a.Value != "" {
			entry.search = render.HomeSearch{Typed: render.Clip(a.Value, render.ContactMax), Since: now}
		}
	}
	t.mu.Unlock()
	t.Publish(user, time.Time{})
}

// Changed has somebody's Home tab published soon, if they have opened it lately.
func (t *Tabs) Changed(user string, now time.Time) {
	t.mu.Lock()
	entry, known := t.known.Peek(user)
	if known && now.Sub(entry.used) > tabLife {
		t.known.Remove(user)
		known = false
	}
	var at time.Time
	if known {
		at = now.Add(publishSoon)
		if gap := entry.published.Add(publishGap); gap.After(at) {
			at = gap
		}
	}
	t.mu.Unlock()
	if known {
		t.Publish(user, at)
	}
}

// Publish has somebody's Home tab published at that time, unless it will be sooner. Nobody has none.
func (t *Tabs) Publish(user string, at time.Time) {
	if user == "" {
		return
	}
	t.mu.Lock()
	if before, waits := t.due[user]; !waits || at.Before(before) {
		t.due[user] = at
	}
	t.mu.Unlock()
	select {
	case t.woken <- struct{}{}:
	default:
	}
}

// Opened notes that somebody has opened their Home tab, which shows shown, and has it published
// as it is now.
func (t *Tabs) Opened(user string, shown payload.View) {
	t.Enter(user, shown, time.Now())
	t.Publish(user, time.Time{})
}

// Finished notes that an assignment has an outcome. It does not block.
func (t *Tabs) Finished(a assign.Assignment) {
	now := time.Now()
	if a.AcceptedAt.Before(t.started) {
		// Their Home tab may say since before the restart that it is under way.
		t.Publish(a.Requester, now.Add(publishSoon))
	}
	t.Changed(a.Requester, now)
}

// next takes whose Home tab is to be published now, and gives what is known of it. If it
// is nobody's, it gives how long there is to wait until the next.
func (t *Tabs) next(now time.Time) (user string, of tab, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var soonest time.Time
	for who, at := range t.due {
		if user == "" || at.Before(soonest) {
			user, soonest = who, at
		}
	}
	switch wait = soonest.Sub(now); {
	case user == "":
		return "", tab{}, tabLife
	case wait > 0:
		return "", tab{}, wait
	}
	delete(t.due, user)
	if entry, known := t.known.Peek(user); known {
		of = *entry
	}
	return user, of, 0
}

// done notes how publishing went, and tells whether that was the last try.
func (t *Tabs) done(user, hash string, err error, now time.Time) (gaveUp bool) {
	t.mu.Lock()
	entry, known := t.known.Peek(user)
	if !known {
		entry = &tab{} // forgotten meanwhile, or never opened
	}
	entry.published, entry.hash = now, hash
	entry.failed++
	if err == nil {
		entry.failed = 0
	}
	failed := entry.failed
	t.mu.Unlock()
	switch {
	case err == nil:
	case slackcall.IsHashConflict(err) && failed < publishTries:
		t.Publish(user, now) // made anew, of all that is known by now
	case slackcall.IsTemporary(err) && failed < publishTries && known:
		t.Publish(user, now.Add(max(publishAgain, slackcall.RetryAfter(err))))
	default:
		return true
	}
	return false
}

// Run publishes Home tabs as they become due, and when ctx has ended those that
// still wait.
func (t *Tabs) Run(ctx, longer context.Context) {
	for longer.Err() == nil {
		now := time.Now()
		if ctx.Err() != nil {
			now = now.Add(publishGap)
		}
		user, of, wait := t.next(now)
		if user != "" {
			t.cfg.Heartbeat.Beat()
			catch.Logged(t.cfg.Logger, "Home tab", func() { t.update(longer, user, of) })
			t.cfg.Heartbeat.Rest()
			continue
		}
		if ctx.Err() != nil {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-t.woken:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// update publishes one.
func (t *Tabs) update(ctx context.Context, user string, of tab) {
	shown := t.view(ctx, user, of.search)
	hash, err := t.send(ctx, user, shown, of.hash)
	if !t.done(user, hash, err, time.Now()) || ctx.Err() != nil {
		return
	}
	var said slack.SlackErrorResponse
	if errors.As(err, &said) && len(said.ResponseMetadata.Messages) > 0 {
		t.cfg.Logger.Error().Strs("problems", said.ResponseMetadata.Messages).Msg("Home tab refused by Slack")
		return
	}
	t.cfg.Logger.Warn().Err(err).Msg("Home tab not published")
}

// send publishes a view, and gives what Slack knows the published view by. After a failure the view before
// may have been replaced all the same, so its hash is not used any more.
func (t *Tabs) send(ctx context.Context, user string, shown slack.HomeTabViewRequest, hash string) (string, error) {
	err := slackcall.Retry(ctx, reply.Tries, func(ctx context.Context) error {
		request := slack.PublishViewContextRequest{UserID: user, View: shown}
		if hash != "" {
			request.Hash = &hash
		}
		answer, err := t.cfg.Slack.PublishViewContext(ctx, request)
		if t.cfg.People.Suspect(err) != nil {
			hash = ""
			return err
		}
		hash = answer.Hash
		return nil
	})
	return hash, err
}
