package bot_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/assign/phone"
	"azeer-slack/bot"
	"azeer-slack/bot/users"
	"azeer-slack/bot/workflow"
	"azeer-slack/journal/memory"
	"azeer-slack/sandbox"
	"azeer-slack/sandbox/record"
	fakeslack "azeer-slack/sandbox/slack"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// broken is a service that panics, holding what must not be logged.
type broken struct{ *agent.Directory }

func (broken) Accept(_ context.Context, r assign.Request) (assign.Assignment, assign.Acceptance, error) {
	panic("cannot assign " + r.Contact.Digits())
}

func (b broken) AcceptBatch(_ context.Context, requests []assign.Request) ([]assign.Entry, error) {
	panic("cannot assign " + requests[0].Contact.Digits())
}

func (broken) StopBatch(context.Context, int64) (int, error) { panic("cannot stop") }

func (broken) Latest(context.Context, phone.Number) (assign.Assignment, bool, error) {
	return assign.Assignment{}, false, nil
}

func (broken) OnDuty(context.Context, string) (duty.Found, []duty.Load, int, error) {
	return duty.Found{}, nil, -1, duty.ErrNoGroup
}

// ownerless is a journal that panics when it is asked who owns a contact: for many contacts at a time, on goroutines
// beside that of the call.
type ownerless struct{ *memory.Journal }

func (ownerless) Owner(context.Context, phone.Number) (assign.Assignment, bool, error) {
	panic("cannot tell the owner")
}

// nobody lists no agents, and knows that there are no more.
type nobody struct{}

func (nobody) Agents(context.Context) ([]agent.Agent, bool, error) { return nil, false, nil }

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestAPanicIsAnsweredAndHarmsNothingElse(t *testing.T) {
	manifest, err := os.ReadFile("../manifest.workflow.yaml")
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.Start(sandbox.Config{Manifest: manifest})
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	api := slack.New(fakeslack.BotToken, slack.OptionAppLevelToken(fakeslack.AppToken), slack.OptionAPIURL(box.Slack.APIURL()))
	var logs safeBuffer
	people := users.New(api, nil, zerolog.Nop())
	directory := agent.NewDirectory(nobody{}, people, agent.DirectoryConfig{})
	b, err := bot.New(api, broken{directory}, ownerless{memory.New()}, directory, people, bot.Config{Connections: 1, Logger: zerolog.New(&logs)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	up := make(chan struct{}, 16)
	defer box.Subscribe(func(e record.Event) {
		if e.Kind == record.Connected {
			up <- struct{}{}
		}
	})()
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	<-up

	manager := box.Slack.Person("manager")
	many := "/assign"
	for n := range 30 {
		many += fmt.Sprintf(" 05444444%02d", n)
	}
	for _, line := range []string{"/assign 0544444444 omar@twerlo.com", many + " omar@twerlo.com", "/assign help"} {
		if d := manager.Command("#support", line); d.Shown != "" {
			t.Fatalf("%s shows %q", line, d.Shown)
		}
	}
	for _, want := range []string{"Something went wrong in this app", "Something went wrong in this app", "assign a WhatsApp contact"} {
		m, err := manager.See(ctx, func(fakeslack.Message) bool { return true })
		if err != nil || !strings.Contains(m.Plain(), want) {
			t.Fatalf("read %q (%v), want %q", m.Plain(), err, want)
		}
		if _, reference, ok := strings.Cut(m.Plain(), "quote reference "); ok && !strings.Contains(logs.String(), reference[:8]) {
			t.Errorf("the log lacks the reference of %q:\n%s", m.Plain(), logs.String())
		}
	}
	e, err := box.Slack.RunStep("manager", workflow.Callback, map[string]any{"contact": "0544444444", "agent": "omar@twerlo.com"})
	if err != nil {
		t.Fatal(err)
	}
	if e, err = box.Slack.Await(ctx, e.ID); err != nil || !strings.Contains(e.Error, "Something went wrong in this app") {
		t.Errorf("the step ended with %+v (%v)", e, err)
	}
	if strings.Contains(logs.String(), "966544444444") {
		t.Errorf("the log holds the number:\n%s", logs.String())
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("stopped with %v", err)
	}
	for _, breach := range box.Breaches() {
		t.Error(breach)
	}
}
