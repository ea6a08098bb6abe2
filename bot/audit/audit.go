// Package audit reports what became of assignments to a channel of the operator's. It does not
// know how they came about.
package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/bot/poll"
	"azeer-slack/bot/render"
	"azeer-slack/bot/slackcall"
	"azeer-slack/bot/texts"
	"azeer-slack/internal/heartbeat"
	"azeer-slack/internal/retry"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// Config says where outcomes are reported.
type Config struct {
	// Channel is a Slack channel's id; "": none.
	Channel string
	// FullPhone shows whole numbers there; otherwise it is their last three digits.
	FullPhone bool
	// Outcomes gives what is due; nil: nothing.
	Outcomes Outcomes
	// Heartbeat is of the loop that reports; it may be nil.
	Heartbeat *heartbeat.Loop
}

// Outcomes is what a Reporter asks of the journal.
type Outcomes interface {
	assign.Audit
	Members(ctx context.Context, batch int64) ([]assign.Assignment, error)
}

const (
	// postGap is the least time between two posts: Slack takes one a second in a channel.
	postGap = time.Second
	// batch is how many outcomes are read at a time.
	batch = 20
	// complainEvery is how often it is logged that the channel cannot be posted to.
	complainEvery = time.Hour
)

// People is what the reports need to know of people.
type People interface {
	// Name is somebody's name; "" where it is not known.
	Name(ctx context.Context, user string) string
	// Suspect gives err back, and has the token looked at if that may be why.
	Suspect(err error) error
}

// Reporter reports outcomes to a channel: none is left out, and one is reported twice where
// the process is killed between Slack's yes and the journal's note of it, or where that yes
// is lost on the way.
type Reporter struct {
	cfg      Config
	api      *slack.Client
	people   People
	renderer render.Renderer
	log      zerolog.Logger
	woken    chan struct{}

	// Of the one goroutine that reports:
	posted     map[int64]bool // though the journal could not note it yet
	last       time.Time      // when Slack was called last
	complained time.Time
}

// New makes a Reporter. Nothing happens before Run.
func New(cfg Config, api *slack.Client, people People, renderer render.Renderer, log zerolog.Logger) *Reporter {
	return &Reporter{
		cfg: cfg, api: api, people: people, renderer: renderer, log: log,
		woken: make(chan struct{}, 1), posted: make(map[int64]bool),
	}
}

// Wake says that an outcome may be due. It does not block.
func (r *Reporter) Wake() { poll.Wake(r.woken) }

// Run reports outcomes until ctx ends, and then what is due until longer ends; the
// rest is left to the next start.
func (r *Reporter) Run(ctx, longer context.Context) {
	if r.cfg.Channel == "" || r.cfg.Outcomes == nil {
		return
	}
	poll.Queue[assign.Assignment]{
		Name: "audit", Log: r.log, Heartbeat: r.cfg.Heartbeat, Woken: r.woken,
		Due: func(ctx context.Context) ([]assign.Assignment, time.Duration, error) {
			due, err := r.cfg.Outcomes.Unaudited(ctx, batch)
			return due, -1, err
		},
		Do: r.report,
		// What Slack does not take for what it says, it may take of another.
		Stops:    func(err error) bool { return slackcall.IsTemporary(err) || barredFrom(err) },
		Complain: r.complain,
	}.Run(ctx, longer)
}

// report posts one outcome, or that of a batch, and notes that.
func (r *Reporter) report(ctx, longer context.Context, a assign.Assignment) error {
	if !r.posted[a.ID] {
		var err error
		if a.Batch != 0 {
			err = r.postBatch(ctx, longer, a)
		} else {
			_, err = r.post(ctx, longer, r.message(ctx, a), "")
		}
		if err != nil {
			return fmt.Errorf("post outcome %d: %w", a.ID, err)
		}
		r.posted[a.ID] = true
	}
	if err := r.cfg.Outcomes.Audited(longer, a.ID); err != nil {
		return err
	}
	delete(r.posted, a.ID)
	return nil
}

// post posts a message, into a thread unless that is "", and gives its ts.
func (r *Reporter) post(ctx, longer context.Context, m render.Message, thread string) (ts string, err error) {
	if !retry.Sleep(ctx, time.Until(r.last.Add(postGap))) {
		return "", ctx.Err()
	}
	r.cfg.Heartbeat.Beat()
	posting, cancel := context.WithTimeout(longer, slackcall.Timeout)
	defer cancel()
	options := m.Options()
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	_, ts, err = r.api.PostMessageContext(posting, r.cfg.Channel, options...)
	r.last = time.Now()
	return ts, r.people.Suspect(err)
}

