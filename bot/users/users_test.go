package users

import (
	"os"
	"testing"

	"azeer-slack/bot/payload"
	"azeer-slack/sandbox"
	fakeslack "azeer-slack/sandbox/slack"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// slackWorld is a workspace, and a Users that has met nobody in it yet.
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
