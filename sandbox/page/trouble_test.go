package page

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"azeer-slack/sandbox/slack"
)

// turn turns a switch at the page and returns how the switches stand.
func (d *fixture) turn(name string, on bool) Trouble {
	d.Helper()
	d.must("manager", "trouble", map[string]any{"switch": name, "on": on})
	return d.state("manager").Trouble
}

func TestAzeerSwitches(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"down": 0, "429": 429, "401": 401, "unknown_agent": 404, "answer_lost": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newFixture(t, Config{}, slack.Limits{})
			if now := d.turn("azeer_"+name, true); now.Azeer != name {
				t.Errorf("%+v", now)
			}
			if got := d.assign(omarNumber, omarEmail); got != status {
				t.Errorf("Azeer answers %d, want %d", got, status)
			}
			if owner := d.box.Azeer.Owner(omarNumber); (owner != "") != (name == "answer_lost") {
				t.Errorf("the contact belongs to %q", owner)
			}
			if now := d.turn("azeer_"+name, false); now.Azeer != "none" {
				t.Errorf("%+v", now)
			}
			if got := d.assign(omarNumber, omarEmail); got != 200 {
				t.Errorf("well again, Azeer answers %d", got)
			}
		})
	}
}

func TestTurningAzeerWellLetsWaitingCallsGo(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"slow": 200, "hang": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newFixture(t, Config{}, slack.Limits{})
			d.turn("azeer_"+name, true)
			answered := make(chan int, 1)
			go func() { answered <- d.assign(omarNumber, omarEmail) }()
			if err := d.box.Azeer.WaitAssigns(testContext(t), 1); err != nil {
				t.Fatal(err)
			}
			d.turn("azeer_"+name, false)
			if got := <-answered; got != status {
				t.Errorf("answered %d, want %d", got, status)
			}
		})
	}
}

func TestAzeerHasOneTroubleAtATime(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.turn("azeer_down", true)
	if now := d.turn("azeer_401", true); now.Azeer != "401" {
		t.Errorf("%+v", now)
	}
	if got := d.assign(omarNumber, omarEmail); got != 401 {
		t.Errorf("Azeer answers %d", got)
	}
	if now := d.turn("azeer_down", false); now.Azeer != "401" {
		t.Errorf("turning off what is off changed %+v", now)
	}
}

func TestATurnIsMarkedOnce(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	for range 3 {
		d.turn("azeer_slow", true)
	}
	d.turn("azeer_slow", false)
	d.turn("azeer_slow", false)
	var marks []string
	for _, i := range d.state("manager").Interactions {
		if i.Kind != "trouble" || len(i.Steps) != 1 {
			t.Errorf("%+v", i)
		}
		marks = append(marks, i.What)
	}
	if got := strings.Join(marks, ", "); got != "Azeer takes 5 seconds for every answer, Azeer is well again" {
		t.Errorf("marked: %s", got)
	}
}

func TestPagesAreToldOfSwitches(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	other := d.listen("sara", d.state("sara").Seq)
	d.turn("azeer_down", true)
	if now := other.next("trouble").Trouble; now.Azeer != "down" || now.Bot != "none" {
		t.Errorf("told %+v", now)
	}
}

func TestUnknownSwitches(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	for _, name := range []string{"", "azeer_", "azeer_gone", "slack_gone", "bot_kill", "bot_start", "slack_refresh", "slack_silent"} {
		if out := d.act("manager", "trouble", map[string]any{"switch": name, "on": true}); out.OK || out.Error == "" {
			t.Errorf("%q: %+v", name, out)
		}
	}
}

func TestSlackRefreshesOneSocket(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{RefreshClose: time.Millisecond})
	d.app(func(envelope) any { return nil })
	d.app(func(envelope) any { return nil })
	events := d.listen("sara", d.state("sara").Seq)
	d.must("manager", "trouble", map[string]any{"switch": "slack_refresh"})
	for events.next("trouble").Trouble.Sockets != 1 {
	}
	d.must("manager", "command", map[string]any{"place": "#general", "line": "/assign"})
}

func TestSlackFallsSilent(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.app(func(envelope) any { return nil })
	if now := d.turn("slack_silent", true); !now.Slack.Silent || now.Sockets != 1 {
		t.Errorf("%+v", now)
	}
	if out := d.act("manager", "command", map[string]any{"place": "#general", "line": "/assign"}); out.Shown != slack.ShownDispatch {
		t.Errorf("%+v", out)
	}
	if now := d.turn("slack_silent", false); now.Slack.Silent {
		t.Errorf("%+v", now)
	}
	d.must("manager", "command", map[string]any{"place": "#general", "line": "/assign"})
}

