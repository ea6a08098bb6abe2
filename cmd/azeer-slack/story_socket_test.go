package main

import (
	"errors"
	"strings"
	"testing"

	"azeer-slack/bot/slackcall"
	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

func TestTwoSocketsAreHeldAndRenewed(t *testing.T) {
	w := begin(t)
	first := w.Slack.Sockets()
	w.Slack.Refresh(first[0])
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	manager.reads("now belongs to")
	w.awaitSockets(2)
	w.Slack.Drop()
	w.awaitSockets(2)
	manager.types("#support", "/assign 0544444444 sara@twerlo.com")
	manager.reads("now belongs to", "Sara Ali")
}

func TestNothingIsLostRightBehindADisconnect(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"refresh_requested", "warning"} {
		t.Run(reason, func(t *testing.T) {
			w := begin(t)
			manager := w.person("manager")
			d := w.Slack.EnvelopeRightBehind(reason, func() *slack.Delivery {
				return manager.CommandAsync("#support", "/assign 0544444444 omar@twerlo.com")
			})
			if err := d.Wait(w.ctx); err != nil || d.Shown != "" {
				t.Fatalf("the command behind %s shows %q (%v)", reason, d.Shown, err)
			}
			manager.reads("now belongs to")
		})
	}
}

func TestWhatCannotBeMendedEndsTheProgram(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		break_     func(*world)
		code, cure string
	}{
		{"app token revoked", func(w *world) { w.Slack.RevokeAppToken() }, "invalid_auth", "SLACK_APP_TOKEN"},
		{"bot token revoked", func(w *world) { w.Slack.RevokeBotToken() }, "token_revoked", "SLACK_BOT_TOKEN"},
		{"scope missing", func(w *world) { w.Slack.SetScopes("commands", "chat:write") }, "missing_scope", "users:read.email"},
		{"Socket Mode off", func(w *world) { w.Slack.DisableLink() }, "link_disabled", "Socket Mode is switched off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := prepare(t)
			if c.code == "link_disabled" {
				w.run()
				c.break_(w)
			} else {
				c.break_(w)
				w.start()
			}
			w.endsWith(c.code, c.cure)
		})
	}
}

// endsWith waits for the program to end because Slack will not have it.
func (w *world) endsWith(code, cure string) {
	w.t.Helper()
	var err error
	select {
	case err = <-w.done:
		w.ended = true
	case <-w.ctx.Done():
		w.t.Fatal("it tries for ever")
	}
	var fatal *slackcall.Fatal
	if !errors.As(err, &fatal) || fatal.Code != code || !strings.Contains(fatal.Cure, cure) {
		w.t.Errorf("ended with %v, want %s and %q", err, code, cure)
	}
}

// met gives somebody of whom the bot knows who they are.
func (w *world) met(handle string) someone {
	w.t.Helper()
	p := w.person(handle)
	p.types("#support", "/assign help")
	p.reads("assign a WhatsApp contact")
	return p
}

func TestATokenTakenBackWhileItRunsEndsTheProgram(t *testing.T) {
	t.Parallel()
	t.Run("once it is not told who somebody is", func(t *testing.T) {
		w := begin(t)
		w.Slack.RevokeBotToken()
		manager := w.person("manager")
		manager.types("#support", "/assign 0544444444 omar@twerlo.com")
		manager.reads("could not tell me whether you can")
		w.endsWith("token_revoked", "SLACK_BOT_TOKEN")
	})
	t.Run("once a form does not open", func(t *testing.T) {
		w := begin(t)
		manager := w.met("manager")
		w.Slack.RevokeBotToken()
		manager.types("#support", "/assign 0544444444")
		manager.reads("Slack did not open the form")
		w.endsWith("token_revoked", "SLACK_BOT_TOKEN")
	})
	t.Run("once somebody's email is not told", func(t *testing.T) {
		w := begin(t)
		manager := w.met("manager")
		w.Slack.RevokeBotToken()
		manager.CommandAsync("#support", "/assign 0544444444 @omar")
		w.endsWith("token_revoked", "SLACK_BOT_TOKEN")
		w.owner("966544444444", "")
	})
	t.Run("but not at the word of one method", func(t *testing.T) {
		w := begin(t)
		w.Slack.FailAPI("views.open", 1, slack.Failure{Error: "no_permission"})
		manager := w.person("manager")
		manager.types("#support", "/assign 0544444444")
		m := manager.reads("Slack did not open the form")
		manager.Click(m, "Open the form")
		manager.form()
	})
}

func TestStoppingFinishesWhatIsInHand(t *testing.T) {
	w := begin(t)
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: 1e9})
	manager := w.person("manager")
	manager.types("#support", "/assign 0544444444 omar@twerlo.com")
	if err := w.Azeer.WaitCalls(w.ctx, 2); err != nil {
		t.Fatal(err)
	}
	if err := w.halt(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	manager.reads("now belongs to")
	w.owner("966544444444", "omar@twerlo.com")
}

func TestAnswersFindAWayWhenTheResponseURLFails(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	w.Slack.FailResponseURL(1, slack.Failure{Status: 503})
	manager.types("#general", "/assign 0544444444 omar@twerlo.com")
	if m := manager.reads("now belongs to"); m.Via != slack.ViaResponseURL {
		t.Errorf("answered by %s, want the response URL at the second try", m.Via)
	}
	w.Slack.FailResponseURL(-1, slack.Failure{Status: 404})
	manager.types("#general", "/assign 0544444444 sara@twerlo.com")
	if m := manager.reads("now belongs to"); m.Via != slack.ViaPostEphemeral {
		t.Errorf("answered by %s, want a private message in the channel", m.Via)
	}
	manager.types("#support", "/assign 0544444444 omar@twerlo.com") // where the bot is no member
	if m := manager.reads("now belongs to"); m.Via != slack.ViaPostMessage {
		t.Errorf("answered by %s, want a direct message", m.Via)
	}
}
