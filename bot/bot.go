package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/reply"
	"azeer-slack/bot/slackcall"
	"azeer-slack/bot/socket"
	"azeer-slack/bot/texts"
	"azeer-slack/bot/users"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// Service is what the bot asks of the assignment service.
type Service interface {
	Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error)
	Latest(ctx context.Context, contact phone.Number) (assign.Assignment, bool, error)
}

// Agents is what the bot asks of the agent directory: answers from memory only.
type Agents interface {
	Search(query string, limit int) []agent.Agent
	Guess(ref agent.Ref) (agent.Agent, bool)
	State() agent.DirectoryState
}

// Config is what is optional, or a matter of settings.
type Config struct {
	// Region is the ISO 3166 region of numbers without a country code; "" is SA.
	Region string
	// Language is read by people whose Slack locale has no catalogue: "en" or "ar"; "" is
	// English.
	Language string
	Access   AccessConfig
	// Audit is where outcomes are reported; by default nowhere.
	Audit AuditConfig
	// Connections is the number of sockets, 1 to 10; 0 is two.
	Connections int
	// Stagger is the pause between opening one socket and the next; 0 is 3 s.
	Stagger time.Duration
	// HTTP posts to response URLs; nil is a client of its own.
	HTTP   *http.Client
	Logger zerolog.Logger
	// Identified, if set, is called once Slack has told which workspace and which bot of it
	// this is, before anything is taken from there. Its error ends Run.
	Identified func(ctx context.Context, team, bot string) error
	// OnEnvelope and OnAcknowledged, if set, are told of every envelope: its kind, and
	// the time from its arrival to its acknowledgement.
	OnEnvelope     func(kind string)
	OnAcknowledged func(kind string, took time.Duration)
}

// Bot is the Slack side of azeer-slack. It is an assign.Answerer.
type Bot struct {
	api        *slack.Client
	sockets    *socket.Client
	service    Service
	history    assign.History
	agents     Agents
	people     *users.Users
	access     *accessPolicy
	renderers  render.Renderers
	region     string
	post       *reply.Sender
	order      *order
	deliveries *deliveries
	forms      *forms
	hints      *liveHints
	homes      *homes
	recents    *recents
	audit      *audit
	lateness   *lateness
	log        zerolog.Logger
	cfg        Config

	working sync.WaitGroup
	// delivered holds the ids of assignments of which only the form is not settled yet.
	delivered sync.Map
	started   time.Time
	// introduced is closed when Slack has told who we are.
	introduced chan struct{}
}

// New makes a bot that talks to Slack through api. Nothing happens before Run.
func New(api *slack.Client, service Service, history assign.History, agents Agents, people *users.Users, cfg Config) (*Bot, error) {
	catalogue, err := texts.Load()
	if err != nil {
		return nil, err
	}
	if cfg.Region == "" {
		cfg.Region = "SA"
	}
	if cfg.HTTP == nil {
		cfg.HTTP = slackcall.NewHTTP(slackcall.Timeout)
	}
	b := &Bot{
		api:        api,
		history:    history,
		agents:     agents,
		people:     people,
		access:     &accessPolicy{cfg: cfg.Access, people: people},
		renderers:  render.New(catalogue, cfg.Region, cfg.Language, cfg.Access.Admins),
		region:     cfg.Region,
		post:       &reply.Sender{Api: api, Http: cfg.HTTP, Suspect: people.Suspect, Log: cfg.Logger},
		order:      newOrder(),
		deliveries: newDeliveries(),
		forms:      newForms(),
		hints:      newLiveHints(),
		lateness:   newLateness(),
		log:        cfg.Logger.With().Str("component", "bot").Logger(),
		cfg:        cfg,
	}
	b.started, b.introduced = time.Now(), make(chan struct{})
	b.homes, b.recents, b.audit = newHomes(), newRecents(history), newAudit(cfg.Audit)
	b.service = watched{service, b.accepted}
	open := func(ctx context.Context) (string, error) {
		_, url, err := api.StartSocketModeContext(ctx)
		return url, err
	}
	b.sockets = socket.New(open, socket.Config{Connections: cfg.Connections, Stagger: cfg.Stagger, Logger: cfg.Logger})
	return b, nil
}

