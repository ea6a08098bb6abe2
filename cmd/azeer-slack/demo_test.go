package main

import (
	"bytes"
	"context"
	"net"
	"regexp"
	"strings"
	"testing"
)

// demoed plays the demo with --say lines.
func demoed(t *testing.T, lines ...string) (code int, out, errs string) {
	t.Helper()
	args := []string{"demo"}
	for _, line := range lines {
		args = append(args, "--say", line)
	}
	return started(t, nil, args...)
}

// inOrder tells which of the parts is missing from text, or out of order.
func inOrder(text string, parts ...string) (missing string, ok bool) {
	for _, part := range parts {
		_, rest, found := strings.Cut(text, part)
		if !found {
			return part, false
		}
		text = rest
	}
	return "", true
}

func TestSayShowsTheWholeWay(t *testing.T) {
	code, out, errs := demoed(t, "/assign 0544444444 omar@twerlo.com", "azeer")
	if code != exitDone || errs != "" {
		t.Fatalf("exit code %d: %s\n%s", code, errs, out)
	}
	if missing, ok := inOrder(out, "typed", "manager in #general: /assign 0544444444 omar@twerlo.com",
		"delivered", "seen", "only visible to manager", "966 54 444 4444", "omar@twerlo.com",
		"966544444444 belongs to omar@twerlo.com"); !ok {
		t.Errorf("%q is missing or out of order in\n%s", missing, out)
	}
	for _, what := range []string{"acknowledged", "azeer         received"} {
		if !regexp.MustCompile(`(?m)^ +\d+\.\d ms  ` + what).MatchString(out) {
			t.Errorf("no line %q with its milliseconds in\n%s", what, out)
		}
	}
}

func TestSayTellsStories(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{"a mistake is mended in the form", []string{"/assign 12 omar@twerlo.com", "click fix", "form contact=0544444444", "azeer"},
			[]string{"[Fix in form]", "a form", "966 54 444 4444", "966544444444 belongs to omar@twerlo.com"}},
		{"the form shows its mistakes", []string{"form contact=12 agent=omar", "form contact=0544444444", "azeer"},
			[]string{"a form", "!", "966 54 444 4444", "966544444444 belongs to omar@twerlo.com"}},
		{"the form opens for half a line", []string{"/assign 0544444444", "form agent=sara", "azeer"},
			[]string{"a form", "0544444444", "966544444444 belongs to sara@twerlo.com"}},
		{"Arabic digits stay what they are", []string{"/assign ٠٥٤٤٤٤٤٤٤٤ omar@twerlo.com", "azeer"},
			[]string{"/assign ٠٥٤٤٤٤٤٤٤٤", "966544444444 belongs to omar@twerlo.com"}},
		{"somebody else, somewhere else", []string{"as sara", "in #vip", "/assign 0544444444 me"},
			[]string{"sara in #vip", "only visible to sara", "sara@twerlo.com"}},
		{"the app is invited", []string{"as sara", "in #vip", "/invite @azeer"}, []string{"was added to #vip by @Sara Ali."}},
		{"an offer is shown to all, and its answer to who made it", []string{"/assign offer 0544444444 VIP", "as omar", "click take", "azeer"},
			[]string{"Who takes this contact?", "only visible to manager", "Offered in #general", "only visible to omar", "966544444444 belongs to omar@twerlo.com"}},
		{"the intern may not", []string{"as intern", "/assign 0544444444 omar@twerlo.com"}, []string{"You are not on the list"}},
		{"contacts have owners at once", []string{"azeer"}, []string{"966544444444 belongs to noura@twerlo.com"}},
		{"quit ends it", []string{"/assign help", "quit", "/assign 12"}, []string{"only visible to manager"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := demoed(t, c.lines...)
			if code != exitDone {
				t.Fatalf("exit code %d: %s\n%s", code, errs, out)
			}
			if missing, ok := inOrder(out, c.want...); !ok {
				t.Errorf("%q is missing or out of order in\n%s", missing, out)
			}
		})
	}
}

