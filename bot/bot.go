package bot

import (
	"cmp"
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
	"azeer-slack/bot/socket"
	"azeer-slack/bot/texts"

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
	Door     DoorConfig
	// Audit is where outcomes are reported; by default nowhere.
	Audit AuditConfig
	// Connections is the number of sockets, 1 to 10; 0 is two.
	Connections int
	// Stagger is the pause between opening one socket and the next; 0 is 3 s.
	Stagger time.Duration
	// HTTP posts to response URLs; nil is a client of its own.
	HTTP   *http.Client
	Logger zerolog.Logger
	// OnEnvelope and OnAcknowledged, if set, are told of every envelope: its kind, and
	// the time from its arrival to its acknowledgement.
	OnEnvelope     func(kind string)
	OnAcknowledged func(kind string, took time.Duration)
}

// answersAtOnce is how many answers are given at the same time, at most: as many as
// assign.Config.Answerers is by default.
const answersAtOnce = 16

// NewHTTP makes a client for calls to Slack that keeps a connection for each of them:
// net/http's own would keep two and open a new one for every answer beyond.
func NewHTTP(timeout time.Duration) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = answersAtOnce
	transport.IdleConnTimeout = 30 * time.Second // sooner than servers close them
	return &http.Client{Timeout: timeout, Transport: transport}
}

// Bot is the Slack side of azeer-slack. It is an assign.Answerer.
type Bot struct {
	api     *slack.Client
	sockets *socket.Client
	service Service
	history assign.History
	agents  Agents
	people  *People
	door    *door
	voices  voices
	region  string
	post    *poster
	order   *order
	deeds   *deeds
	forms   *forms
	typings *typings
	homes   *homes
	recents *recents
	audit   *audit
	log     zerolog.Logger
	cfg     Config

	working sync.WaitGroup
	// delivered holds the ids of assignments of which only the form is not settled yet.
	delivered sync.Map
	started   time.Time
	// introduced is closed when Slack has told who we are and who is who.
	introduced chan struct{}
}

// New makes a bot that talks to Slack through api. Nothing happens before Run.
func New(api *slack.Client, service Service, history assign.History, agents Agents, people *People, cfg Config) (*Bot, error) {
	catalogue, err := texts.Load()
	if err != nil {
		return nil, err
	}
	if cfg.Region == "" {
		cfg.Region = "SA"
	}
	if cfg.HTTP == nil {
		cfg.HTTP = NewHTTP(postTimeout)
	}
	b := &Bot{
		api:     api,
		history: history,
		agents:  agents,
		people:  people,
		door:    &door{cfg: cfg.Door, people: people},
		voices:  newVoices(catalogue, agents, cfg),
		region:  cfg.Region,
		post:    &poster{api: api, http: cfg.HTTP, doubt: people.doubt, log: cfg.Logger},
		order:   newOrder(),
		deeds:   newDeeds(),
		forms:   newForms(),
		typings: newTypings(),
		log:     cfg.Logger.With().Str("component", "bot").Logger(),
		cfg:     cfg,
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
// a *socket.Fatal when Slack will not have us: a bad token, a missing scope, Socket Mode
// switched off. A token that is taken back while it runs ends it too.
func (b *Bot) Run(ctx context.Context) error {
	if err := b.people.introduce(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	close(b.introduced)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go b.people.refresh(ctx)
	go func() { stop(b.people.guard(ctx)) }()
	serving, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	err := b.sockets.Run(ctx, func(_ context.Context, e *socket.Envelope) { b.take(serving, e) })
	time.AfterFunc(parting, cut)
	b.working.Wait()
	if refused := new(Fatal); err == nil && errors.As(context.Cause(ctx), &refused) {
		return refused
	}
	return err
}

// Live is the number of sockets that are up.
func (b *Bot) Live() int { return b.sockets.Live() }

// Status says in one line how the connection is: why Slack was not reached at the start,
// if it was not, else how the sockets are.
func (b *Bot) Status() string {
	if trouble := b.people.trouble(); trouble != nil {
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

// call is one envelope being dealt with.
type call struct {
	payload
	kind     kind
	envelope *socket.Envelope
	deed     *deed
	turn     turn
	deadline time.Time
}

// request is the key of what the call asks for. One that came without a key of its own, as
// none of Slack's does, is told from others by its envelope.
func (c *call) request() string { return cmp.Or(c.key(), c.envelope.ID) }

// take is called by the sockets, in order of arrival, and must not block.
func (b *Bot) take(ctx context.Context, e *socket.Envelope) {
	k, p, err := decode(e.Type, e.Payload)
	if b.cfg.OnEnvelope != nil {
		b.cfg.OnEnvelope(string(k))
	}
	c := &call{payload: p, kind: k, envelope: e, deadline: e.Received.Add(ackBudget)}
	first := true
	if c.deed, first = b.deeds.begin(p.key()); !first && err == nil {
		b.working.Go(func() { b.repeat(ctx, c) })
		return
	}
	c.turn = turn{leave: func() {}} // nobody waits for a key, and a key for nothing
	if !c.typing() {
		c.turn = b.order.enter(c.person().id)
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
	if c.kind == command {
		return b.speakTo(ctx, c).notice("broken", texts.Data{"Reference": c.envelope.ID})
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
	switch c.kind {
	case command:
		b.onCommand(ctx, c)
	case submission:
		b.onSubmission(ctx, c)
	case suggestion:
		b.onSuggestion(ctx, c)
	case click:
		b.onClick(ctx, c)
	case shortcut:
		b.onShortcut(ctx, c)
	case messageShortcut:
		b.onMessageShortcut(ctx, c)
	case event:
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
	case <-c.deed.acked:
		answer = c.deed.answer
	case <-wait.C:
	}
	b.write(ctx, c, answer)
}

// acknowledge answers the envelope, once, and tells whether the answer went out.
func (b *Bot) acknowledge(ctx context.Context, c *call, answer any) bool {
	select {
	case <-c.deed.acked:
		return false
	default:
	}
	ok := b.write(ctx, c, answer)
	c.deed.answer = answer
	close(c.deed.acked)
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
	v := b.speakTo(ctx, c)
	m := v.notice("broken", texts.Data{"Reference": reference})
	switch c.kind {
	case command:
		if b.acknowledge(ctx, c, m) {
			return
		}
	case submission:
		if b.acknowledge(ctx, c, v.closing("broken", texts.Data{"Reference": reference})) {
			return
		}
	case suggestion:
		b.acknowledge(ctx, c, noOptions)
		return
	default:
		b.acknowledge(ctx, c, nil)
	}
	c.turn.leave()
	if err := b.post.deliver(ctx, c.person().id, c.address(), m); err != nil {
		b.log.Warn().Err(err).Str("reference", reference).Msg("apology not delivered")
	}
}

// Fatal is how Run says that Slack will not have us and trying again would not help.
type Fatal = socket.Fatal

func fatal(code, cure string) error { return &Fatal{Code: code, Cure: cure} }
