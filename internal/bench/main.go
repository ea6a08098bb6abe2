// Command bench measures, side by side and in turns, what a command costs: an echo that
// only acknowledges, the same with one append and sync, a plain slack-go bot that stores
// nothing, and this program on SQLite. Each is a process of its own and measured from
// outside; Slack and Azeer are a load generator in this process. It prints a table in
// Markdown, ratios first. Linux only, since it reads /proc.
//
// None of the program's packages are in here, but for the tests.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

func main() {
	o, err := readOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = inFolder(o.parent, o.run)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are what the command line asks for.
type options struct {
	plan
	profiles string // folder; empty: measure
	parent   string
}

func readOptions(args []string) (options, error) {
	o := options{plan: whole}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	short := flags.Bool("quick", false, "one short round, in under 20 s: to see that it works, not to quote")
	flags.StringVar(&o.profiles, "profile", "", "instead, write profiles of the program alone at 150 commands a second into this `folder`")
	flags.StringVar(&o.parent, "dir", "", "`folder` on the disk to measure (default: that for temporary files)")
	flags.IntVar(&o.rounds, "rounds", o.rounds, "how many rounds, `n`")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if *short {
		o.plan = quick
	}
	if o.rounds < 1 || flags.NArg() > 0 {
		return o, errors.New("want at least one round, and nothing but flags: see -help")
	}
	return o, nil
}

func (o options) run(folder string) error {
	if o.profiles != "" {
		return profile(folder, o.profiles)
	}
	return compare(o.plan, folder)
}

// inFolder gives do a folder for its time.
func inFolder(parent string, do func(string) error) (err error) {
	folder, err := os.MkdirTemp(parent, "bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	return do(folder)
}

// compare measures all and prints the table.
func compare(p plan, folder string) error {
	began := time.Now()
	if err := build(folder, nil, "cmd/azeer-slack", "internal/bench/plain", "internal/bench/echo"); err != nil {
		return err
	}
	before := load()
	rounds, err := p.measure(folder, folder, func(what string) { fmt.Fprintln(os.Stderr, what) })
	if err != nil {
		return err
	}
	fmt.Printf("%s, %s, %d cores, medians of %d rounds, %s; load before %s, after %s.\n\n", began.Format(time.DateOnly), runtime.Version(),
		runtime.NumCPU(), p.rounds, time.Since(began).Round(time.Second), before, load())
	write(os.Stdout, rounds)
	return nil
}

// load is the machine's load average of the last minute: above a few tenths before the
// start, other work was measured as well.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	average, _, _ := strings.Cut(string(text), " ")
	return average
}
