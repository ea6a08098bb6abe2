// Package console is a person in the sandbox's workspace at a prompt, or whose lines are typed
// for them. It does not know who serves the workspace.
package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"azeer-slack/sandbox"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack"
)

const (
	// connectLimit is how long the bot may take to connect to the sandbox.
	connectLimit = 15 * time.Second
	// answerLimit is how long a command may take until it is answered.
	answerLimit = 15 * time.Second
)

// ErrQuit says that the person has left.
var ErrQuit = errors.New("quit")

// Session is one person at the keyboard of a workspace.
type Session struct {
	box    *sandbox.Sandbox
	out    *lineWriter
	me     *slack.Person
	place  string
	home   string // where one is at the beginning
	events chan record.Event
}

// New makes a session of that person, at that place, who reads out. stop ends it.
func New(ctx context.Context, box *sandbox.Sandbox, person, place string, out io.Writer) (s *Session, stop func()) {
	s = &Session{
		box: box, out: &lineWriter{out: out}, me: box.Slack.Person(person), place: place, home: place,
		events: make(chan record.Event, 1024),
	}
	ctx, cancel := context.WithCancel(ctx)
	unsubscribe := box.Subscribe(func(e record.Event) {
		select {
		case s.events <- e:
		case <-ctx.Done():
		}
	})
	return s, func() { cancel(); unsubscribe() }
}

// Print writes a text for the person.
func (s *Session) Print(text string) { s.out.print(text) }

// Watch lets events go by until ctx ends.
func (s *Session) Watch(ctx context.Context) {
	for {
		select {
		case <-s.events:
		case <-ctx.Done():
			return
		}
	}
}

// AwaitBot returns once the bot has a socket.
func (s *Session) AwaitBot(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	_, err := s.await(ctx, func(e record.Event) bool { return e.Kind == record.Connected })
	if err != nil {
		return fmt.Errorf("wait for the bot to connect: %w", err)
	}
	return nil
}

// await returns the next event that matches; others are dropped.
func (s *Session) await(ctx context.Context, match func(record.Event) bool) (record.Event, error) {
	for {
		select {
		case e := <-s.events:
			if match(e) {
				return e, nil
			}
		case <-ctx.Done():
			return record.Event{}, context.Cause(ctx)
		}
	}
}

// Say types each line and prints a transcript. It returns nil only if every line that
// wants an answer got one, and the bot broke none of Slack's rules.
func (s *Session) Say(ctx context.Context, lines []string) error {
	unanswered := 0
	for n, line := range lines {
		if n > 0 {
			s.out.print("\n")
		}
		act, err := s.read(line)
		if err != nil {
			return err
		}
		s.forget()
		start := time.Now()
		s.stamp(0, "typed", "by "+s.me.Handle()+" in "+s.place+": "+line)
		err = s.follow(ctx, act, func(e record.Event) { s.transcribe(start, e) })
		switch {
		case errors.Is(err, ErrQuit):
			return s.account(unanswered)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			s.stamp(time.Since(start), "✗", err.Error())
			unanswered++
		}
	}
	return s.account(unanswered)
}

// account says how it went, once all is said.
func (s *Session) account(unanswered int) error {
	broken := s.box.Breaches()
	for _, b := range broken {
		s.out.print(fmt.Sprintf("  ✗ the bot broke a rule: %s\n", b))
	}
	switch {
	case unanswered > 0:
		return fmt.Errorf("lines that were not answered: %d", unanswered)
	case len(broken) > 0:
		return fmt.Errorf("rules of Slack or Azeer that were broken: %d", len(broken))
	}
	return nil
}

// errUnanswered says that nothing came back within answerLimit.
var errUnanswered = errors.New("no answer came")

