// Package notify tells new owners in a direct message what they were given, and takes what they say
// to it. It does not know how an assignment comes about, nor how a click or a form is answered.
package notify

import (
	"context"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/poll"
	"azeer-slack/bot/render"
	"azeer-slack/bot/slackcall"
	"azeer-slack/internal/heartbeat"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// Config says whether new owners are told, and of what.
type Config struct {
	// On: they are told. Journal gives what is due.
	On      bool
	Journal Journal
	// ReceiptAfter is how long a new owner has to say that they have it before the requester is
	// asked what to do; 0: for ever.
	ReceiptAfter time.Duration
	// InboxURL is the address of a contact in Azeer's web inbox, with {phone} in place of its number;
	// "": there is none.
	InboxURL string
	// DutyGroup is the id of the group in which the next is sought where an owner does not take what
	// was given to them by name; "": there is none.
	DutyGroup string
	// AuditChannel is where it is reported what new owners say; "": nowhere. FullPhone shows
	// whole numbers there.
	AuditChannel string
	FullPhone    bool
	// Heartbeat is of the loop that tells; it may be nil.
	Heartbeat *heartbeat.Loop
}

// Journal is what a Notifier asks of the journal.
type Journal interface {
	assign.Notices
	List(ctx context.Context, q assign.Query) ([]assign.Assignment, error)
	Members(ctx context.Context, batch int64) ([]assign.Assignment, error)
	Owner(ctx context.Context, contact phone.Number) (assign.Assignment, bool, error)
}

// People is what there is to know of people.
type People interface {
	// ByEmail is the id of who has an email; "" if nobody has.
	ByEmail(ctx context.Context, email agent.Email) (string, error)
	// Suspect gives err back, and has the token looked at if that may be why.
	Suspect(err error) error
}

// Sender brings a message to a person.
type Sender interface {
	Deliver(ctx context.Context, user string, to payload.Address, m render.Message) error
}

// Slack is what a Notifier does there.
type Slack struct {
	API    *slack.Client
	People People
	Sender Sender
	// Emails are those that an agent may have in Slack, the likeliest first.
	Emails func(agent.Agent) []agent.Email
	// Renderer is that of a person, Default that of the audit channel.
	Renderer func(ctx context.Context, user string) render.Renderer
	Default  render.Renderer
}

const (
	// dueMost is how many notices are read at a time.
	dueMost = 100
	// ownersMost is how many agents' Slack accounts are remembered, and ownerLife how long.
	ownersMost = 1000
	ownerLife  = 10 * time.Minute
)

// Notifier tells new owners: each is told, and twice where the process is killed between Slack's
// yes and the journal's note of it, or where that yes is lost on the way. No answer waits for it.
type Notifier struct {
	cfg   Config
	slack Slack
	log   zerolog.Logger
	woken chan struct{}

	// Of the one goroutine that tells:
	sent   map[int64]payload.NoticeDetails // though the journal could not note it yet
	owners *lru.Cache[string, account]     // by platform id
}

// account is an agent's in Slack.
type account struct {
	user  string // "" if there is none
	asked time.Time
}

// New makes a Notifier. Nothing happens before Run.
func New(cfg Config, to Slack, log zerolog.Logger) *Notifier {
	owners, err := lru.New[string, account](ownersMost)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &Notifier{
		cfg: cfg, slack: to, log: log, woken: make(chan struct{}, 1),
		sent: make(map[int64]payload.NoticeDetails), owners: owners,
	}
}

// IsOn tells whether new owners are told at all.
func (n *Notifier) IsOn() bool { return n.cfg.On && n.cfg.Journal != nil }

// Wake says that something may be due. It does not block.
func (n *Notifier) Wake() { poll.Wake(n.woken) }

// Run tells new owners until ctx ends, and then what is due until longer ends; the rest is left
// to the next start.
func (n *Notifier) Run(ctx, longer context.Context) {
	if n.IsOn() {
		n.queue().Run(ctx, longer)
	}
}

// queue is of all that there is to tell.
func (n *Notifier) queue() poll.Queue[assign.Notice] {
	return poll.Queue[assign.Notice]{
		Name: "notices", Log: n.log, Heartbeat: n.cfg.Heartbeat, Woken: n.woken,
		Due: func(ctx context.Context) ([]assign.Notice, time.Duration, error) {
			return n.cfg.Journal.DueNotices(ctx, dueMost)
		},
		Do: func(_, longer context.Context, due assign.Notice) error { return n.advance(longer, due) },
		// What Slack does not take for what it says, it may take of another.
		Stops:    slackcall.IsTemporary,
		Complain: func(err error) { n.log.Warn().Err(err).Msg("new owner not told, will retry") },
	}
}

// advance does what is due for one notice.
func (n *Notifier) advance(ctx context.Context, due assign.Notice) error {
	working, cancel := context.WithTimeout(ctx, advanceLimit)
	defer cancel()
	switch due.State {
	case assign.NoticeNew:
		return n.tell(working, due)
	case assign.NoticeTold:
		return n.ask(working, due)
	case assign.NoticeReminding:
		return n.remind(working, due)
	case assign.NoticeReceived, assign.NoticeDeclined:
		return n.spread(working, due)
	}
	return n.keep(working, due, due.State, func(*assign.Notice) {}) // of another version: nothing to do
}

// advanceLimit is how long one notice may take, that of a batch of MaxBatch among many agents too.
const advanceLimit = time.Minute

// keep notes a change of a notice that is in state from, after which nothing is due unless change
// says so.
func (n *Notifier) keep(ctx context.Context, now assign.Notice, from assign.NoticeState, change func(*assign.Notice)) error {
	now.Due = time.Time{}
	change(&now)
	kept, err := n.cfg.Journal.KeepNotice(ctx, now, from)
	if err == nil && !kept {
		n.Wake() // somebody has said something meanwhile
	}
	return err
}
