package bot_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/bot"
	"azeer-slack/bot/users"
	"azeer-slack/journal/memory"
	"azeer-slack/sandbox"
	"azeer-slack/sandbox/record"
	fakeslack "azeer-slack/sandbox/slack"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// sluggish is a journal that has not answered in time once, and then answers with err.
type sluggish struct {
	*memory.Journal
	err   error
	asked int
}

func (s *sluggish) List(ctx context.Context, q assign.Query) ([]assign.Assignment, error) {
	if s.asked++; s.asked == 1 {
		return nil, context.DeadlineExceeded
	}
	if s.err != nil {
		return nil, s.err
	}
	return s.Journal.List(ctx, q)
}

// A journal that takes its time does not keep the command waiting: it is acknowledged, and
// answered by response URL, whatever the answer is.
func TestASlowJournalIsNotWaitedFor(t *testing.T) {
	for want, err := range map[string]error{"You have no requests": nil, "can't read the history": errors.New("disk on fire")} {
		t.Run(want, func(t *testing.T) {
			box, ctx := lookedUpIn(t, &sluggish{Journal: memory.New(), err: err})
			manager := box.Slack.Person("manager")
			if d := manager.Command("#support", "/assign mine"); d.Shown != "" || d.Reply != nil {
				t.Errorf("shows %q, replies %v", d.Shown, d.Reply)
			}
			m, err := manager.See(ctx, func(fakeslack.Message) bool { return true })
			if err != nil || !strings.Contains(m.Plain(), want) || m.Via != fakeslack.ViaResponseURL {
				t.Errorf("read %q by %s (%v)", m.Plain(), m.Via, err)
			}
		})
	}
}

// lookedUpIn runs a bot that looks into a history, in a workspace of its own.
func lookedUpIn(t *testing.T, history assign.History) (*sandbox.Sandbox, context.Context) {
	t.Helper()
	return servedBy(t, func(d *agent.Directory) bot.Service { return broken{d} }, history)
}

// servedBy runs a bot on a service, in a workspace of its own.
func servedBy(t *testing.T, service func(*agent.Directory) bot.Service, history assign.History) (*sandbox.Sandbox, context.Context) {
	t.Helper()
	manifest, err := os.ReadFile("../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.Start(sandbox.Config{Manifest: manifest})
	if err != nil {
		t.Fatal(err)
	}
	api := slack.New(fakeslack.BotToken, slack.OptionAppLevelToken(fakeslack.AppToken), slack.OptionAPIURL(box.Slack.APIURL()))
	people := users.New(api, nil, zerolog.Nop())
	directory := agent.NewDirectory(nobody{}, people, agent.DirectoryConfig{})
	b, err := bot.New(api, service(directory), history, directory, people, bot.Config{Connections: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	up := make(chan struct{}, 16)
	box.Subscribe(func(e record.Event) {
		if e.Kind == record.Connected {
			up <- struct{}{}
		}
	})
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("stopped with %v", err)
		}
		for _, breach := range box.Breaches() {
			t.Error(breach)
		}
		_ = box.Close()
	})
	<-up
	return box, ctx
}
