// Package bot is everything Slack: it takes envelopes from the sockets, decides who may
// ask, reads the /assign command, the form, its menus and the buttons, hands requests to
// the assignment service, and tells requesters how they ended.
//
// What an assignment is and how it is carried out lives in package assign; how sockets
// are kept open lives in bot/socket; what people read lives in bot/texts.
package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/access"
	"azeer-slack/bot/audit"
	"azeer-slack/bot/home"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/notify"
	"azeer-slack/bot/offer"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/reply"
	"azeer-slack/bot/rota"
	"azeer-slack/bot/slackcall"
	"azeer-slack/bot/socket"
	"azeer-slack/bot/texts"
	"azeer-slack/bot/users"
	"azeer-slack/bot/workflow"
	"azeer-slack/internal/catch"
	"azeer-slack/internal/heartbeat"
	"azeer-slack/internal/retry"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// Service is what the bot asks of the assignment service.
type Service interface {
	Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error)
	AcceptBatch(ctx context.Context, requests []assign.Request) ([]assign.Entry, error)
	StopBatch(ctx context.Context, batch int64) (stopped int, err error)
	Latest(ctx context.Context, contact phone.Number) (assign.Assignment, bool, error)
	rota.Source
}

// Agents is what the bot asks of the agent directory: mostly answers from memory.
type Agents interface {
	Search(query string, limit int) []agent.Agent
	Guess(ref agent.Ref) (agent.Agent, bool)
	Known(id agent.Email) (agent.Agent, bool)
	State() agent.DirectoryState
	ChatEmails(a agent.Agent) []agent.Email
	// Resolve finds who is meant. Unlike the others it may ask Slack and Azeer. Its errors are
	// *agent.Unresolved.
	Resolve(ctx context.Context, ref agent.Ref, requester string) (agent.Agent, error)
}

// Config is what is optional, or a matter of settings.
type Config struct {
	// Region is the ISO 3166 region of numbers without a country code; "" is SA.
	Region string
	Access access.Config
	// Render is how messages are made. What other settings say of it is put in by New.
	Render render.Config
	// Duty is who is shown to be on duty; by default nobody.
	Duty rota.Config
	// Days is how long the journal remembers requests; 0 is 90.
	Days int
	// Audit is where outcomes are reported; by default nowhere.
	Audit audit.Config
	// Notify is whether new owners are told; by default they are not.
	Notify notify.Config
	// Offers is where what is offered goes, and for how long.
	Offers offer.Config
	// HomeHeartbeat is of the loop that publishes Home tabs; it may be nil.
	HomeHeartbeat *heartbeat.Loop
	// Connections is the number of sockets, 1 to 10; 0 is two.
	Connections int
	// Stagger is the pause between opening one socket and the next; 0 is 3 s.
	Stagger time.Duration
	// OpenEvery is how often Slack may be asked for a socket; 0 is every 1.5 s.
	OpenEvery time.Duration
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
	sockets *socket.Client
	people  *users.Users
	intake  *inbound.Intake
	handlers
	*answers
	audit   *audit.Reporter
	notices *notify.Notifier

	identified func(ctx context.Context, team, bot string) error
	working    sync.WaitGroup
	// introduced is closed when Slack has told who we are.
	introduced chan struct{}
}

// handlers serve the ways in which something may be asked.
type handlers struct {
	lines       *lines
	opener      *opener
	messages    *messages
	submissions *submissions
	buttons     *buttons
	typing      *typing
	homes       *home.Tabs
	offers      *offer.Handlers
	steps       *workflow.Steps
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
	cfg.Render.Region, cfg.Render.Days = cfg.Region, cfg.Days
	cfg.Render.Admins, cfg.Render.Known, cfg.Render.Notify = cfg.Access.Admins, agents.Known, cfg.Notify.On
	log := cfg.Logger.With().Str("component", "bot").Logger()
	respond := &responder{
		people: people, log: log,
		renderers: render.New(catalogue, cfg.Render),
		post:      &reply.Sender{Api: api, Http: cfg.HTTP, Suspect: people.Suspect, Log: cfg.Logger},
	}
	cfg.Duty.Logger = log
	b := &Bot{
		people: people, identified: cfg.Identified, introduced: make(chan struct{}),
		intake:  inbound.New(inbound.Config{Logger: log, OnEnvelope: cfg.OnEnvelope, OnAcknowledged: cfg.OnAcknowledged}),
		answers: &answers{responder: respond, history: history, waiting: newWaitingForms(), rota: rota.New(people, service, cfg.Duty)},
		audit:   audit.New(cfg.Audit, api, people, respond.renderers.Default, log),
	}
	if len(cfg.Duty.Groups) > 0 {
		cfg.Notify.DutyGroup = cfg.Duty.Groups[0]
	}
	b.notices = notify.New(cfg.Notify, notify.Slack{
		API: api, People: people, Sender: respond.post, Emails: agents.ChatEmails,
		Renderer: respond.rendererFor, Default: respond.renderers.Default,
	}, log)
	b.handlers = newHandlers(api, service, agents, b.answers, b.notices, cfg)
	open := func(ctx context.Context) (string, error) {
		_, url, err := api.StartSocketModeContext(ctx)
		return url, err
	}
	b.sockets = socket.New(open, socket.Config{
		Connections: cfg.Connections, Stagger: cfg.Stagger, OpenEvery: cfg.OpenEvery, Logger: cfg.Logger,
	})
	return b, nil
}

