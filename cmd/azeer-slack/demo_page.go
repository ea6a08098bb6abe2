package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	azeerslack "azeer-slack"
	"azeer-slack/internal/botprocess"
	"azeer-slack/sandbox/page"
)

// pageAddr is where the page is, if nobody else is there.
const pageAddr = "127.0.0.1:4390"

// pageFlags say how the demo shows its page.
type pageFlags struct {
	only      bool // the page without a prompt
	noBrowser bool
	addr      pageAddress
}

func (f *pageFlags) declare(flags *flag.FlagSet) {
	f.addr = pageAddr
	flags.BoolVar(&f.only, "page", false, "serve the page only, without a prompt, until Ctrl-C or SIGTERM")
	flags.Var(&f.addr, "addr", "serve the page at `HOST:PORT`: on 127.0.0.1 to this machine only, on 0.0.0.0 to whoever can reach it; "+
		"a free port if that one is busy")
	flags.BoolVar(&f.noBrowser, "no-browser", false, "do not open the page in the browser")
}

// pageAddress is where the page is served. Its host says who can use it.
type pageAddress string

func (a *pageAddress) String() string { return string(*a) }

func (a *pageAddress) Set(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	switch {
	case err != nil:
		return errors.New("it is no host:port, such as " + pageAddr)
	case host == "":
		return errors.New("name the host: 127.0.0.1 serves this machine only, 0.0.0.0 whoever can reach it")
	}
	*a = pageAddress(addr)
	return nil
}

// reachable tells whether other machines can use the page.
func (a *pageAddress) reachable() bool {
	host, _, err := net.SplitHostPort(string(*a))
	return err == nil && !loopback(host)
}

// pageDemo is demo with the page, and with the bot as a process of its own.
func (p *program) pageDemo(ctx context.Context, f pageFlags, act func(context.Context, *demo) error) int {
	return p.stage(ctx, func(ctx context.Context, d *demo) error {
		return p.withPage(ctx, d, f, act)
	})
}

// inherited are the names in the environment that the bot's process gets besides its
// settings: what the system and the Go runtime need, and no token that may lie about.
// Names that end in * stand for all that begin so.
var inherited = []string{
	"PATH", "HOME", "TMPDIR", "TMP", "TEMP", "TZ", "LANG", "LC_*", "SYSTEMROOT",
	"GOMAXPROCS", "GOMEMLIMIT", "GOGC", "GODEBUG", "GOTRACEBACK", "GOCOVERDIR",
}

// botEnvironment is the whole environment of the bot's process: settings, and of the
// given environment what is inherited.
func botEnvironment(find lookup, environ []string) []string {
	values := map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if slices.ContainsFunc(inherited, func(pattern string) bool {
			prefix, open := strings.CutSuffix(pattern, "*")
			return name == pattern || open && strings.HasPrefix(name, prefix)
		}) {
			values[name] = value
		}
	}
	for _, s := range settings {
		if value, ok := find(s.name); ok {
			values[s.name] = value
		}
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, name+"="+values[name])
	}
	return all
}

// withPage serves the page and runs the bot beside act, and ends both afterwards.
func (p *program) withPage(ctx context.Context, d *demo, f pageFlags, act func(context.Context, *demo) error) (err error) {
	bot, err := botprocess.New(d.folder, botEnvironment(audited(d.box, d.folder), os.Environ()), p.errors)
	if err != nil {
		return err
	}
	site := page.New(d.box, page.Config{Bot: bot, Goldens: azeerslack.Goldens, Notes: map[string]string{intern: "May not assign"},
		Reachable: f.addr.reachable()})
	defer func() {
		d.box.Azeer.Behave() // nobody waits any more for what hangs
		err = errors.Join(err, bot.Stop(), site.Close())
	}()
	url, err := p.listenForBrowsers(site, f.addr)
	if err != nil {
		return err
	}
	if err := d.startBot(ctx, bot); err != nil {
		return err
	}
	bot.OnEnd(func(why string) {
		site.BotEnded(why)
		d.Print("\n  The bot ended by itself (" + why + "). The page can start it again.\n")
	})
	d.Print("The page to click in:  " + url + "\n\n")
	if f.addr.reachable() {
		d.Print("Whoever can reach this machine at " + f.addr.String() + " can use it.\n\n")
	}
	if !f.noBrowser && terminal(p.in) {
		openBrowser(url)
	}
	return act(ctx, d)
}

// untilTold is the act of a demo without a prompt.
func (p *program) untilTold(ctx context.Context, d *demo) error {
	d.Print("Ctrl-C ends it. Nothing leaves this machine; nothing is kept.\n")
	d.Watch(ctx) // the page shows what happens
	return nil
}

// listenForBrowsers serves the page where it was asked for, or at a free port.
func (p *program) listenForBrowsers(site *page.Page, addr pageAddress) (url string, err error) {
	url, err = site.Listen(string(addr))
	var refused *net.OpError
	if !errors.As(err, &refused) {
		return url, err
	}
	host, _, _ := net.SplitHostPort(string(addr))
	if url, err = site.Listen(net.JoinHostPort(host, "0")); err == nil {
		fmt.Fprintf(p.errors, "azeer-slack demo: %s cannot be had (%v); the page is elsewhere.\n", addr, refused.Err)
	}
	return url, err
}

// startBot starts the bot and returns once it is connected.
func (d *demo) startBot(ctx context.Context, bot *botprocess.Process) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	bot.OnEnd(func(why string) { fail(fmt.Errorf("run bot: %s", why)) })
	if err := bot.Start(); err != nil {
		return err
	}
	return d.AwaitBot(ctx)
}

// openBrowser opens the page where there is a display. That it did not work is no harm:
// the address has been printed.
func openBrowser(url string) {
	var cmd *exec.Cmd
	switch {
	case runtime.GOOS == "darwin":
		cmd = exec.Command("open", url)
	case runtime.GOOS == "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", url)
	case os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "":
		cmd = exec.Command("xdg-open", url)
	default:
		return
	}
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}
