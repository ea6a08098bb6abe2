package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"azeer-slack/internal/check"
	"azeer-slack/sandbox"
	"azeer-slack/sandbox/slack"
)

// rehearsed runs check with args while somebody plays their part, and gives what it said.
func rehearsed(t *testing.T, answer string, play func(ctx context.Context, box *sandbox.Sandbox, p *slack.Person), args ...string) (code int, out string, box *sandbox.Sandbox) {
	t.Helper()
	box, values := setUp(t)
	values["DATABASE_URL"] = "sqlite://" + t.TempDir() + "/journal.db"
	sara := box.Slack.Person("sara")
	var stdout, stderr bytes.Buffer
	p := program{args: append([]string{"check", "--rehearse", sara.ID()}, args...), in: strings.NewReader(answer), out: &stdout, errors: &stderr,
		environment: func() (lookup, error) { return from(values), nil }}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	played := make(chan struct{})
	go func() { defer close(played); play(ctx, box, sara) }()
	code = p.run(ctx)
	<-played
	return code, stdout.String() + stderr.String(), box
}

// playAll does all that the message asks for.
func playAll(t *testing.T) func(context.Context, *sandbox.Sandbox, *slack.Person) {
	return func(ctx context.Context, _ *sandbox.Sandbox, p *slack.Person) {
		m, err := p.See(ctx, func(m slack.Message) bool { return strings.Contains(m.Plain(), "A rehearsal of azeer-slack") })
		if err != nil {
			t.Errorf("no message: %v", err)
			return
		}
		for _, label := range []string{"Press me", "اضغط هنا", "And me · وأنا أيضًا", "Open the form · فتح النموذج"} {
			if d := p.Click(m, label); d.Err != nil || d.Shown != "" {
				t.Errorf("%s: %v %s", label, d.Err, d.Shown)
			}
		}
		form, err := p.Form(ctx)
		if err != nil {
			t.Errorf("no form: %v", err)
			return
		}
		p.Type(form, "rehearse_menu", "")
		if d := p.Submit(form, map[string]string{"rehearse_menu": "ليلى أحمد"}); d.Err != nil || d.Shown != "" {
			t.Errorf("submit: %v %s", d.Err, d.Shown)
		}
	}
}

func TestARehearsalWithARealPerson(t *testing.T) {
	t.Parallel()
	code, out, box := rehearsed(t, "", playAll(t))
	if code != exitDone || strings.Contains(out, "✗") {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{
		"✓ a socket is up", "✓ the message was sent", "✓ the button Press me", "✓ the button اضغط هنا", "✓ the button And me",
		"✓ the form opened", "✓ the form's menu asked for names", "✓ the form came back", "✓ the message was changed at the end", "All is well",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	awaitSockets(t.Context(), t, box, func(n int) bool { return n == 0 })
	if n := len(box.Azeer.Owners()); n != 0 {
		t.Errorf("%d contacts have an owner", n)
	}
}

func TestARehearsalAssignsOnlyWhereItMay(t *testing.T) {
	t.Parallel()
	for answer, owner := range map[string]string{"y\n": "omar@twerlo.com", "\n": "", "yeah\n": ""} {
		_, out, box := rehearsed(t, answer, playAll(t), "--contact", "0544444444", "--agent", "omar@twerlo.com")
		if got := box.Azeer.Owner("966544444444"); got != owner {
			t.Errorf("after %q the contact belongs to %q\n%s", answer, got, out)
		}
		want := "· no contact was assigned"
		if owner != "" {
			want = "✓ Azeer took the assignment"
		}
		if !strings.Contains(out, want) || !strings.Contains(out, "Assign +966 54 444 4444 to omar@twerlo.com in Azeer now?") {
			t.Errorf("after %q no %q in\n%s", answer, want, out)
		}
	}
}

func TestARehearsalTellsWhatWasNotSeen(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	sara := box.Slack.Person("sara")
	p := program{environment: func() (lookup, error) { return from(values), nil }}
	var out bytes.Buffer
	report := check.NewReport(&out)
	go func() {
		m, err := sara.See(t.Context(), func(m slack.Message) bool { return strings.Contains(m.Plain(), "A rehearsal") })
		if err != nil {
			t.Errorf("no message: %v", err)
			return
		}
		sara.Click(m, "Press me")
		if d := box.Slack.Person("omar").Command("#general", "/assign help"); !strings.Contains(string(d.AckPayload), "nothing was done") {
			t.Errorf("somebody else reads %s", d.AckPayload)
		}
	}()
	check.Rehearse(t.Context(), p.setup(), check.Rehearsal{User: sara.ID(), Limit: 2 * time.Second}, report)
	for _, want := range []string{"✓ the button Press me", "✗ not seen: the button اضغط هنا", "✗ not seen: the form came back", "→ was Send pressed?"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

func TestARehearsalWithNobody(t *testing.T) {
	t.Parallel()
	_, values := setUp(t)
	code, out, _ := started(t, values, "check", "--rehearse", "U0NOBODY0")
	if code != exitFault || !strings.Contains(out, "✗ the message could not be sent") || !strings.Contains(out, "give the member id") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	values["SLACK_BOT_TOKEN"] = "xoxb-wrong"
	if _, out, _ := started(t, values, "check", "--rehearse", "U0NOBODY0"); !strings.Contains(out, "– skipped: the rehearsal") {
		t.Errorf("it says\n%s", out)
	}
	for _, args := range [][]string{{"--rehearse", "sara"}, {"--contact", "0544444444"}, {"--rehearse", "U0NOBODY0", "--agent", "omar@twerlo.com"}} {
		if code, _, errs := started(t, values, append([]string{"check"}, args...)...); code != exitUsage || !strings.Contains(errs, "check --help") {
			t.Errorf("%q: exit code %d, %s", args, code, errs)
		}
	}
}

func TestCheckForMachines(t *testing.T) {
	t.Parallel()
	_, values := setUp(t)
	delete(values, "AZEER_API_KEY")
	code, out, _ := started(t, values, "check", "--json")
	var said struct {
		OK             bool
		Wrong, Skipped int
		Findings       []check.Finding
	}
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if code != exitFault || said.OK || said.Wrong != 1 || said.Skipped != 1 || len(said.Findings) < 10 {
		t.Errorf("exit code %d, %+v", code, said)
	}
	if f := said.Findings[0]; f.Part != "settings" || f.Status != check.Wrong || f.What != "AZEER_API_KEY is missing" || !strings.Contains(f.Cure, "get it:") {
		t.Errorf("first comes %+v", f)
	}
}

func TestARehearsalTellsOfAnotherCopy(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	values["HTTP_ADDR"], values["DATABASE_URL"] = "", "sqlite://"+t.TempDir()+"/journal.db"
	run, _ := child(t, values)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	awaitConnection(t.Context(), t, box)
	p := program{environment: func() (lookup, error) { return from(values), nil }}
	var out bytes.Buffer
	check.Rehearse(t.Context(), p.setup(), check.Rehearsal{User: box.Slack.Person("sara").ID(), Limit: time.Second}, check.NewReport(&out))
	if want := "· another copy of the bot is running"; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in\n%s", want, &out)
	}
	_ = run.Process.Kill()
	_ = run.Wait()
}
