package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// botFarewell is how long the bot's process may take to end in good order, before it is
// killed. What it leaves unfinished at the end of a demo nobody will ask for.
const botFarewell = 3 * time.Second

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

// botProcess is the bot as a process of its own, which can be killed and started again.
// It is the very program that runs the demo.
type botProcess struct {
	program string
	folder  string // where it works: no .env there
	env     []string
	log     io.Writer

	turn sync.Mutex // one Start, Kill or Stop after the other

	mu      sync.Mutex
	process *os.Process   // nil: not running
	gone    chan struct{} // closed when it has ended
	meant   bool          // it is to end
	ended   func(why string)
}

func newBotProcess(find lookup, folder string, log io.Writer) (*botProcess, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find own program: %w", err)
	}
	return &botProcess{program: program, folder: folder, env: botEnvironment(find, os.Environ()), log: log,
		ended: func(string) {}}, nil
}

// onEnd says who is told why the process has ended, unless it was to end.
func (b *botProcess) onEnd(tell func(why string)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = tell
}

// Running tells whether there is a process.
func (b *botProcess) Running() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.process != nil
}

// Start starts the process if there is none, and does not wait until it is connected.
func (b *botProcess) Start() error {
	b.turn.Lock()
	defer b.turn.Unlock()
	if b.Running() {
		return nil
	}
	started := make(chan error)
	go b.watch(started)
	return <-started
}

// watch starts the process and stays until its end. It keeps its thread, because on
// Linux the child is told to die with the thread that started it.
func (b *botProcess) watch(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command(b.program, "run")
	cmd.Dir, cmd.Env, cmd.SysProcAttr = b.folder, b.env, tiedToUs()
	cmd.Stdout, cmd.Stderr = b.log, b.log
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		started <- fmt.Errorf("start process of the bot: %w", err)
		return
	}
	gone := make(chan struct{})
	b.mu.Lock()
	b.process, b.gone, b.meant = cmd.Process, gone, false
	b.mu.Unlock()
	started <- nil
	_ = cmd.Wait()
	b.mu.Lock()
	b.process = nil
	meant, tell := b.meant, b.ended
	b.mu.Unlock()
	close(gone)
	if !meant {
		tell(cmd.ProcessState.String())
	}
}

// Kill ends the process at once, as a crash would: it can do nothing more. It returns
// when the process is gone.
func (b *botProcess) Kill() error { return b.end((*os.Process).Kill, 0) }

// Stop ends the process in good order, or else, and returns when it is gone.
func (b *botProcess) Stop() error {
	return b.end(func(p *os.Process) error {
		if p.Signal(syscall.SIGTERM) != nil { // there are systems without
			return p.Kill()
		}
		return nil
	}, botFarewell)
}

func (b *botProcess) end(how func(*os.Process) error, patience time.Duration) error {
	b.turn.Lock()
	defer b.turn.Unlock()
	b.mu.Lock()
	process, gone := b.process, b.gone
	b.meant = true
	b.mu.Unlock()
	if process == nil {
		return nil
	}
	if err := how(process); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	if patience > 0 {
		late := time.AfterFunc(patience, func() { _ = process.Kill() })
		defer late.Stop()
	}
	<-gone
	return nil
}
