package page

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// slowness is how long Azeer takes while it is slow: longer than a person waits without
// a word, shorter than an app waits before it gives up.
const slowness = 5 * time.Second

// switches remember what the page has done to the two sides. The zero value is ready.
type switches struct {
	mu      sync.Mutex // one turn after the other
	azeer   string     // "" is none
	limited bool
	refused bool
	holiday bool
}

// fault is one way in which Azeer can fail; only one holds at a time.
type fault struct {
	about string
	begin func(*azeer.Account) error
}

// faults by the names of Trouble.Azeer.
var faults = map[string]fault{
	"slow":          {"Azeer takes 5 seconds for every answer", everywhere(azeer.Misbehaviour{Latency: slowness})},
	"down":          {"Azeer is down", func(z *azeer.Account) error { return z.Down(true) }},
	"hang":          {"Azeer never answers", everywhere(azeer.Misbehaviour{Hang: true})},
	"429":           {"Azeer says: too many requests", assigns(refusal(http.StatusTooManyRequests, "Too many requests", "2"))},
	"401":           {"Azeer refuses the key", everywhere(refusal(http.StatusUnauthorized, "Unauthorized", ""))},
	"unknown_agent": {"Azeer knows no such agent", assigns(refusal(http.StatusNotFound, "agent not found", ""))},
	"answer_lost":   {"Azeer’s answers get lost", assigns(azeer.Misbehaviour{LostAnswer: true})},
}

func refusal(status int, message, retryAfter string) azeer.Misbehaviour {
	return azeer.Misbehaviour{Status: status, Body: fmt.Sprintf(`{"success":false,"message":%q}`, message), RetryAfter: retryAfter}
}

func assigns(m azeer.Misbehaviour) func(*azeer.Account) error {
	return func(z *azeer.Account) error {
		z.Always(m)
		return nil
	}
}

func everywhere(m azeer.Misbehaviour) func(*azeer.Account) error {
	return func(z *azeer.Account) error {
		z.Always(m)
		z.AlwaysLists(m)
		return nil
	}
}

// trouble turns a switch:
//
//	azeer_slow azeer_down azeer_hang azeer_429 azeer_401 azeer_unknown_agent azeer_answer_lost
//	    of these, one at a time: turning one on turns the others off
//	slack_refresh       a push button: Slack recycles the oldest socket
//	slack_silent        every open socket falls silent; new ones are not
//	slack_rate_limits   Slack's rate limits hold
//	slack_refuse_answers  response URLs answer 404
//	slack_holiday       Omar is on holiday, by his status
//	bot_kill, bot_start push buttons: the app's process
//
// Turning a switch to where it stands does nothing.
func (p *Page) trouble(name string, on bool) error {
	p.switches.mu.Lock()
	changed, err := p.turn(name, on)
	p.switches.mu.Unlock()
	if changed != "" {
		p.timeline.mark(changed)
	}
	p.tellTrouble()
	return err
}

// turn does it, and says what is different now; empty: nothing.
func (p *Page) turn(name string, on bool) (changed string, err error) {
	if which, ok := strings.CutPrefix(name, "azeer_"); ok {
		return p.turnAzeer(which, on)
	}
	switch name {
	case "slack_refresh":
		return p.refresh()
	case "slack_silent":
		return p.silence(on)
	case "slack_rate_limits":
		return p.limit(on)
	case "slack_refuse_answers":
		return p.refuse(on)
	case "slack_holiday":
		return p.sendOnHoliday(on)
	case "bot_kill":
		return p.kill()
	case "bot_start":
		return p.start()
	}
	return "", fmt.Errorf("there is no switch %q", name)
}

// troubles tells how the switches stand.
func (p *Page) troubles() Trouble {
	s := &p.switches
	s.mu.Lock()
	now := Trouble{Azeer: s.azeer, Slack: SlackTrouble{RateLimits: s.limited, RefuseAnswers: s.refused, Holiday: s.holiday}, Bot: "none"}
	s.mu.Unlock()
	if now.Azeer == "" {
		now.Azeer = "none"
	}
	now.Slack.Silent = len(p.box.Slack.Muted()) > 0
	now.Sockets = p.box.Slack.Connections()
	if p.cfg.Bot != nil {
		now.Bot = "stopped"
		if p.cfg.Bot.Running() {
			now.Bot = "running"
		}
	}
	return now
}

