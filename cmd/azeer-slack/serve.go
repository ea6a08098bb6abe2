package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	stdlog "log"
	"sync"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/bot"
	"azeer-slack/bot/slackcall"
	"azeer-slack/bot/texts"
	"azeer-slack/bot/users"
	"azeer-slack/internal/check"
	"azeer-slack/internal/health"
	"azeer-slack/internal/heartbeat"
	"azeer-slack/internal/inbox"
	"azeer-slack/internal/logging"
	"azeer-slack/internal/memory"
	"azeer-slack/internal/retry"
	"azeer-slack/journal"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

const (
	// slackTimeout is for one call of Slack's Web API.
	slackTimeout = 15 * time.Second
	// firstList is how long the start waits for Azeer's list of agents, so that the first
	// form can offer them.
	firstList = 3 * time.Second
	// drain is how long work in hand may take once the bot has stopped listening. Fly and
	// systemd are told to give the whole stop 15 s; ours is to take 10.
	drain = 6 * time.Second
	// startOver is when what the start has read and thrown away (catalogues, lists of
	// people) is given back to the system.
	startOver = 5 * time.Second
	// journalClose and journalAsk bound closing the journal, and asking it how it is.
	journalClose = 2 * time.Second
	journalAsk   = time.Second
	// longTurn is when a loop in the background counts as stuck. All that one turn waits for
	// has a limit of its own, far below it.
	longTurn = 3 * time.Minute
)

var claimBackoff = retry.Backoff{Least: 100 * time.Millisecond, Most: 5 * time.Second}

func runCommand(p *program, flags *flag.FlagSet) func(context.Context) int {
	adopt := flags.Bool("adopt", false, "take the journal over from another installation (workspace, app or Azeer): only if that is this one under a new name")
	return func(ctx context.Context) int {
		find, err := p.environment()
		if err != nil {
			fmt.Fprintf(p.errors, "azeer-slack cannot start: %v\nTo see it work without any account or token:  azeer-slack demo\n", err)
			return exitUsage
		}
		cfg, problems := readSettings(find)
		if len(problems) > 0 {
			fmt.Fprint(p.errors, explain(problems))
			return exitUsage
		}
		cfg.adopt = *adopt
		heedNetwork(find)
		return p.serveLogged(ctx, cfg, find)
	}
}

// serveLogged runs the bot and logs through a buffer, so that nobody has to read.
func (p *program) serveLogged(ctx context.Context, cfg Config, find lookup) int {
	buffer := logging.NewBuffer(p.errors, cfg.logger)
	defer buffer.Close()
	stdlog.SetOutput(buffer) // net/http's complaints
	cfg.logDropped = buffer.Dropped
	log := cfg.logger(buffer)
	logging.OutliveReader()
	ctx, stop := logging.HeedHangup(ctx, p.isAtTerminal(), log)
	defer stop()
	warnOfLoneHTTPProxy(find, log)
	warnOfStrayNames(p.strayNames(), log)
	if err := serve(ctx, cfg, log); err != nil {
		log.Error().Err(err).Msg("stopped")
		return exitFault
	}
	return exitDone
}

// serve runs the bot until ctx ends, then finishes what is in hand and returns nil. It
// returns an error if it cannot start, or cannot go on: a refused token, a journal that
// does not open, a busy HTTP port.
func serve(ctx context.Context, cfg Config, log zerolog.Logger) (err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	loops := new(heartbeat.Loops)
	calling, err := newClients(cfg, loops, log)
	if err != nil {
		return err
	}
	// While the journal is opened, which takes the longer the more is in it.
	go calling.list(ctx)
	go func() { _ = calling.people.Identify(ctx) }() // the bot asks again, and hears of its error
	go func() { _, _ = texts.Load() }()              // its error comes again
	record, err := journal.Open(ctx, cfg.DatabaseURL.Reveal(),
		killableConfig(journal.Config{Retention: cfg.Retention(), Audit: cfg.Bot.Audit.Channel != "", Notify: cfg.Bot.Notify.On, Logger: log,
			Heartbeat: loops.Watch("deleting what is old", longTurn)}))
	switch {
	case err != nil && ctx.Err() != nil:
		return nil // told to stop while the journal was being opened
	case err != nil:
		return err
	}
	defer func() { err = errors.Join(err, closeJournal(ctx, record)) }()
	s, err := assemble(cfg, calling, record, loops, log)
	if err != nil {
		return err
	}
	page, err := health.Listen(ctx, cfg.HTTPAddr, health.NewHandler(s.metrics, s.unready))
	if err != nil {
		return err
	}
	log.Info().Str("version", version()).Str("http", page.Addr()).Str("proxy", check.ProxyTo(cfg.SlackAPIURL)).Msg("started")
	if err = s.run(ctx, page); err == nil {
		log.Info().Msg("stopped in order")
	}
	return err
}

