package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	azeerslack "azeer-slack"
	"azeer-slack/internal/console"
	"azeer-slack/sandbox"

	"golang.org/x/term"
)

// demoPerson is who one is at the beginning, and demoPlace where.
const demoPerson, demoPlace = "manager", "#general"

func demoCommand(p *program, flags *flag.FlagSet) func(context.Context) int {
	var lines said
	var view pageFlags
	flags.Var(&lines, "say", "type `LINE` and print what happens; may be given several times; serves no page")
	view.declare(flags)
	return func(ctx context.Context) int {
		switch {
		case len(lines) > 0 && view.only:
			fmt.Fprint(p.errors, "azeer-slack demo: --say prints what happens, --page shows it in a browser: choose one\n")
			return exitUsage
		case len(lines) > 0:
			return p.demo(ctx, func(ctx context.Context, d *demo) error { return d.Say(ctx, lines) })
		case view.only:
			return p.pageDemo(ctx, view, p.untilTold)
		case !terminal(p.in):
			fmt.Fprint(p.errors, "azeer-slack demo: there is no terminal to type at. Let it type for you, or serve the page only:\n\n"+
				"    azeer-slack demo --say '/assign 0544444444 omar@twerlo.com'\n"+
				"    azeer-slack demo --page\n")
			return exitUsage
		}
		return p.pageDemo(ctx, view, func(ctx context.Context, d *demo) error { return d.Prompt(ctx, p.in) })
	}
}

// said are the lines of --say, in order.
type said []string

func (s *said) String() string { return strings.Join(*s, "; ") }

func (s *said) Set(line string) error {
	if strings.TrimSpace(line) == "" {
		return errors.New("there is nothing to say")
	}
	*s = append(*s, line)
	return nil
}

func terminal(in io.Reader) bool {
	f, ok := in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// demo is a workspace in a box, and one person at the keyboard. The journal may be kept in folder.
type demo struct {
	*console.Session
	box    *sandbox.Sandbox
	folder string
}

// demo starts the box and the bot, lets act play, and ends both.
func (p *program) demo(ctx context.Context, act func(context.Context, *demo) error) int {
	return p.stage(ctx, func(ctx context.Context, d *demo) error {
		return p.withBot(ctx, d, act)
	})
}

// stage starts the box, lets play bring a bot to it, and ends it.
func (p *program) stage(ctx context.Context, play func(ctx context.Context, d *demo) error) int {
	err := p.inBox(ctx, play)
	switch {
	case err == nil, errors.Is(err, console.ErrQuit):
		return exitDone
	case ctx.Err() != nil:
		fmt.Fprintln(p.errors, "azeer-slack demo: interrupted")
		return exitFault
	}
	fmt.Fprintf(p.errors, "azeer-slack demo: %v\n", err)
	return exitFault
}

func (p *program) inBox(ctx context.Context, play func(ctx context.Context, d *demo) error) error {
	box, err := sandbox.Start(sandbox.Config{Manifest: azeerslack.WorkflowManifest})
	if err != nil {
		return fmt.Errorf("start sandbox: %w", err)
	}
	folder, err := os.MkdirTemp("", "azeer-slack-demo-")
	if err != nil {
		return errors.Join(fmt.Errorf("make folder for the journal: %w", err), box.Close())
	}
	furnish(box)
	session, stop := console.New(ctx, box, demoPerson, demoPlace, p.out)
	err = play(ctx, &demo{session, box, folder})
	stop()
	return errors.Join(err, box.Close(), os.RemoveAll(folder))
}

// withBot runs the bot beside act and ends it afterwards.
func (p *program) withBot(ctx context.Context, d *demo, act func(context.Context, *demo) error) error {
	cfg, problems := readSettings(boxSettings(d.box, d.folder, nil))
	if len(problems) > 0 {
		return errors.New(strings.TrimSpace(explain(problems)))
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan error, 1)
	go func() {
		err := serve(ctx, cfg, cfg.logger(p.errors))
		ended <- err
		if err != nil {
			stop(fmt.Errorf("run bot: %w", err))
		}
	}()
	err := d.AwaitBot(ctx)
	if err == nil {
		err = act(ctx, d)
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	stop(nil)
	<-ended
	return err
}
