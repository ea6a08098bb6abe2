package heartbeat_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/bot/access"
	"azeer-slack/bot/audit"
	"azeer-slack/bot/home"
	"azeer-slack/bot/notify"
	"azeer-slack/bot/offer"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/users"
	"azeer-slack/internal/heartbeat"
	"azeer-slack/journal"
	"azeer-slack/journal/memory"
	"azeer-slack/journal/sqlite"
	"azeer-slack/journal/store"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// stuck is a part that does not come back, whatever its context says.
type stuck struct {
	reached chan struct{} // gets a value when it is called
	free    chan struct{} // closed when it may come back
}

func (s *stuck) hang() {
	select {
	case s.reached <- struct{}{}:
	default:
	}
	<-s.free
}

type stuckJournal struct {
	*memory.Journal
	*stuck
}

func (j stuckJournal) Take(context.Context) ([]assign.Assignment, error) {
	j.hang()
	return nil, nil
}

func (j stuckJournal) Unaudited(context.Context, int) ([]assign.Assignment, error) {
	j.hang()
	return nil, nil
}

func (j stuckJournal) DueNotices(context.Context, int) ([]assign.Notice, time.Duration, error) {
	j.hang()
	return nil, -1, nil
}

func (j stuckJournal) DueOffers(context.Context, int) ([]assign.Offer, time.Duration, error) {
	j.hang()
	return nil, -1, nil
}

type stuckInbox struct {
	assign.Inbox
	*stuck
}

func (l stuckInbox) Agents(context.Context) ([]agent.Agent, bool, error) {
	l.hang()
	return nil, false, nil
}

type stuckDatabase struct {
	journal.Database
	*stuck
}

func (d stuckDatabase) Read(context.Context, store.Statement, store.Each) error {
	d.hang()
	return nil
}

// Each loop of the program, with the part that it depends on stuck.
func TestALoopThatIsStuckIsNoticed(t *testing.T) {
	for name, run := range map[string]func(ctx context.Context, t *testing.T, s *stuck, loop *heartbeat.Loop){
		"taking up what others left": func(ctx context.Context, _ *testing.T, s *stuck, loop *heartbeat.Loop) {
			directory := agent.NewDirectory(stuckInbox{}, nil, agent.DirectoryConfig{})
			service := assign.NewService(nil, stuckJournal{memory.New(), s}, directory, assign.Config{RecoverEvery: time.Hour, Heartbeat: loop})
			_ = service.Run(ctx, nil)
		},
		"reading agents": func(ctx context.Context, _ *testing.T, s *stuck, loop *heartbeat.Loop) {
			_ = agent.NewDirectory(stuckInbox{stuck: s}, nil, agent.DirectoryConfig{Heartbeat: loop}).Run(ctx)
		},
		"audit channel": func(ctx context.Context, _ *testing.T, s *stuck, loop *heartbeat.Loop) {
			cfg := audit.Config{Channel: "C0123", Outcomes: stuckJournal{memory.New(), s}, Heartbeat: loop}
			audit.New(cfg, slack.New("xoxb-test"), nil, render.Renderer{}, zerolog.Nop()).Run(ctx, ctx)
		},
		"telling new owners": func(ctx context.Context, _ *testing.T, s *stuck, loop *heartbeat.Loop) {
			cfg := notify.Config{On: true, Journal: stuckJournal{memory.New(), s}, Heartbeat: loop}
			notify.New(cfg, notify.Slack{}, zerolog.Nop()).Run(ctx, ctx)
		},
		"offers": func(ctx context.Context, _ *testing.T, s *stuck, loop *heartbeat.Loop) {
			cfg := offer.Config{Journal: stuckJournal{memory.New(), s}, Heartbeat: loop}
			offer.New(cfg, offer.Slack{}, nil, zerolog.Nop()).Run(ctx, ctx)
		},
		"Home tabs": func(ctx context.Context, _ *testing.T, s *stuck, loop *heartbeat.Loop) {
			people := users.New(slack.New("xoxb-test"), nil, zerolog.Nop())
			tabs := home.New(home.Config{
				People: people, Access: access.New(access.Config{Users: []string{"U0OTHER"}}, people), Heartbeat: loop,
				Renderer: func(context.Context, string) render.Renderer { s.hang(); return render.Renderer{} },
			})
			tabs.Opened("U0123", payload.View{})
			tabs.Run(ctx, ctx)
		},
		"deleting what is old": func(ctx context.Context, t *testing.T, s *stuck, loop *heartbeat.Loop) {
			db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "journal.db"), sqlite.Config{})
			if err != nil {
				t.Error(err)
				return
			}
			j := journal.New(stuckDatabase{db, s}, journal.Config{Heartbeat: loop})
			_ = j.Run(ctx)
			_ = j.Close(context.WithoutCancel(ctx))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &stuck{reached: make(chan struct{}, 1), free: make(chan struct{})}
			var loops heartbeat.Loops
			loop := loops.Watch(name, 0) // stuck as soon as a turn takes time
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { run(ctx, t, s, loop); close(ended) }()
			select {
			case <-s.reached:
			case <-time.After(time.Minute):
				t.Fatal("the loop never came to its work")
			}
			for deadline := time.Now().Add(time.Minute); len(loops.Stuck()) == 0; {
				if time.Now().After(deadline) {
					t.Fatal("nobody noticed")
				}
			}
			cancel()
			close(s.free)
			<-ended
			if reasons := loops.Stuck(); len(reasons) > 0 {
				t.Errorf("it has ended, and yet: %q", reasons)
			}
		})
	}
}