func closeJournal(ctx context.Context, j *journal.Journal) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), journalClose)
	defer cancel()
	return j.Close(ctx)
}

// clients are what asks Slack and Azeer.
type clients struct {
	metrics   *health.Metrics
	inbox     *inbox.Inbox
	slack     *slack.Client
	people    *users.Users
	directory *agent.Directory
	listed    chan struct{} // closed when Azeer's agents were asked for once
}

func newClients(cfg Config, loops *heartbeat.Loops, log zerolog.Logger) (*clients, error) {
	m := health.NewMetrics()
	m.DroppedLogs(cfg.logDropped)
	in, err := inbox.New(inbox.Config{Key: cfg.AzeerAPIKey.Reveal(), BaseURL: cfg.AzeerBaseURL,
		Concurrency: cfg.AzeerConcurrency, Timeout: cfg.azeerTimeout, Measure: m.Azeer})
	if err != nil {
		return nil, err
	}
	api := slack.New(cfg.SlackBotToken.Reveal(),
		slack.OptionAppLevelToken(cfg.SlackAppToken.Reveal()),
		slack.OptionAPIURL(cfg.SlackAPIURL),
		slack.OptionHTTPClient(slackcall.NewHTTP(slackTimeout)))
	people := users.New(api, cfg.Bot.Access.UserGroups, log)
	directory := agent.NewDirectory(in, people, agent.DirectoryConfig{Aliases: cfg.AgentAliases, Logger: log,
		Heartbeat: loops.Watch("reading Azeer's agents", longTurn)})
	return &clients{metrics: m, inbox: in, slack: api, people: people, directory: directory, listed: make(chan struct{})}, nil
}

// list asks for Azeer's agents for the first time.
func (c *clients) list(ctx context.Context) {
	defer close(c.listed)
	first, cancel := context.WithTimeout(ctx, firstList)
	defer cancel()
	_ = c.directory.Refresh(first) // Run tries again, and logs why it did not succeed
}

// parts is the program, put together.
type parts struct {
	*clients
	journal *journal.Journal
	service *assign.Service
	bot     *bot.Bot
	claim   *claim
	loops   *heartbeat.Loops
}

// assemble plugs the packages together. Nothing runs yet.
func assemble(cfg Config, calling *clients, record *journal.Journal, loops *heartbeat.Loops, log zerolog.Logger) (*parts, error) {
	m := calling.metrics
	var slackSide *bot.Bot
	onDuty := &duty.Finder{Roster: calling.people, Agents: calling.directory}
	service := assign.NewService(makeInboxKillable(calling.inbox), makeJournalKillable(record), calling.directory, assign.Config{
		Concurrency:  cfg.AzeerConcurrency,
		RecoverEvery: takeEvery(cfg),
		Drain:        drain,
		Duty:         onDuty,
		Logger:       log,
		Heartbeat:    loops.Watch("taking up what others left", longTurn),
		Observe: func(a assign.Assignment) {
			m.Finished(a.Outcome.Kind)
			slackSide.Finished(a)
		},
	})
	settings := botConfig(cfg, m, log)
	settings.HomeHeartbeat = loops.Watch("Home tabs", longTurn)
	addQueues(&settings, record, loops)
	owner := newClaim(cfg, record, log)
	settings.Identified = func(ctx context.Context, team, bot string) error {
		if err := owner.identified(ctx, team, bot); err != nil {
			return err
		}
		select {
		case <-calling.listed: // so that the first form can offer agents
		case <-ctx.Done():
		}
		return nil
	}
	var err error
	slackSide, err = bot.New(calling.slack, service, record, calling.directory, calling.people, settings)
	if err != nil {
		return nil, fmt.Errorf("set up bot: %w", err)
	}
	m.Connections(slackSide.Live)
	return &parts{clients: calling, journal: record, service: service, bot: slackSide, claim: owner, loops: loops}, nil
}

