package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"azeer-slack/sandbox/record"
)

// say types each line and prints a transcript. It returns nil only if every line that
// wants an answer got one, and the bot broke none of Slack's rules.
func (d *demo) say(ctx context.Context, lines []string) error {
	unanswered := 0
	for n, line := range lines {
		if n > 0 {
			d.out.print("\n")
		}
		act, err := d.read(line)
		if err != nil {
			return err
		}
		d.forget()
		start := time.Now()
		d.stamp(0, "typed", "by "+d.me.Handle()+" in "+d.place+": "+line)
		err = d.follow(ctx, act, func(e record.Event) { d.transcribe(start, e) })
		switch {
		case errors.Is(err, errQuit):
			return d.account(unanswered)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			d.stamp(time.Since(start), "✗", err.Error())
			unanswered++
		}
	}
	return d.account(unanswered)
}

// account says how it went, once all is said.
func (d *demo) account(unanswered int) error {
	broken := d.box.Breaches()
	for _, b := range broken {
		d.out.print(fmt.Sprintf("  ✗ the bot broke a rule: %s\n", b))
	}
	switch {
	case unanswered > 0:
		return fmt.Errorf("lines that were not answered: %d", unanswered)
	case len(broken) > 0:
		return fmt.Errorf("rules of Slack or Azeer that were broken: %d", len(broken))
	}
	return nil
}

// errUnanswered says that nothing came back within demoAnswer.
var errUnanswered = errors.New("no answer came")

// follow does a deed and shows every event until what is due has come.
func (d *demo) follow(ctx context.Context, act deed, show func(record.Event)) error {
	if act.due == nothing {
		return act.do(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, demoAnswer, errUnanswered)
	defer cancel()
	did := make(chan error, 1)
	go func() { did <- act.do(ctx) }()
	through := progress{who: d.me.Handle(), due: act.due}
	for !through.complete() {
		select {
		case e := <-d.events:
			show(e)
			through.note(e)
		case err := <-did:
			wrong, back := errors.AsType[mistakes](err)
			if err != nil && !back {
				return err
			}
			through.done, through.answered = true, through.answered || back
			if back {
				show(record.Event{At: time.Now(), Kind: record.Opened, Who: through.who, Text: wrong.form})
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// forget drops events that belong to earlier lines.
func (d *demo) forget() {
	for {
		select {
		case <-d.events:
		default:
			return
		}
	}
}

// progress tells when a deed is through: done, every envelope acknowledged, and answered.
type progress struct {
	who            string
	due            due
	sent, settled  int // envelopes
	done, answered bool
}

func (p *progress) note(e record.Event) {
	switch e.Kind {
	case record.Delivered:
		p.sent++
	case record.Acked, record.Failed:
		p.settled++
	case record.Seen:
		p.answered = p.answered || e.Who == p.who
	case record.Opened:
		p.answered = p.answered || e.Who == p.who && p.due == anything
	}
}

func (p *progress) complete() bool { return p.done && p.answered && p.settled >= p.sent }

// margin stands before each line of what a person reads.
const margin = "             │  "

// transcribe prints one event of a transcript.
func (d *demo) transcribe(start time.Time, e record.Event) {
	after := e.At.Sub(start)
	switch e.Kind {
	case record.Delivered:
		d.stamp(after, "delivered", "by Slack to the bot, over its socket")
	case record.Acked:
		d.stamp(after, "acknowledged", "by the bot")
	case record.Failed:
		d.stamp(after, "failed", "Slack shows: "+e.Text)
	case record.AzeerReceived:
		d.stamp(after, "azeer", "received "+e.Text)
	case record.Opened:
		d.stamp(after, "seen", "by "+e.Who+": a form")
		d.out.print(indent(e.Text, margin) + "\n")
	case record.Seen:
		d.stamp(after, "seen", "by "+e.Who+" in "+e.Where+d.privately(e))
		d.out.print(indent(e.Text, margin) + "\n")
	}
}

// privately says of a message whether somebody else can read it, too.
func (d *demo) privately(e record.Event) string {
	who, ok := d.box.Slack.Find(e.Who)
	if !ok {
		return ""
	}
	for _, m := range slices.Backward(who.Unseen()) {
		if m.Plain() == e.Text && m.Where == e.Where && m.Ephemeral {
			return " (only visible to " + e.Who + ")"
		}
	}
	return ""
}

// stamp prints one line of the transcript.
func (d *demo) stamp(after time.Duration, what, text string) {
	milliseconds := float64(max(after, 0)) / float64(time.Millisecond)
	d.out.print(fmt.Sprintf("%8.1f ms  %-12s  %s\n", milliseconds, what, text))
}

const welcome = `A Slack workspace and an Azeer account in a box; nothing leaves this machine.
Type /assign 0544444444 omar@twerlo.com, or help.

`

// prompt reads and does one line after another, and shows what the person sees. It
// returns nil at the end of the input, errQuit at "quit" and when ctx ends between two lines.
func (d *demo) prompt(ctx context.Context, in io.Reader) error {
	d.out.print(welcome)
	lines := readLines(ctx, in)
	for {
		line, err := d.ask(ctx, lines)
		if err == nil {
			err = d.obey(ctx, line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// ask prompts for a line. What the person sees meanwhile is shown over the prompt,
// which is then written again.
func (d *demo) ask(ctx context.Context, lines <-chan string) (string, error) {
	prompt := d.me.Handle() + " in " + d.place + "> "
	d.out.print(prompt)
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				d.out.print("\n")
				return "", io.EOF
			}
			return line, nil
		case e := <-d.events:
			if d.visible(e) {
				d.out.print("\r")
				d.look(e)
				d.out.print(prompt)
			}
		case <-ctx.Done(): // Ctrl-C at a prompt is a way of leaving
			d.out.print("\n")
			return "", errQuit
		}
	}
}

// obey does one line of the prompt. Its error ends the demo; mistakes are shown.
func (d *demo) obey(ctx context.Context, line string) error {
	if strings.TrimSpace(line) == "" {
		return nil
	}
	act, err := d.read(line)
	if err == nil {
		err = d.follow(ctx, act, d.look)
	}
	switch {
	case errors.Is(err, errQuit):
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		d.out.print(fmt.Sprintf("  ✗ %v\n", err))
	}
	return nil
}

// visible tells whether the person at the prompt sees e.
func (d *demo) visible(e record.Event) bool {
	return e.Who == d.me.Handle() &&
		(e.Kind == record.Failed || e.Kind == record.Opened || e.Kind == record.Seen)
}

// look shows an event if the person sees it.
func (d *demo) look(e record.Event) {
	if !d.visible(e) {
		return
	}
	switch e.Kind {
	case record.Failed:
		d.out.print("  ✗ Slack shows: " + e.Text + "\n")
	case record.Opened:
		d.out.print("  a form\n" + indent(e.Text, "  │ ") + "\n")
	case record.Seen:
		d.out.print("  " + e.Where + d.privately(e) + "\n" + indent(e.Text, "  │ ") + "\n")
	}
}