func TestSilenceEndsWithItsSockets(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.app(func(envelope) any { return nil })
	d.turn("slack_silent", true)
	events := d.listen("sara", d.state("sara").Seq)
	d.box.Slack.Drop()
	for now := events.next("trouble").Trouble; now.Slack.Silent || now.Sockets != 0; now = events.next("trouble").Trouble {
	}
}

func TestSlackCountsItsLimits(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	if now := d.turn("slack_rate_limits", true); !now.Slack.RateLimits {
		t.Errorf("%+v", now)
	}
	if now := d.turn("slack_rate_limits", false); now.Slack.RateLimits {
		t.Errorf("%+v", now)
	}
}

func TestSlackRefusesAnswers(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	commands := make(chan envelope, 1)
	d.app(func(e envelope) any { commands <- e; return nil })
	if now := d.turn("slack_refuse_answers", true); !now.Slack.RefuseAnswers {
		t.Errorf("%+v", now)
	}
	d.must("manager", "command", map[string]any{"place": "#general", "line": "/assign"})
	url := (<-commands).Payload["response_url"].(string)
	if resp, err := client.Post(url, "application/json", strings.NewReader(`{"text":"x"}`)); err != nil || resp.StatusCode != 404 {
		t.Errorf("the response URL answers %v, %v", resp, err)
	} else {
		_ = resp.Body.Close()
	}
	if now := d.turn("slack_refuse_answers", false); now.Slack.RefuseAnswers {
		t.Errorf("%+v", now)
	}
	d.answer(url, "x")
}

// process is a bot that can be killed and started.
type process struct {
	mu                 sync.Mutex
	running            bool
	kills, starts      int
	wontDie, wontStart error
}

func (b *process) Running() bool { b.mu.Lock(); defer b.mu.Unlock(); return b.running }

func (b *process) Kill() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kills++
	b.running = b.wontDie != nil
	return b.wontDie
}

func (b *process) Start() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.starts++
	b.running = b.wontStart == nil
	return b.wontStart
}

func TestTheBotIsKilledAndStarted(t *testing.T) {
	t.Parallel()
	bot := &process{running: true}
	d := newFixture(t, Config{Bot: bot}, slack.Limits{})
	if now := d.state("manager").Trouble; now.Bot != "running" {
		t.Errorf("%+v", now)
	}
	for range 2 {
		if now := d.turn("bot_kill", true); now.Bot != "stopped" {
			t.Errorf("%+v", now)
		}
	}
	for range 2 {
		if now := d.turn("bot_start", true); now.Bot != "running" {
			t.Errorf("%+v", now)
		}
	}
	if bot.kills != 1 || bot.starts != 1 {
		t.Errorf("killed %d times, started %d times", bot.kills, bot.starts)
	}
	bot.wontDie = errors.New("not permitted")
	if out := d.act("manager", "trouble", map[string]any{"switch": "bot_kill"}); !strings.Contains(out.Error, "not permitted") {
		t.Errorf("%+v", out)
	}
}

func TestABotThatEndsByItselfIsShown(t *testing.T) {
	t.Parallel()
	bot := &process{running: true}
	d := newFixture(t, Config{Bot: bot}, slack.Limits{})
	events := d.listen("sara", d.state("sara").Seq)
	_ = bot.Kill()
	d.page.BotEnded("exit status 1")
	if i := events.next("interaction").Interaction; i.What != "The bot ended by itself: exit status 1" {
		t.Errorf("%+v", i)
	}
	if now := events.next("trouble").Trouble; now.Bot != "stopped" {
		t.Errorf("%+v", now)
	}
}

func TestOmarGoesOnHoliday(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	status := func() string {
		t.Helper()
		var got struct {
			User struct {
				Profile struct {
					Text string `json:"status_text"`
				} `json:"profile"`
			} `json:"user"`
		}
		d.api(slack.BotToken, "users.info", map[string]any{"user": d.box.Slack.Person(onHoliday).ID()}, &got)
		return got.User.Profile.Text
	}
	if now := d.turn("slack_holiday", true); !now.Slack.Holiday || status() != "On holiday" {
		t.Errorf("%+v, status %q", now, status())
	}
	if now := d.turn("slack_holiday", false); now.Slack.Holiday || status() != "" {
		t.Errorf("%+v, status %q", now, status())
	}
}