// Run serves until ctx ends, then finishes what it has taken and returns nil. It returns
// a *slackcall.Fatal when Slack will not have us: a bad token, a missing scope, Socket Mode
// switched off. A token that is taken back while it runs ends it too.
func (b *Bot) Run(ctx context.Context) error {
	if err := b.people.Identify(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	if b.cfg.Identified != nil {
		if err := b.cfg.Identified(ctx, b.people.Team(), b.people.BotID()); err != nil {
			return err
		}
	}
	close(b.introduced)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go b.lateness.keep(ctx)
	go b.people.RefreshGroups(ctx)
	go func() { stop(b.people.Recheck(ctx)) }()
	serving, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	err := b.sockets.Run(ctx, func(_ context.Context, e *socket.Envelope) { b.take(serving, e) })
	time.AfterFunc(parting, cut)
	b.working.Wait()
	if refused := new(slackcall.Fatal); err == nil && errors.As(context.Cause(ctx), &refused) {
		return refused
	}
	return err
}

// Live is the number of sockets that are up.
func (b *Bot) Live() int { return b.sockets.Live() }

// Status says in one line how the connection is: why Slack was not reached at the start,
// if it was not, else how the sockets are.
func (b *Bot) Status() string {
	if trouble := b.people.Unreached(); trouble != nil {
		return trouble.Error()
	}
	return b.sockets.Status()
}

// ackBudget is how long after its arrival an envelope must be acknowledged at the
// latest: Slack's three seconds, less its delivery.
const ackBudget = 2500 * time.Millisecond

// parting is how long after the last acknowledgement a stop waits for what the journal does
// not remember: help, hints, forms being opened.
const parting = time.Second

// ackWrite is how long writing an acknowledgement to the socket may take.
const ackWrite = time.Second

// take is called by the sockets, in order of arrival, and must not block.
func (b *Bot) take(ctx context.Context, e *socket.Envelope) {
	k, p, err := payload.Decode(e.Type, e.Payload)
	if b.cfg.OnEnvelope != nil {
		b.cfg.OnEnvelope(string(k))
	}
	c := &call{Payload: p, kind: k, envelope: e, deadline: e.Received.Add(ackBudget)}
	c.late = b.isLate(c)
	first := true
	if c.delivery, first = b.deliveries.begin(p.Key()); !first && err == nil {
		b.working.Go(func() { b.repeat(ctx, c) })
		return
	}
	c.turn = turn{leave: func() {}} // nobody waits for a key, and a key for nothing
	if !c.typing() {
		c.turn = b.order.enter(c.Sender().ID)
	}
	b.working.Go(func() {
		defer c.turn.leave()
		if err != nil {
			b.log.Warn().Err(err).Str("envelope", e.ID).Msg("payload not understood")
			b.acknowledge(ctx, c, b.notUnderstood(ctx, c))
			return
		}
		c.turn.wait(c.deadline)
		b.serve(ctx, c)
	})
}

// notUnderstood acknowledges what cannot be read; of a command, the person is told that
// nothing comes of it.
func (b *Bot) notUnderstood(ctx context.Context, c *call) any {
	if c.kind == payload.SlashCommand {
		return b.rendererOf(ctx, c).Notice("broken", texts.Data{"Reference": c.envelope.ID})
	}
	return nil
}

// serve deals with one call; a panic in it harms nothing else.
func (b *Bot) serve(ctx context.Context, c *call) {
	defer func() {
		if fault := recover(); fault != nil {
			reference := rand.Text()[:8]
			b.log.Error().Str("reference", reference).Str("kind", string(c.kind)).
				Str("panic", harmless(fault)).Bytes("stack", debug.Stack()).Msg("handler panicked")
			b.apologise(ctx, c, reference)
		}
	}()
	if c.kind != payload.Other && c.kind != payload.EventCallback && c.Sender().ID == "" {
		// Nobody asked, so nobody can be answered.
		b.log.Warn().Str("kind", string(c.kind)).Msg("payload names no person")
		b.acknowledge(ctx, c, nil)
		return
	}
	switch c.kind {
	case payload.SlashCommand:
		b.onCommand(ctx, c)
	case payload.ViewSubmission:
		b.onSubmission(ctx, c)
	case payload.BlockSuggestion:
		b.onSuggestion(ctx, c)
	case payload.BlockActions:
		b.onClick(ctx, c)
	case payload.GlobalShortcut:
		b.onShortcut(ctx, c)
	case payload.MessageShortcut:
		b.onMessageShortcut(ctx, c)
	case payload.EventCallback:
		b.onEvent(ctx, c)
	default:
		b.acknowledge(ctx, c, nil)
	}
}

// harmless describes a panic without what a person may have typed: only the runtime's own
// errors are quoted.
func harmless(fault any) string {
	if err, ok := fault.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", fault)
}

// repeat acknowledges a redelivered envelope as its first delivery was.
func (b *Bot) repeat(ctx context.Context, c *call) {
	wait := time.NewTimer(time.Until(c.deadline))
	defer wait.Stop()
	var answer any
	select {
	case <-c.delivery.acked:
		answer = c.delivery.answer
	case <-wait.C:
	}
	b.write(ctx, c, answer)
}

// acknowledge answers the envelope, once, and tells whether the answer went out.
func (b *Bot) acknowledge(ctx context.Context, c *call, answer any) bool {
	select {
	case <-c.delivery.acked:
		return false
	default:
	}
	ok := b.write(ctx, c, answer)
	c.delivery.answer = answer
	close(c.delivery.acked)
	return ok
}

func (b *Bot) write(ctx context.Context, c *call, answer any) bool {
	ctx, cancel := context.WithTimeout(ctx, ackWrite)
	defer cancel()
	err := c.envelope.Ack(ctx, answer)
	if errors.Is(err, socket.ErrTooLarge) {
		b.log.Error().Err(err).Str("kind", string(c.kind)).Msg("acknowledgement too large, sent empty")
		err = c.envelope.Ack(ctx, nil)
	}
	if err != nil {
		b.log.Warn().Err(err).Str("kind", string(c.kind)).Msg("acknowledgement not sent")
		return false
	}
	if b.cfg.OnAcknowledged != nil {
		b.cfg.OnAcknowledged(string(c.kind), time.Since(c.envelope.Received))
	}
	return true
}

// apologise answers a call whose handler broke.
func (b *Bot) apologise(ctx context.Context, c *call, reference string) {
	v := b.rendererOf(ctx, c)
	m := v.Notice("broken", texts.Data{"Reference": reference})
	switch c.kind {
	case payload.SlashCommand:
		if b.acknowledge(ctx, c, m) {
			return
		}
	case payload.ViewSubmission:
		if b.acknowledge(ctx, c, v.Closing("broken", texts.Data{"Reference": reference})) {
			return
		}
	case payload.BlockSuggestion:
		b.acknowledge(ctx, c, render.NoOptions)
		return
	default:
		b.acknowledge(ctx, c, nil)
	}
	c.turn.leave()
	if err := b.post.Deliver(ctx, c.Sender().ID, c.address(), m); err != nil {
		b.log.Warn().Err(err).Str("reference", reference).Msg("apology not delivered")
	}
}

// rendererFor gives the voice for a person, in the language of their Slack locale. For somebody
// who was not met in the last day, finding that out may take 300 ms.
func (b *Bot) rendererFor(ctx context.Context, user string) render.Renderer {
	if v, ok := b.renderers.ByLanguage[b.people.Language(ctx, user)]; ok {
		return v
	}
	return b.renderers.Default
}

// rendererOf is speak for whoever made a call, which must still be acknowledged in time.
func (b *Bot) rendererOf(ctx context.Context, c *call) render.Renderer {
	ctx, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	return b.rendererFor(ctx, c.Sender().ID)
}
