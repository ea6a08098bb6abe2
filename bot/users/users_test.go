package users

import (
	"context"
	"os"
	"testing"
	"time"

	"azeer-slack/bot/payload"
	"azeer-slack/sandbox"
	fakeslack "azeer-slack/sandbox/slack"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// slackWorld is a workspace, and a People that has not read it yet.
func slackWorld(t *testing.T) (*sandbox.Sandbox, *Users) {
	t.Helper()
	manifest, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.Start(sandbox.Config{Manifest: manifest})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	api := slack.New(fakeslack.BotToken, slack.OptionAPIURL(box.Slack.APIURL()))
	return box, New(api, nil, zerolog.Nop())
}

func TestTheLanguageIsThatOfTheLastReading(t *testing.T) {
	box, p := slackWorld(t)
	layla := box.Slack.Person("layla")
	if err := p.readMembers(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := p.Language(t.Context(), layla.ID()); got != "ar" {
		t.Errorf("layla reads %q", got)
	}
	layla.SetLocale("en-GB")
	if got := p.Language(t.Context(), layla.ID()); got != "ar" {
		t.Errorf("layla reads %q before the next reading", got)
	}
	if err := p.readMembers(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := p.Language(t.Context(), layla.ID()); got != "en" {
		t.Errorf("layla reads %q after it", got)
	}
	if n := len(box.Slack.APICalls("users.info")); n != 0 {
		t.Errorf("asked %d times for one person", n)
	}
}

func TestSomebodyIsLookedUpOnceForAll(t *testing.T) {
	box, p := slackWorld(t)
	layla := box.Slack.Person("layla").ID()
	for range 3 {
		if got := p.Language(t.Context(), layla); got != "ar" {
			t.Errorf("layla reads %q", got)
		}
		if s, err := p.MembershipOf(t.Context(), payload.Person{ID: layla}); s != member || err != nil {
			t.Errorf("layla is %v (%v)", s, err)
		}
	}
	if n := len(box.Slack.APICalls("users.info")); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// Whom Slack does not show is not asked for again for their language, but is where it
// matters who they are.
func TestWhomSlackHidesHasNoLanguage(t *testing.T) {
	box, p := slackWorld(t)
	for range 3 {
		if got := p.Language(t.Context(), "U0NOBODY"); got != "" {
			t.Errorf("nobody reads %q", got)
		}
	}
	if n := len(box.Slack.APICalls("users.info")); n != 1 {
		t.Errorf("asked %d times", n)
	}
	if s, err := p.MembershipOf(t.Context(), payload.Person{ID: "U0NOBODY"}); s != UnknownMembership || err == nil {
		t.Errorf("nobody is %v (%v)", s, err)
	}
}

func TestALanguageIsNotWaitedForForEver(t *testing.T) {
	box, p := slackWorld(t)
	box.Slack.SlowAPI("users.info", time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if got := p.Language(ctx, box.Slack.Person("layla").ID()); got != "" || ctx.Err() != nil {
		t.Errorf("layla reads %q (%v)", got, ctx.Err())
	}
}
