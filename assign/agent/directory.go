package agent

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"azeer-slack/internal/catch"
	"azeer-slack/internal/heartbeat"
	"azeer-slack/internal/retry"

	"github.com/rs/zerolog"
	"golang.org/x/sync/singleflight"
)

// Lister is the half of Inbox that a Directory reads.
type Lister interface {
	Agents(ctx context.Context) (agents []Agent, partial bool, err error)
}

// DirectoryConfig is what may be set about a Directory. Its zero value is fit for use.
type DirectoryConfig struct {
	// Aliases gives the Azeer email of people whose chat email is another, by the chat
	// email in any case.
	Aliases map[string]string
	// Refresh is how often the list is read again; 0: 5 min.
	Refresh time.Duration
	// Logger hears when the list cannot be read; the zero Logger discards it.
	Logger zerolog.Logger
	// Heartbeat is of the loop that reads the list; it may be nil.
	Heartbeat *heartbeat.Loop
}

const (
	// listLimit ends a reading of the list that has no end of its own.
	listLimit = 15 * time.Second
	// listFresh is how old a list may be for "not in it" to be believed at once, and how
	// long a failure to read it is not tried again for the same reason.
	listFresh = 10 * time.Second
	// firstList is how long an assignment waits for a list that was never read yet.
	firstList = 2 * time.Second
	// nearestMost is how many agents are suggested.
	nearestMost = 5
)

var listBackoff = retry.Backoff{Least: 5 * time.Second, Most: 2 * time.Minute}

// Directory knows the agents: it keeps Azeer's list in memory, searches it, and finds
// out whom a requester meant. While the list cannot be read, the last one stands.
type Directory struct {
	lister  Lister
	people  People
	aliases map[string]string
	refresh time.Duration
	log     zerolog.Logger
	beat    *heartbeat.Loop
	flight  singleflight.Group
	memory
}

// memory is what is known of the list.
type memory struct {
	mu     sync.RWMutex
	list   *roster // nil until read
	tried  time.Time
	failed error // of the last reading
}

// NewDirectory returns a Directory with an empty memory. people may be nil: then
// nobody's chat email is known.
func NewDirectory(list Lister, people People, cfg DirectoryConfig) *Directory {
	d := &Directory{
		lister: list, people: people,
		aliases: make(map[string]string, len(cfg.Aliases)),
		refresh: cfg.Refresh,
		log:     cfg.Logger.With().Str("component", "directory").Logger(),
		beat:    cfg.Heartbeat,
	}
	if d.refresh <= 0 {
		d.refresh = 5 * time.Minute
	}
	for chat, azeer := range cfg.Aliases {
		d.aliases[strings.ToLower(chat)] = azeer
	}
	return d
}

// Run reads the list now, if Refresh has not, and every DirectoryConfig.Refresh, or sooner after a
// failure (5 s, growing to 2 min), until ctx ends. It returns nil.
func (d *Directory) Run(ctx context.Context) error {
	if s := d.State(); s.Loaded && s.Err == nil && !retry.Sleep(ctx, d.refresh-s.Age) {
		return nil
	}
	for failures := 0; ; {
		wait := d.refresh
		d.beat.Beat()
		err := d.Refresh(ctx)
		d.beat.Rest()
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			d.log.Warn().Err(err).Msg("agent list could not be read; will retry")
			wait = min(d.refresh, listBackoff.After(failures))
			failures++
		case failures > 0:
			d.log.Info().Int("agents", d.State().Count).Msg("agent list read again")
			failures = 0
		}
		if !retry.Sleep(ctx, wait) {
			return nil
		}
	}
}

// Refresh reads the list now. Callers at the same time share one reading, which goes
// on when a caller's ctx ends.
func (d *Directory) Refresh(ctx context.Context) error {
	done := d.flight.DoChan("", func() (any, error) {
		reading, end := context.WithTimeout(context.WithoutCancel(ctx), listLimit)
		defer end()
		return nil, d.read(reading)
	})
	select {
	case r := <-done:
		return r.Err
	case <-ctx.Done():
		return fmt.Errorf("read agent list: %w", ctx.Err())
	}
}