// newHandlers plugs the handlers together, so that each knows only what it uses.
func newHandlers(api *slack.Client, service Service, agents Agents, answers *answers, notices *notify.Notifier, cfg Config) handlers {
	respond, history, onDuty, region := answers.responder, answers.history, answers.rota, cfg.Region
	may := access.New(cfg.Access, respond.people)
	owner := &owners{history: history, log: respond.log}
	homes := home.New(home.Config{
		Slack: api, People: respond.people, Access: may, Renderer: respond.rendererFor, Region: region, Logger: respond.log,
		Heartbeat: cfg.HomeHeartbeat, Duty: onDuty, Said: notices.SaidOf,
		Journal: struct {
			assign.History
			Service
		}{history, service},
	})
	noted := noting{service, homes}
	requests := &requests{respond, noted, history}
	opener := &opener{
		responder: respond, api: api, access: may, agents: agents, region: region,
		recents: newRecents(history, respond.log), owners: owner, rota: onDuty,
	}
	several := &batches{responder: respond, service: noted, history: history, agents: agents, opener: opener}
	handovers := &handovers{responder: respond, history: history, agents: agents, batches: several}
	offers := newOffers(api, noted, agents, answers, may, cfg)
	subcommands := &subcommands{
		responder: respond, history: history, notices: notices, agents: agents, handovers: handovers, offers: offers, rota: onDuty, region: region,
	}
	typing := &typing{responder: respond, api: api, access: may, owners: owner, agents: agents, rota: onDuty, live: newLiveHints(), region: region}
	submissions := &submissions{
		requests: requests, access: may, agents: agents, typing: typing, waiting: answers.waiting, batches: several,
		handovers: handovers, offers: offers, region: region,
	}
	receipts := &receipts{responder: respond, notices: notices, service: noted, access: may, opener: opener, submissions: submissions}
	submissions.receipts = receipts
	answers.steps = workflow.New(noted, may, workflow.Config{
		API: api, Suspect: respond.people.Suspect, Renderer: respond.rendererFor, Region: region, Logger: respond.log,
	})
	return handlers{
		lines: &lines{
			responder: respond, requests: requests, access: may, opener: opener,
			subcommands: subcommands, batches: several, agents: agents, region: region,
		},
		opener:      opener,
		messages:    &messages{opener, requests},
		submissions: submissions,
		buttons: &buttons{
			responder: respond, requests: requests, history: history, access: may, opener: opener, subcommands: subcommands,
			batches: several, typing: typing, homes: homes, receipts: receipts,
		},
		typing: typing,
		homes:  homes,
		offers: offers,
		steps:  answers.steps,
	}
}

// newOffers makes what sees to offers.
func newOffers(api *slack.Client, service offer.Service, agents Agents, answers *answers, may *access.Policy, cfg Config) *offer.Handlers {
	respond := answers.responder
	keeper := offer.New(cfg.Offers, offer.Slack{
		API: api, People: respond.people, Sender: respond.post, Duty: answers.rota.Now,
		Renderer: respond.rendererFor, Default: respond.renderers.Default,
	}, service, respond.log)
	return &offer.Handlers{Keeper: keeper, Chat: chat{respond}, Agents: agents, Access: may, Region: cfg.Region}
}

// noting is a service that lets Home tabs know what it has accepted.
type noting struct {
	Service
	homes *home.Tabs
}

func (n noting) Accept(ctx context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error) {
	a, how, err := n.Service.Accept(ctx, r)
	if err == nil && how == assign.Accepted {
		n.homes.Changed(r.Requester, time.Now())
	}
	return a, how, err
}

