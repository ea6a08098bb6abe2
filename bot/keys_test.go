package bot_test

import (
	"context"
	"errors"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/bot"
	"azeer-slack/journal/memory"
	"azeer-slack/sandbox/slack"
)

// hesitant is a service that takes nothing before it is told to, and then refuses it.
type hesitant struct {
	broken
	asked, release chan struct{}
}

func (h hesitant) Accept(ctx context.Context, _ assign.Request) (assign.Assignment, assign.Acceptance, error) {
	h.asked <- struct{}{}
	select {
	case <-h.release:
	case <-ctx.Done():
	}
	return assign.Assignment{}, 0, errors.New("disk on fire")
}

// A key waits for nothing that the same person has asked for before; what they ask for
// after it still waits for that.
func TestAKeyIsAcknowledgedAtOnce(t *testing.T) {
	h := hesitant{asked: make(chan struct{}, 2), release: make(chan struct{})}
	box, ctx := servedBy(t, func(d *agent.Directory) bot.Service {
		h.broken = broken{d}
		return h
	}, memory.New())
	manager, sara := box.Slack.Person("manager"), box.Slack.Person("sara")
	manager.Command("#support", "/assign")
	form, err := manager.Form(ctx)
	if err != nil {
		t.Fatal(err)
	}
	first := manager.CommandAsync("#support", "/assign 0544444444 omar@twerlo.com")
	<-h.asked
	for _, key := range manager.Keys(form, "contact", "+971") {
		if err := key.Wait(ctx); err != nil || key.Shown != "" {
			t.Errorf("Slack shows %q (%v)", key.Shown, err)
		}
	}
	if !first.Acked.IsZero() {
		t.Error("the keys were acknowledged after the command")
	}
	second := manager.CommandAsync("#support", "/assign 0555555555 omar@twerlo.com")
	for range 5 { // which come after the second on the one socket there is
		sara.Command("#support", "/assign help")
	}
	if len(h.asked) > 0 {
		t.Error("the second command did not wait for the first")
	}
	close(h.release)
	for _, d := range []*slack.Delivery{first, second} {
		if err := d.Wait(ctx); err != nil {
			t.Fatal(err)
		}
	}
}