func TestSayFailsWhenNotAllWasAnswered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, line, want string }{
		{"nonsense", "hello", `"hello" is not something to say here. You can say:`},
		{"nonsense is told who there is", "hello", "be somebody else: manager, sara, omar, layla, guest, partner, intern"},
		{"nonsense is told where", "hello", "#general, #support, #vip, #audit, @azeer"},
		{"a command that is not there", "/frobnicate", "not answered: 1"},
		{"a button that is not there", "click Launch", "not answered: 1"},
		{"a form field that is not there", "form phone=1", "not answered: 1"},
		{"somebody who is not there", "as nobody", "not answered: 1"},
		{"a place that is not there", "in #nowhere", "not answered: 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := demoed(t, c.line)
			if code != exitFault || !strings.Contains(errs, c.want) {
				t.Errorf("exit code %d, errors %s\n%s", code, errs, out)
			}
		})
	}
}

func TestPromptTakesOneLineAfterAnother(t *testing.T) {
	var out, errs bytes.Buffer
	p := program{out: &out, errors: &errs}
	lines := "\n/assign 0544444444 omar@twerlo.com\nfoo\nas layla\nin @azeer\nhelp\nazeer\nquit\n"
	code := p.demo(t.Context(), func(ctx context.Context, d *demo) error { return d.Prompt(ctx, strings.NewReader(lines)) })
	if code != exitDone || errs.Len() > 0 {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
	if missing, ok := inOrder(out.String(), "manager in #general> ", "only visible to manager", "966 54 444 4444",
		`"foo" is not something to say here`, "layla in #general> ", "layla in @azeer> ", "as NAME", "966544444444 belongs to omar@twerlo.com"); !ok {
		t.Errorf("%q is missing or out of order in\n%s", missing, out.String())
	}
}

func TestPromptEndsWithItsInput(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	p := program{out: &out, errors: &errs}
	code := p.demo(t.Context(), func(ctx context.Context, d *demo) error { return d.Prompt(ctx, strings.NewReader("")) })
	if code != exitDone {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		act  func(context.Context, *demo) error
		code int
		errs string
	}{
		{"at the prompt is a way of leaving", func(ctx context.Context, d *demo) error { return d.Prompt(ctx, neverEnding{}) }, exitDone, ""},
		{"while it types is a fault", func(ctx context.Context, d *demo) error { return d.Say(ctx, []string{"/assign help"}) }, exitFault, "interrupted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			p := program{out: &out, errors: &errs}
			ctx, interrupt := context.WithCancel(t.Context())
			code := p.demo(ctx, func(ctx context.Context, d *demo) error {
				interrupt()
				return c.act(ctx, d)
			})
			if code != c.code || !strings.Contains(errs.String(), c.errs) {
				t.Errorf("exit code %d: %s", code, errs.String())
			}
		})
	}
}

// neverEnding is a terminal at which nobody types.
type neverEnding struct{}

func (neverEnding) Read([]byte) (int, error) { select {} }

func TestDemoNamesABusyPort(t *testing.T) {
	w, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	t.Setenv("HTTP_ADDR", w.Addr().String())
	code, _, errs := demoed(t, "/assign help")
	if code != exitFault || !strings.Contains(errs, "HTTP_ADDR "+w.Addr().String()) {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

func TestDemoTakesNothingOfARealSetUp(t *testing.T) {
	t.Setenv("SLACK_BOT_TOKEN", "xoxb-real")
	t.Setenv("DATABASE_URL", "sqlite://real.db")
	t.Setenv("DEFAULT_REGION", "AE")
	find := demoSettings(map[string]string{"SLACK_BOT_TOKEN": "xoxb-sandbox"}, "/nowhere")
	for name, want := range map[string]string{
		"SLACK_BOT_TOKEN": "xoxb-sandbox", "DATABASE_URL": "sqlite:///nowhere/journal.db", "DEFAULT_REGION": "AE", "HTTP_ADDR": "",
	} {
		if got, _ := find(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