func (n noting) AcceptBatch(ctx context.Context, requests []assign.Request) ([]assign.Entry, error) {
	entries, err := n.Service.AcceptBatch(ctx, requests)
	if err == nil && len(requests) > 0 {
		n.homes.Changed(requests[0].Requester, time.Now())
	}
	return entries, err
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
	if b.identified != nil {
		if err := b.identified(ctx, b.people.Team(), b.people.BotID()); err != nil {
			return err
		}
	}
	close(b.introduced)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go b.intake.Watch(ctx)
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

// Finished tells the bot that an assignment has an outcome, once that is stored. It does
// not block.
func (b *Bot) Finished(a assign.Assignment) {
	b.homes.Finished(a)
	b.opener.recents.finished(a)
	b.audit.Wake()
	b.notices.Wake()
	if payload.DecodeOrigin(a.Origin).EntryPoint == payload.ByOffer {
		b.offers.Keeper.Wake()
	}
}

// lastWords is how long Keep goes on after its context has ended.
const lastWords = 2 * time.Second

// Keep keeps Home tabs, the audit channel, new owners and offers up to date until ctx ends; then it has
// lastWords for what is due. It does nothing before Run knows who we are.
func (b *Bot) Keep(ctx context.Context) {
	select {
	case <-b.introduced:
	case <-ctx.Done():
		return
	}
	longer, cancel := outliving(ctx, lastWords)
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() { b.homes.Run(ctx, longer) })
	all.Go(func() { b.audit.Run(ctx, longer) })
	all.Go(func() { b.notices.Run(ctx, longer) })
	all.Go(func() { b.offers.Keeper.Run(ctx, longer) })
	all.Wait()
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

// parting is how long after the last acknowledgement a stop waits for what the journal does
// not remember: help, hints, forms being opened.
const parting = time.Second

// take is called by the sockets, in order of arrival, and must not block.
func (b *Bot) take(ctx context.Context, e *socket.Envelope) {
	c, first, err := b.intake.Take(e)
	if !first {
		b.working.Go(func() { c.Repeat(ctx) })
		return
	}
	b.working.Go(func() {
		catch.Room()
		defer c.Leave()
		if err != nil {
			b.log.Warn().Err(err).Str("envelope", e.ID).Msg("payload not understood")
			c.Acknowledge(ctx, b.notUnderstood(ctx, c))
			return
		}
		c.Wait()
		b.serve(ctx, c)
	})
}

// notUnderstood acknowledges what cannot be read; of a command, the person is told that
// nothing comes of it.
func (b *Bot) notUnderstood(ctx context.Context, c *inbound.Call) any {
	if c.Kind == payload.SlashCommand {
		return b.rendererOf(ctx, c).Notice("broken", texts.Data{"Reference": c.EnvelopeID()})
	}
	return nil
}

// serve deals with one call; a panic in it harms nothing else.
func (b *Bot) serve(ctx context.Context, c *inbound.Call) {
	err := catch.Panics(func() error { b.dispatch(ctx, c); return nil })
	if p := (*catch.Panic)(nil); errors.As(err, &p) {
		reference := rand.Text()[:8]
		b.log.Error().Err(p).Str("reference", reference).Str("kind", string(c.Kind)).Bytes("stack", p.Stack).Msg("handler panicked")
		if workflow.IsStep(c) {
			b.handlers.steps.Apologise(ctx, c, reference)
			return
		}
		b.apologise(ctx, c, reference)
	}
}

// dispatch gives a call to its handler.
func (b *Bot) dispatch(ctx context.Context, c *inbound.Call) {
	if c.Kind != payload.Other && c.Kind != payload.EventCallback && c.Sender().ID == "" {
		// Nobody asked, so nobody can be answered.
		b.log.Warn().Str("kind", string(c.Kind)).Msg("payload names no person")
		c.Acknowledge(ctx, nil)
		return
	}
	switch c.Kind {
	case payload.SlashCommand:
		b.lines.onCommand(ctx, c)
	case payload.ViewSubmission:
		b.submissions.onSubmission(ctx, c)
	case payload.BlockSuggestion:
		b.opener.onSuggestion(ctx, c)
	case payload.BlockActions:
		b.buttons.onClick(ctx, c)
	case payload.GlobalShortcut:
		b.opener.onShortcut(ctx, c)
	case payload.MessageShortcut:
		b.messages.onShortcut(ctx, c)
	case payload.EventCallback:
		b.onEvent(ctx, c)
	default:
		c.Acknowledge(ctx, nil)
	}
}

// onEvent serves the Events API.
func (b *Bot) onEvent(ctx context.Context, c *inbound.Call) {
	switch c.Event.Type {
	case payload.AppMention:
		b.lines.onMention(ctx, c)
	case workflow.Executed:
		b.handlers.steps.OnExecuted(ctx, c)
	case payload.AppHomeOpened:
		c.Acknowledge(ctx, nil)
		c.Leave()
		if c.Event.Tab == "home" && c.Sender().ID != "" {
			b.homes.Opened(c.Sender().ID, c.Event.View)
		}
	default:
		c.Acknowledge(ctx, nil)
	}
}