func (d *Directory) read(ctx context.Context) error {
	var agents []Agent
	var partial bool
	err := catch.Panics(func() (err error) {
		agents, partial, err = d.lister.Agents(ctx)
		return err
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tried = time.Now()
	if d.failed = err; err != nil {
		return fmt.Errorf("read agent list: %w", err)
	}
	d.list = newRoster(agents, partial, d.tried)
	return nil
}

// DirectoryState tells how good the list in memory is.
type DirectoryState struct {
	// Loaded: there is one. Partial: there may be more agents than it holds.
	Loaded, Partial bool
	// Count is how many agents it holds, inactive ones too.
	Count int
	// Age is how long ago it was read; 0 if never.
	Age time.Duration
	// Err is why the last reading did not succeed; nil if it did or there was none.
	Err error
}

// State gives the state of the list.
func (d *Directory) State() DirectoryState {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.list == nil {
		return DirectoryState{Err: d.failed}
	}
	return DirectoryState{
		Loaded: true, Partial: d.list.partial, Count: len(d.list.entries),
		Age: time.Since(d.list.read), Err: d.failed,
	}
}

// Search gives the active agents that match query by name or email, best first, from
// memory only. An empty query gives all by name. A limit of 0 or less is none.
func (d *Directory) Search(query string, limit int) []Agent {
	return d.current().search(query, limit)
}

// Guess gives the active agent that ref means as far as memory can tell: an email or
// platform id in the list, or a name that only one has.
func (d *Directory) Guess(ref Ref) (Agent, bool) {
	list := d.current()
	switch ref.Kind {
	case ByEmail:
		a, ok := d.listed(list, ref.Reveal())
		return a, ok && !a.Inactive
	case ByName:
		if found, _ := list.named(ref.Reveal()); len(found) == 1 {
			return found[0], true
		}
	}
	return Agent{}, false
}

// Known gives the agent of a platform id or email as the list in memory has them, inactive
// ones too.
func (d *Directory) Known(id Email) (Agent, bool) { return d.current().at(id.Reveal()) }

// current gives the list in memory, an empty one if none was read.
func (d *Directory) current() *roster {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.list == nil {
		return &roster{partial: true}
	}
	return d.list
}

// Reason is why it could not be found out who is meant. Its value is a stable key.
type Reason string

const (
	NoSuchAgent  Reason = "no_such_agent"   // Azeer does not list them; see Nearest
	Ambiguous    Reason = "ambiguous_agent" // several have that name; see Nearest
	Inactive     Reason = "inactive_agent"  // listed, but deactivated
	NoEmail      Reason = "no_email"        // the mentioned person's Slack email cannot be seen
	NamesUnknown Reason = "names_unknown"   // a name was given, but the agent list cannot be read
	PartOfName   Reason = "part_of_name"    // a father's or family's name alone; see Nearest
	NotAnAgent   Reason = "not_an_agent"    // the requester is no agent
	PeopleAway   Reason = "people_away"     // Slack could not be asked who that is
)

// Unresolved says why it could not be found out who a reference means.
type Unresolved struct {
	Reason Reason
	// Agent is who was meant, where they cannot be given contacts; the zero Agent if that is
	// not known.
	Agent   Agent
	Nearest Nearest
	// Retry: asking again later may help.
	Retry bool
	// Err is the cause, if there is one.
	Err error
}

// Nearest are agents who may have been meant.
type Nearest struct {
	Agents []Agent // best first; at most 5
	More   int     // how many more of that name there are
}

func (u *Unresolved) Error() string {
	if u.Err != nil {
		return fmt.Sprintf("resolve agent: %s: %v", u.Reason, u.Err)
	}
	return fmt.Sprintf("resolve agent: %s", u.Reason)
}

func (u *Unresolved) Unwrap() error { return u.Err }

// Resolve finds the agent that requester meant by ref. It may read the list or ask
// People. Every error is an *Unresolved. Without error the agent's PlatformID is set.
//
// An email that a list read whole does not hold is nobody's. Where the list is partial
// or cannot be read, the email is passed on as typed: Azeer will know.
func (d *Directory) Resolve(ctx context.Context, ref Ref, requester string) (Agent, error) {
	switch ref.Kind {
	case ByEmail:
		return d.byEmail(ctx, ref.Reveal())
	case ByName:
		return d.byName(ctx, ref.Reveal())
	case ByMention:
		return d.byUser(ctx, ref.Reveal())
	case ByMe:
		found, err := d.byUser(ctx, requester)
		if u, ok := errors.AsType[*Unresolved](err); ok && u.Reason == NoSuchAgent {
			u.Reason, u.Nearest = NotAnAgent, Nearest{}
		}
		return found, err
	}
	return Agent{}, &Unresolved{Reason: NoSuchAgent}
}

func (d *Directory) byUser(ctx context.Context, user string) (Agent, error) {
	if d.people == nil {
		return Agent{}, &Unresolved{Reason: NoEmail}
	}
	email, err := d.people.Email(ctx, user)
	switch {
	case errors.Is(err, ErrNoEmail), err == nil && email.IsZero():
		return Agent{}, &Unresolved{Reason: NoEmail, Err: err}
	case err != nil:
		return Agent{}, &Unresolved{Reason: PeopleAway, Retry: true, Err: err}
	}
	return d.byEmail(ctx, email.Reveal())
}

func (d *Directory) byEmail(ctx context.Context, typed string) (Agent, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return Agent{}, &Unresolved{Reason: NoSuchAgent}
	}
	list := d.current()
	a, ok := d.listed(list, typed)
	if !ok {
		list = d.renewed(ctx)
		a, ok = d.listed(list, typed)
	}
	switch {
	case ok && a.Inactive:
		return Agent{}, &Unresolved{Reason: Inactive, Agent: a, Nearest: Nearest{Agents: list.nearest(typed, nearestMost)}}
	case ok:
		return a, nil
	case d.believes(list):
		return Agent{}, &Unresolved{Reason: NoSuchAgent, Nearest: Nearest{Agents: list.nearest(typed, nearestMost)}}
	}
	email := NewEmail(d.alias(typed))
	return Agent{PlatformID: email, Email: email, Name: email.Reveal()}, nil
}

func (d *Directory) byName(ctx context.Context, name string) (Agent, error) {
	list := d.current()
	found, among := list.named(name)
	if len(found)+len(among) == 0 {
		list = d.renewed(ctx)
		found, among = list.named(name)
	}
	if rest, ok := behindPreposition(name); ok && len(found)+len(among) == 0 {
		found, among = list.named(rest)
	}
	gone, left := list.namedInactive(name)
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return Agent{}, several(Ambiguous, found)
	case left:
		return Agent{}, &Unresolved{Reason: Inactive, Agent: gone, Nearest: Nearest{Agents: list.nearest(name, nearestMost)}}
	case len(among) > 0 && !list.partial:
		return Agent{}, several(PartOfName, among)
	case d.believes(list):
		return Agent{}, &Unresolved{Reason: NoSuchAgent, Nearest: Nearest{Agents: list.nearest(name, nearestMost)}}
	}
	return Agent{}, &Unresolved{Reason: NamesUnknown, Nearest: Nearest{Agents: list.nearest(name, nearestMost)}}
}