// addQueues has the bot keep in the journal what it tells others later.
func addQueues(settings *bot.Config, record *journal.Journal, loops *heartbeat.Loops) {
	settings.Audit.Outcomes = record
	settings.Audit.Heartbeat = loops.Watch("audit channel", longTurn)
	if settings.Notify.On {
		settings.Notify.Journal = makeNoticesKillable(record)
		settings.Notify.Heartbeat = loops.Watch("telling new owners", longTurn)
	}
	settings.Offers.Journal = makeOffersKillable(record)
	settings.Offers.Heartbeat = loops.Watch("offers", longTurn)
}

// takeEvery lets only those who share a journal look for what others left behind.
func takeEvery(cfg Config) time.Duration {
	if !journal.IsShared(cfg.DatabaseURL.Reveal()) {
		return -1
	}
	return time.Second // a look that finds nothing writes nothing
}

// botConfig adds to the settings of the bot what watches it.
func botConfig(cfg Config, m *health.Metrics, log zerolog.Logger) bot.Config {
	c := cfg.Bot
	c.Logger, c.Duty.Aliases = log, cfg.AgentAliases
	c.Notify.AuditChannel, c.Notify.FullPhone = c.Audit.Channel, c.Audit.FullPhone
	c.Offers.FullPhone = c.Audit.FullPhone
	c.OnEnvelope = m.Received
	c.OnAcknowledged = makeAcksKillable(func(_ string, took time.Duration) {
		m.Acknowledged(took)
	})
	return c
}

// run goes on until ctx ends or a part gives up. The order of the end matters: first no
// envelope is taken any more, then what was taken is finished, and last Home tabs, the
// audit channel and those who watch are told.
func (s *parts) run(ctx context.Context, page *health.Server) error {
	listening, stopListening := context.WithCancel(ctx)
	defer stopListening()
	working, stopWorking := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWorking()

	keeping, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	defer stopKeeping()

	var rest, keeper sync.WaitGroup
	keeper.Go(func() { s.bot.Keep(keeping) })
	var pageErr error
	rest.Go(func() {
		if pageErr = page.Serve(working); pageErr != nil {
			stopListening()
		}
	})
	rest.Go(func() { _ = s.journal.Run(working) }) // only ever nil: what fails is logged and tried again
	var serviceErr error
	s.claim.recognise(working)
	rest.Go(func() {
		select {
		case <-s.claim.ours:
			serviceErr = s.service.Run(working, makeAnswererKillable(s.bot))
		case <-working.Done():
		}
	})
	rest.Go(func() {
		<-s.listed
		_ = s.directory.Run(working)
	})

	settled := time.AfterFunc(startOver, memory.Settle)
	defer settled.Stop()
	botErr := s.bot.Run(listening)
	stopWorking()
	rest.Wait()
	stopKeeping()
	keeper.Wait()
	return errors.Join(botErr, serviceErr, pageErr)
}

// unready tells why the program cannot do its work now.
func (s *parts) unready() (reasons []string) {
	if s.bot.Live() == 0 {
		reasons = append(reasons, "Slack: "+s.bot.Status())
	}
	ctx, cancel := context.WithTimeout(context.Background(), journalAsk)
	defer cancel()
	if err := s.journal.Health(ctx); err != nil {
		reasons = append(reasons, "journal: "+err.Error())
	}
	if err := s.service.Health(ctx); err != nil {
		reasons = append(reasons, "assignments: "+err.Error())
	}
	if refused := s.inbox.Refused(); refused != "" {
		reasons = append(reasons, refused)
	}
	return append(reasons, s.loops.Stuck()...)
}
