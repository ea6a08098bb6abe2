package check

import (
	"encoding/json"
	"strings"
	"testing"

	azeerslack "azeer-slack"
	"azeer-slack/sandbox"
	"azeer-slack/sandbox/page"
	"azeer-slack/sandbox/slack/webapi"

	"github.com/slack-go/slack"
)

type clear string

func (c clear) Reveal() string { return string(c) }

// atSandbox gives a doctor before whom Slack has taken the bot token.
func atSandbox(t *testing.T) (*sandbox.Sandbox, *doctor, *strings.Builder) {
	t.Helper()
	box, err := sandbox.Start(sandbox.Config{Manifest: azeerslack.Manifest})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	var out strings.Builder
	env := box.Env()
	return box, &doctor{
		Setup:  Setup{BotToken: clear(env["SLACK_BOT_TOKEN"]), AppToken: clear(env["SLACK_APP_TOKEN"]), SlackURL: env["SLACK_API_URL"], Language: "en", Region: "SA"},
		report: NewReport(&out), wrong: map[string]bool{}, who: &slack.AuthTestResponse{},
	}, &out
}

func TestEveryMessageAndViewIsShownToTheValidator(t *testing.T) {
	t.Parallel()
	box, d, out := atSandbox(t)
	samples, err := page.ReadGoldens(azeerslack.Goldens)
	if err != nil {
		t.Fatal(err)
	}
	d.examineMessages(t.Context())
	if !strings.HasPrefix(out.String(), "✓ Slack's validator takes all ") {
		t.Errorf("it says\n%s", out)
	}
	shown, batches := 0, batched(samples)
	for _, b := range batches {
		shown += len(b.samples)
	}
	if calls := len(box.Slack.APICalls("blocks.validate")); calls != len(batches) || shown != len(samples) || calls > len(samples)/3 {
		t.Errorf("%d of %d samples were shown in %d calls", shown, len(samples), calls)
	}
}

func TestWhatTheValidatorRefusesIsNamed(t *testing.T) {
	t.Parallel()
	_, d, out := atSandbox(t)
	fine := `{"text":"a","blocks":[{"type":"divider"}]}`
	wrong := `{"text":"a","blocks":[{"type":"divider"},{"type":"header","text":{"type":"plain_text","text":"` + strings.Repeat("x", 200) + `"}}]}`
	d.examineSamples(t.Context(), []page.Golden{
		{Name: "fine", Kind: "message", Lang: "en", JSON: json.RawMessage(fine)},
		{Name: "long", Kind: "message", Lang: "ar", JSON: json.RawMessage(wrong)},
		{Name: "bare", Kind: "view", Lang: "en", JSON: json.RawMessage(`{"type":"modal","blocks":[]}`)},
	})
	for _, want := range []string{
		"✗ Slack would refuse the message long (ar): must be less than 151 characters at /blocks/1/text/text\n    → report it",
		"✗ Slack would refuse the view bare (en): ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out.String(), "fine") {
		t.Errorf("a good one is named in\n%s", out)
	}
}

func TestAValidatorThatCannotBeAskedIsNoFault(t *testing.T) {
	t.Parallel()
	box, d, out := atSandbox(t)
	box.Slack.FailAPI("blocks.validate", 1, webapi.Failure{Error: "unknown_method"})
	d.examineMessages(t.Context())
	if want := "· the messages of the bot could not be shown to Slack's validator"; !strings.HasPrefix(out.String(), want) || !d.report.Well() {
		t.Errorf("no %q in\n%s", want, out)
	}
}

func TestWithoutABotTokenNothingIsShown(t *testing.T) {
	t.Parallel()
	_, d, out := atSandbox(t)
	d.who = nil
	d.examineMessages(t.Context())
	if !strings.Contains(out.String(), "skipped: the messages and views of the bot") {
		t.Errorf("it says\n%s", out)
	}
}