// several asks which of the agents is meant.
func several(reason Reason, agents []Agent) *Unresolved {
	shown := min(len(agents), nearestMost)
	return &Unresolved{Reason: reason, Nearest: Nearest{agents[:shown], len(agents) - shown}}
}

// behindPreposition gives a name without the ل that Arabic writes together with it: لعمر. Only
// who knows all names can tell it from ليلى.
func behindPreposition(name string) (string, bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(name), "ل")
	return strings.TrimPrefix(rest, "ـ"), ok && len([]rune(rest)) > 2
}

// listed finds an address in list, as it is or by its alias.
func (d *Directory) listed(list *roster, address string) (Agent, bool) {
	a, ok := list.at(address)
	if ok && !a.Inactive {
		return a, true
	}
	if other, known := list.at(d.alias(address)); known {
		return other, true
	}
	return a, ok
}

// ChatEmails gives the addresses that an agent may have in the chat, the likeliest first: those
// whose alias leads to the agent's, then the agent's own, unless that is somebody else's alias.
func (d *Directory) ChatEmails(a Agent) (all []Email) {
	for _, own := range []Email{a.Email, a.PlatformID} {
		for _, chat := range slices.Sorted(maps.Keys(d.aliases)) {
			if NewEmail(d.aliases[chat]).Equal(own) {
				all = append(all, NewEmail(chat))
			}
		}
	}
	for _, own := range []Email{a.Email, a.PlatformID} {
		if !own.IsZero() && NewEmail(d.alias(own.Reveal())).Equal(own) {
			all = append(all, own)
		}
	}
	var once []Email
	for _, e := range all {
		if !slices.ContainsFunc(once, e.Equal) {
			once = append(once, e)
		}
	}
	return once
}

func (d *Directory) alias(address string) string {
	if other, ok := d.aliases[strings.ToLower(address)]; ok {
		return other
	}
	return address
}

// renewed reads the list again because somebody is not in it, unless that cannot help:
// the list is fresh, partial anyway, or could not be read a moment ago. It gives the list in
// memory then, which somebody else may have read meanwhile.
func (d *Directory) renewed(ctx context.Context) *roster {
	d.mu.RLock()
	list, tried := d.list, d.tried
	d.mu.RUnlock()
	if !tried.IsZero() && time.Since(tried) < listFresh || list != nil && list.partial {
		return d.current()
	}
	if list == nil {
		limited, done := context.WithTimeout(ctx, firstList)
		defer done()
		ctx = limited
	}
	_ = d.Refresh(ctx) // believes knows of its error
	return d.current()
}

// believes tells whether "not in the list" means that there is no such agent: the list is
// whole, and the last reading succeeded.
func (d *Directory) believes(list *roster) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return !list.partial && d.failed == nil && time.Since(list.read) < 2*d.refresh
}

// People tells who a chat user is.
type People interface {
	// Email gives the user's address in the chat. ErrNoEmail if there is no such user
	// or the address cannot be seen; any other error means "ask again later".
	Email(ctx context.Context, user string) (Email, error)
}

// ErrNoEmail says that a chat user has no visible email.
var ErrNoEmail = errors.New("no email visible for that user")
