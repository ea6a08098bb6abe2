// Package offer shows contacts to a team, for whoever takes them first, and sees to it that they are
// assigned to that person. It does not know how an assignment is carried out, nor how offers are typed.
package offer

import (
	"context"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/poll"
	"azeer-slack/bot/render"
	"azeer-slack/internal/heartbeat"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// Config says where offers go, and for how long.
type Config struct {
	// Journal is where offers are kept.
	Journal Journal
	// Channel is where an offer goes that cannot be posted where it was made; "": nowhere.
	Channel string
	// After is how long an offer may stay without anybody taking it before the requester is asked;
	// 0: 15 minutes.
	After time.Duration
	// FullPhone shows whole numbers, as in the audit channel.
	FullPhone bool
	// Heartbeat is of the loop that sees to offers; it may be nil.
	Heartbeat *heartbeat.Loop
}

// Journal is what a Keeper asks of the journal.
type Journal interface {
	assign.Offers
	Find(ctx context.Context, id int64) (assign.Assignment, bool, error)
	Members(ctx context.Context, batch int64) ([]assign.Assignment, error)
}

// Service assigns what was taken.
type Service interface {
	Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error)
	AcceptBatch(ctx context.Context, requests []assign.Request) ([]assign.Entry, error)
	Latest(ctx context.Context, contact phone.Number) (assign.Assignment, bool, error)
}

// People is what there is to know of people.
type People interface {
	// Suspect gives err back, and has the token looked at if that may be why.
	Suspect(err error) error
}

// Sender brings a message to a person.
type Sender interface {
	Deliver(ctx context.Context, user string, to payload.Address, m render.Message) error
}

// Slack is what a Keeper does there.
type Slack struct {
	API    *slack.Client
	People People
	Sender Sender
	// Renderer is that of a person, Default that of a channel.
	Renderer func(ctx context.Context, user string) render.Renderer
	Default  render.Renderer
	// Duty are the groups of those on duty, as far as they can be read within limit: to the first of them
	// an offer can be given that nobody takes.
	Duty func(ctx context.Context, limit time.Duration) []render.Duty
}

const (
	// dueMost is how many offers are read at a time.
	dueMost = 100
	// advanceLimit is how long one offer may take.
	advanceLimit = time.Minute
	// defaultAfter is Config.After where that is not set.
	defaultAfter = 15 * time.Minute
	// unfinishedPause is how soon at first it is looked again whether what was taken is assigned, and
	// takingAfter how long after the tap the card says that it is not yet.
	unfinishedPause = 500 * time.Millisecond
	takingAfter     = 2 * time.Second
)

// Keeper sees to offers: each is shown, and shown twice where the process is killed between Slack's yes and
// the journal's note of it. Whoever takes it first has it, by one write that fails for all others.
type Keeper struct {
	cfg     Config
	slack   Slack
	service Service
	log     zerolog.Logger
	woken   chan struct{}

	// Of the one goroutine that sees to offers:
	posted map[int64]payload.OfferDetails // though the journal could not note it yet
}

// New makes a Keeper. Nothing happens before Run.
func New(cfg Config, to Slack, service Service, log zerolog.Logger) *Keeper {
	if cfg.After <= 0 {
		cfg.After = defaultAfter
	}
	return &Keeper{
		cfg: cfg, slack: to, service: service, log: log, woken: make(chan struct{}, 1), posted: make(map[int64]payload.OfferDetails),
	}
}

// Wake says that something may be due. It does not block.
func (k *Keeper) Wake() { poll.Wake(k.woken) }

// Run sees to offers until ctx ends, and then to what is due until longer ends; the rest is left
// to the next start.
func (k *Keeper) Run(ctx, longer context.Context) {
	if k.cfg.Journal != nil {
		k.queue().Run(ctx, longer)
	}
}

// queue is of all offers with something to do.
func (k *Keeper) queue() poll.Queue[assign.Offer] {
	return poll.Queue[assign.Offer]{
		Name: "offers", Log: k.log, Heartbeat: k.cfg.Heartbeat, Woken: k.woken,
		Due: func(ctx context.Context) ([]assign.Offer, time.Duration, error) {
			return k.cfg.Journal.DueOffers(ctx, dueMost)
		},
		Do:       func(_, longer context.Context, due assign.Offer) error { return k.advance(longer, due) },
		Stops:    func(error) bool { return false },
		Complain: func(err error) { k.log.Warn().Err(err).Msg("offer not seen to, will retry") },
	}
}

// advance does what is due for one offer.
func (k *Keeper) advance(ctx context.Context, due assign.Offer) error {
	working, cancel := context.WithTimeout(ctx, advanceLimit)
	defer cancel()
	now, err := k.read(working, due)
	if err != nil {
		return err
	}
	switch {
	case due.State == assign.OfferNew:
		return k.show(working, now)
	case now.Reply != nil && (due.State == assign.OfferOpen || due.State == assign.OfferFailed):
		return k.tellShown(working, now)
	case due.State == assign.OfferOpen && now.Shown != render.OfferShows(now):
		return k.showAgain(working, now)
	case due.State == assign.OfferOpen:
		return k.ask(working, now)
	case due.State == assign.OfferTaken:
		return k.assign(working, now)
	case due.State == assign.OfferWithdrawn, due.State == assign.OfferGone:
		return k.close(working, now)
	}
	return k.keep(working, now, due.State, time.Time{}) // of another version: nothing to do
}

// read makes of an offer in the journal what can be shown.
func (k *Keeper) read(ctx context.Context, of assign.Offer) (now render.Offer, err error) {
	now = render.Offer{Offer: of, OfferDetails: payload.DecodeOfferDetails(of.Details)}
	if now.Assignment == 0 {
		return now, nil
	}
	a, found, err := k.cfg.Journal.Find(ctx, now.Assignment)
	if err != nil || !found {
		return now, err
	}
	now.Given = assign.Batch{Members: []assign.Assignment{a}}
	if a.Batch != 0 {
		now.Given.ID = a.Batch
		now.Given.Members, err = k.cfg.Journal.Members(ctx, a.Batch)
	}
	return now, err
}

// keep notes a change of an offer that is in state from.
func (k *Keeper) keep(ctx context.Context, now render.Offer, from assign.OfferState, due time.Time) error {
	now.Due, now.Details = due, now.OfferDetails.Encode()
	kept, err := k.cfg.Journal.KeepOffer(ctx, now.Offer, from)
	if err == nil && !kept {
		k.Wake() // somebody has pressed a button meanwhile
	}
	return err
}

// onDuty is the group to which what nobody takes can be given; the zero Ref if there is none.
func (k *Keeper) onDuty(ctx context.Context) agent.Ref {
	for _, group := range k.slack.Duty(ctx, 0) {
		return group.Ref
	}
	return agent.Ref{}
}