// follow does an action and shows every event until what is due has come.
func (s *Session) follow(ctx context.Context, act action, show func(record.Event)) error {
	if act.due == nothing {
		return act.do(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, answerLimit, errUnanswered)
	defer cancel()
	did := make(chan error, 1)
	go func() { did <- act.do(ctx) }()
	through := progress{who: s.me.Handle(), due: act.due}
	for !through.complete() {
		select {
		case e := <-s.events:
			show(e)
			through.note(e, s.answers(e))
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
func (s *Session) forget() {
	for {
		select {
		case <-s.events:
		default:
			return
		}
	}
}

// progress tells when an action is through: done, every envelope acknowledged, and answered.
type progress struct {
	who            string
	due            due
	sent, settled  int // envelopes
	done, answered bool
}

// answers tells whether what was seen is meant for the person at the keyboard, or is Slack's note on
// what they did there: not what an app posts for all, nor what becomes of it, as the card of an offer.
func (s *Session) answers(e record.Event) bool {
	m, found := s.message(e)
	return strings.HasPrefix(e.Where, "@") || found && (m.Ephemeral || e.Where == s.place && m.Via == slack.ViaJoin)
}

func (p *progress) note(e record.Event, answers bool) {
	switch e.Kind {
	case record.Delivered:
		p.sent++
	case record.Acked, record.Failed:
		p.settled++
	case record.Seen:
		p.answered = p.answered || e.Who == p.who && answers
	case record.Opened:
		p.answered = p.answered || e.Who == p.who && p.due == anything
	}
}

func (p *progress) complete() bool { return p.done && p.answered && p.settled >= p.sent }

// margin stands before each line of what a person reads.
const margin = "             │  "

// transcribe prints one event of a transcript.
func (s *Session) transcribe(start time.Time, e record.Event) {
	after := e.At.Sub(start)
	switch e.Kind {
	case record.Delivered:
		s.stamp(after, "delivered", "by Slack to the bot, over its socket")
	case record.Acked:
		s.stamp(after, "acknowledged", "by the bot")
	case record.Failed:
		s.stamp(after, "failed", "Slack shows: "+e.Text)
	case record.AzeerReceived:
		s.stamp(after, "azeer", "received "+e.Text)
	case record.Opened:
		s.stamp(after, "seen", "by "+e.Who+": a form")
		s.out.print(indent(e.Text, margin) + "\n")
	case record.Seen:
		s.stamp(after, "seen", "by "+e.Who+" in "+e.Where+s.privately(e))
		s.out.print(indent(e.Text, margin) + "\n")
	}
}

// privately says of a message whether somebody else can read it, too.
func (s *Session) privately(e record.Event) string {
	if m, found := s.message(e); found && m.Ephemeral {
		return " (only visible to " + e.Who + ")"
	}
	return ""
}

// message finds the message that somebody has seen.
func (s *Session) message(e record.Event) (m slack.Message, found bool) {
	who, ok := s.box.Slack.Find(e.Who)
	if !ok {
		return m, false
	}
	for _, m := range slices.Backward(who.Unseen()) {
		if m.Plain() == e.Text && m.Where == e.Where {
			return m, true
		}
	}
	return m, false
}

// stamp prints one line of the transcript.
func (s *Session) stamp(after time.Duration, what, text string) {
	milliseconds := float64(max(after, 0)) / float64(time.Millisecond)
	s.out.print(fmt.Sprintf("%8.1f ms  %-12s  %s\n", milliseconds, what, text))
}

const welcome = `A Slack workspace and an Azeer account in a box; nothing leaves this machine.
Type /assign 0544444444 omar@twerlo.com, or help.

`

// Prompt reads and does one line after another, and shows what the person sees. It
// returns nil at the end of the input, ErrQuit at "quit" and when ctx ends between two lines.
func (s *Session) Prompt(ctx context.Context, in io.Reader) error {
	s.out.print(welcome)
	lines := readLines(ctx, in)
	for {
		line, err := s.ask(ctx, lines)
		if err == nil {
			err = s.obey(ctx, line)
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
func (s *Session) ask(ctx context.Context, lines <-chan string) (string, error) {
	prompt := s.me.Handle() + " in " + s.place + "> "
	s.out.print(prompt)
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				s.out.print("\n")
				return "", io.EOF
			}
			return line, nil
		case e := <-s.events:
			if s.visible(e) {
				s.out.print("\r")
				s.look(e)
				s.out.print(prompt)
			}
		case <-ctx.Done(): // Ctrl-C at a prompt is a way of leaving
			s.out.print("\n")
			return "", ErrQuit
		}
	}
}

// obey does one line of the prompt. Its error ends the demo; mistakes are shown.
func (s *Session) obey(ctx context.Context, line string) error {
	if strings.TrimSpace(line) == "" {
		return nil
	}
	act, err := s.read(line)
	if err == nil {
		err = s.follow(ctx, act, s.look)
	}
	switch {
	case errors.Is(err, ErrQuit):
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		s.out.print(fmt.Sprintf("  ✗ %v\n", err))
	}
	return nil
}

// visible tells whether the person at the prompt sees e.
func (s *Session) visible(e record.Event) bool {
	return e.Who == s.me.Handle() &&
		(e.Kind == record.Failed || e.Kind == record.Opened || e.Kind == record.Seen)
}

// look shows an event if the person sees it.
func (s *Session) look(e record.Event) {
	if !s.visible(e) {
		return
	}
	switch e.Kind {
	case record.Failed:
		s.out.print("  ✗ Slack shows: " + e.Text + "\n")
	case record.Opened:
		s.out.print("  a form\n" + indent(e.Text, "  │ ") + "\n")
	case record.Seen:
		s.out.print("  " + e.Where + s.privately(e) + "\n" + indent(e.Text, "  │ ") + "\n")
	}
}

// readLines reads in to its end, in lines of up to 64 KB; the channel is closed there.
func readLines(ctx context.Context, in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(in); scanner.Scan(); {
			select {
			case lines <- strings.ToValidUTF8(scanner.Text(), "\uFFFD"):
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}
