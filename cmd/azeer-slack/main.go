// Command azeer-slack hands WhatsApp contacts to agents of the Azeer inbox from Slack.
//
// Here are the command line, the settings, the set-up doctor, the demo, and the wiring
// of the other packages to each other. What the program does lives in those: bot for
// Slack, assign for the heart, azeer for Azeer's API, journal for the record.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"azeer-slack/assign/agent"

	"golang.org/x/term"
)

// Exit codes.
const (
	exitDone  = 0
	exitFault = 1 // something went wrong while running
	exitUsage = 2 // the command line or the settings are wrong
)

func main() {
	ctx, stop := untilSignal(context.Background())
	defer stop()
	p := program{args: os.Args[1:], in: os.Stdin, out: os.Stdout, errors: os.Stderr, environment: environment, names: environmentNames}
	os.Exit(p.run(ctx))
}

// untilSignal gives a context that ends at the first SIGINT or SIGTERM, which asks for
// an orderly end. From then on the signals have their usual effect again: a second one
// ends the process at once.
func untilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// program is one run of azeer-slack: what it was told, and where it talks to.
type program struct {
	args        []string
	in          io.Reader
	out, errors io.Writer
	// environment gives the settings; its lookup works even beside an error.
	environment func() (lookup, error)
	// names gives all names that are set there; nil: they are not looked at.
	names func() []string
}

// command is one word of the command line.
type command struct {
	name, about string
	// Help is what `azeer-slack <name> --help` prints before the flags.
	help string
	// flags declares the command's flags, and gives what runs once they are parsed.
	flags func(*program, *flag.FlagSet) func(context.Context) int
}

func commands() []command {
	return []command{
		{"run", "talk to Slack and Azeer (also without a word)", runHelp, runCommand},
		{"demo", "try it on a Slack and an Azeer in a box: no account, no token, no network", demoHelp, demoCommand},
		{"check", "the set-up doctor: what is right, what is wrong, and the cure; changes nothing", checkHelp, checkCommand},
		{"version", "say which version this is", "Says which release this is, of which commit, and with which Go it was built.\n", versionCommand},
	}
}

// run carries out the command line and gives the exit code.
func (p *program) run(ctx context.Context) int {
	args := p.args
	name := "run"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	switch {
	case name == "help" && len(args) > 0:
		name, args = args[0], []string{"--help"}
	case name == "help", len(p.args) > 0 && isHelpFlag(p.args[0]):
		fmt.Fprint(p.out, overview())
		return exitDone
	case len(p.args) > 0 && (p.args[0] == "--version" || p.args[0] == "-version"):
		name, args = "version", nil
	}
	all := commands()
	n := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	if n < 0 {
		fmt.Fprintf(p.errors, "azeer-slack: there is no command %q%s\nThe commands are run, demo, check and version; see azeer-slack --help\n",
			name, didYouMean(name, all))
		return exitUsage
	}
	return p.carryOut(ctx, all[n], args)
}

func (p *program) carryOut(ctx context.Context, c command, args []string) int {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	start := c.flags(p, flags)
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(p.out, "azeer-slack %s: %s\n\n%s", c.name, c.about, c.help)
		flags.SetOutput(p.out)
		flags.PrintDefaults()
		return exitDone
	case err == nil && flags.NArg() > 0:
		err = fmt.Errorf("%q is one word too many", flags.Arg(0))
	}
	if err != nil {
		fmt.Fprintf(p.errors, "azeer-slack %s: %v\nSee azeer-slack %s --help\n", c.name, err, c.name)
		return exitUsage
	}
	return start(ctx)
}

// isAtTerminal tells whether any of the program's standard files is a terminal.
func (p *program) isAtTerminal() bool {
	for _, file := range []any{p.in, p.out, p.errors} {
		if f, ok := file.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			return true
		}
	}
	return false
}

func isHelpFlag(arg string) bool { return arg == "-h" || arg == "-help" || arg == "--help" }

// didYouMean offers the command that word is a slip for, if there is one.
func didYouMean(word string, all []command) string {
	for _, c := range all {
		if _, few := agent.EditDistance(word, c.name); few {
			return fmt.Sprintf("; did you mean %q?", c.name)
		}
	}
	return ""
}