// BotEnded tells the pages that the app's process has ended by itself, and why.
func (p *Page) BotEnded(why string) {
	p.timeline.mark("The bot ended by itself: " + why)
	p.tellTrouble()
}

func (p *Page) turnAzeer(which string, on bool) (string, error) {
	next, known := faults[which]
	s := &p.switches
	if !known {
		return "", fmt.Errorf("azeer has no such trouble; there are %s", strings.Join(slices.Sorted(maps.Keys(faults)), ", "))
	}
	if on == (s.azeer == which) { // also if another one is on: turning this off means nothing
		return "", nil
	}
	if err := p.cureAzeer(); err != nil {
		return "", err
	}
	if !on {
		return "Azeer is well again", nil
	}
	if err := next.begin(p.box.Azeer); err != nil {
		return "", err
	}
	s.azeer = which
	return next.about, nil
}

func (p *Page) cureAzeer() error {
	p.switches.azeer = ""
	p.box.Azeer.Behave()
	if err := p.box.Azeer.Down(false); err != nil {
		return fmt.Errorf("let azeer listen again: %w", err)
	}
	return nil
}

func (p *Page) refresh() (string, error) {
	sockets := p.box.Slack.Sockets()
	if len(sockets) == 0 {
		return "", errors.New("the bot has no socket that Slack could refresh")
	}
	p.box.Slack.Refresh(sockets[0])
	return "Slack refreshes a socket", nil
}

// silence acts on the sockets there are. The switch falls back by itself when the app
// has given them up.
func (p *Page) silence(on bool) (string, error) {
	held := len(p.box.Slack.Muted()) > 0
	switch {
	case on == held:
		return "", nil
	case !on:
		p.box.Slack.Unmute()
		return "Slack speaks again", nil
	case p.box.Slack.Connections() == 0:
		return "", errors.New("the bot has no socket that could fall silent")
	}
	p.box.Slack.Mute()
	return "Slack falls silent", nil
}

func (p *Page) limit(on bool) (string, error) {
	s := &p.switches
	if on == s.limited {
		return "", nil
	}
	s.limited = on
	p.box.Slack.RateLimits(on)
	if on {
		return "Slack counts its rate limits", nil
	}
	return "Slack counts its rate limits no more", nil
}

// onHoliday is who may go on holiday, where there is such a person.
const onHoliday = "omar"

func (p *Page) sendOnHoliday(on bool) (string, error) {
	person, ok := p.box.Slack.Find(onHoliday)
	if !ok {
		return "", fmt.Errorf("there is nobody called %q", onHoliday)
	}
	s := &p.switches
	if on == s.holiday {
		return "", nil
	}
	s.holiday = on
	if on {
		person.SetStatus("On holiday", ":palm_tree:", time.Time{})
		return "Omar is on holiday", nil
	}
	person.SetStatus("", "", time.Time{})
	return "Omar is back from holiday", nil
}

func (p *Page) refuse(on bool) (string, error) {
	s := &p.switches
	if on == s.refused {
		return "", nil
	}
	s.refused = on
	if on {
		p.box.Slack.FailResponseURL(-1, slack.Failure{Status: http.StatusNotFound, Error: "expired_url"})
		return "Slack refuses answers by response URL", nil
	}
	p.box.Slack.FailResponseURL(0, slack.Failure{})
	return "Slack takes answers by response URL again", nil
}

var errNoProcess = errors.New("the bot is no process of its own here; start the page with azeer-slack demo")

func (p *Page) kill() (string, error) {
	switch bot := p.cfg.Bot; {
	case bot == nil:
		return "", errNoProcess
	case !bot.Running():
		return "", nil
	default:
		if err := bot.Kill(); err != nil {
			return "", fmt.Errorf("kill the bot: %w", err)
		}
		return "The bot is killed", nil
	}
}

func (p *Page) start() (string, error) {
	switch bot := p.cfg.Bot; {
	case bot == nil:
		return "", errNoProcess
	case bot.Running():
		return "", nil
	default:
		if err := bot.Start(); err != nil {
			return "", fmt.Errorf("start the bot: %w", err)
		}
		return "The bot is started", nil
	}
}