// postBatch posts one report on a batch, once all of it is finished, with the list of it as a
// thread. The thread is at best effort.
func (r *Reporter) postBatch(ctx, longer context.Context, first assign.Assignment) error {
	members, err := r.cfg.Outcomes.Members(ctx, first.Batch)
	if err != nil {
		return err
	}
	b := assign.Batch{ID: first.Batch, Members: members}
	if len(members) == 0 || b.Unfinished() > 0 {
		return poll.NotYet(math.MaxInt64) // its last member wakes us
	}
	ts, err := r.post(ctx, longer, r.renderer.BatchAudited(b, r.named(ctx, first.Requester), r.agentOf(ctx, first)), "")
	if err != nil {
		return err
	}
	digits := lastDigits
	if r.cfg.FullPhone {
		digits = 0
	}
	for _, text := range r.renderer.BatchList(b, digits) {
		if _, err := r.post(ctx, longer, render.Paragraph(text), ts); err != nil {
			r.log.Warn().Err(err).Int64("assignment", first.ID).Msg("list of a batch not posted to the audit channel")
			break
		}
	}
	return nil
}

// lastDigits is how much of a number the channel is shown.
const lastDigits = 3

// barredFrom tells that a channel cannot be posted to, and not just now.
func barredFrom(err error) bool {
	var said slack.SlackErrorResponse
	if !errors.As(err, &said) {
		return false
	}
	switch said.Err {
	case "channel_not_found", "not_in_channel", "is_archived":
		return true
	}
	return strings.HasPrefix(said.Err, "restricted_action")
}

// complain logs why outcomes are not reported. What a person must mend is said once an hour.
func (r *Reporter) complain(err error) {
	if !errors.As(err, new(slack.SlackErrorResponse)) || slackcall.IsTemporary(err) {
		r.log.Warn().Err(err).Msg("outcome not reported to the audit channel, will retry")
		return
	}
	if now := time.Now(); now.Sub(r.complained) >= complainEvery {
		r.complained = now
		r.log.Error().Err(err).Str("channel", r.cfg.Channel).Str("cure", Cure(err)).
			Msg("outcomes cannot be reported to the audit channel, will retry")
		return
	}
	r.log.Debug().Err(err).Msg("audit channel still cannot be posted to")
}

// Cure says what to do about an error of posting to the audit channel.
func Cure(err error) string {
	var said slack.SlackErrorResponse
	errors.As(err, &said)
	switch said.Err {
	case "channel_not_found", "not_in_channel":
		return "invite the bot to the channel (/invite @azeer there), or correct AUDIT_CHANNEL"
	case "is_archived":
		return "unarchive the channel, or set AUDIT_CHANNEL to another"
	}
	return "see that the bot may post there, or set AUDIT_CHANNEL to another channel"
}

// message says what became of an assignment, to a channel: in the default language,
// and without notifying anybody, so people are named and not mentioned.
func (r *Reporter) message(ctx context.Context, a assign.Assignment) render.Message {
	return r.renderer.Audited(a, r.cfg.FullPhone, r.named(ctx, a.Requester), r.agentOf(ctx, a))
}

// agentOf names the agent of an assignment.
func (r *Reporter) agentOf(ctx context.Context, a assign.Assignment) any {
	to := any(render.ShortPerson(r.renderer.Person(a.Outcome.Agent)))
	if a.Outcome.Agent.PlatformID.IsZero() {
		switch a.Agent.Kind {
		case agent.ByMention:
			to = r.named(ctx, a.Agent.Reveal())
		case agent.ByMe:
			to = r.named(ctx, a.Requester)
		case agent.ByGroup:
			id, handle := a.Agent.Group()
			to = "@" + cmp.Or(handle, id)
		case agent.ByName:
			to = texts.Quoted(render.Clip(a.Agent.Reveal(), render.RowEmail))
		default:
			to = render.Clip(a.Agent.Reveal(), render.RowEmail)
		}
	}
	return to
}

// named gives somebody's name, or, where Slack does not tell, their id as code.
func (r *Reporter) named(ctx context.Context, user string) any {
	if user == "" {
		return r.renderer.Workflow()
	}
	if name := r.people.Name(ctx, user); name != "" {
		return render.Clip(name, render.RowName)
	}
	return texts.Code(user)
}
