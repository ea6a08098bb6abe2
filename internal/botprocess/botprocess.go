// Package botprocess runs the bot as a process of its own, which can be killed and started again.
// It does not know what the bot does.
package botprocess

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// farewell is how long the bot's process may take to end in good order, before it is
// killed. What it leaves unfinished at the end of a demo nobody will ask for.
const farewell = 3 * time.Second

// Process is the bot as a process of its own, which can be killed and started again.
// It is the very program that runs the demo.
type Process struct {
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

// New makes a Process that works in folder, with exactly that environment, and logs to log.
// Nothing runs before Start.
func New(folder string, env []string, log io.Writer) (*Process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find own program: %w", err)
	}
	return &Process{program: program, folder: folder, env: env, log: log, ended: func(string) {}}, nil
}

// OnEnd says who is told why the process has ended, unless it was to end.
func (p *Process) OnEnd(tell func(why string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = tell
}

// Running tells whether there is a process.
func (p *Process) Running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.process != nil
}

// Start starts the process if there is none, and does not wait until it is connected.
func (p *Process) Start() error {
	p.turn.Lock()
	defer p.turn.Unlock()
	if p.Running() {
		return nil
	}
	started := make(chan error)
	go p.watch(started)
	return <-started
}

// watch starts the process and stays until its end. It keeps its thread, because on
// Linux the child is told to die with the thread that started it.
func (p *Process) watch(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command(p.program, "run")
	cmd.Dir, cmd.Env, cmd.SysProcAttr = p.folder, p.env, tiedToUs()
	cmd.Stdout, cmd.Stderr = p.log, p.log
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		started <- fmt.Errorf("start process of the bot: %w", err)
		return
	}
	gone := make(chan struct{})
	p.mu.Lock()
	p.process, p.gone, p.meant = cmd.Process, gone, false
	p.mu.Unlock()
	started <- nil
	_ = cmd.Wait()
	p.mu.Lock()
	p.process = nil
	meant, tell := p.meant, p.ended
	p.mu.Unlock()
	close(gone)
	if !meant {
		tell(cmd.ProcessState.String())
	}
}

// Kill ends the process at once, as a crash would: it can do nothing more. It returns
// when the process is gone.
func (p *Process) Kill() error { return p.end((*os.Process).Kill, 0) }

// Stop ends the process in good order, or else, and returns when it is gone.
func (p *Process) Stop() error {
	return p.end(func(process *os.Process) error {
		if process.Signal(syscall.SIGTERM) != nil { // there are systems without
			return process.Kill()
		}
		return nil
	}, farewell)
}

func (p *Process) end(how func(*os.Process) error, patience time.Duration) error {
	p.turn.Lock()
	defer p.turn.Unlock()
	p.mu.Lock()
	process, gone := p.process, p.gone
	p.meant = true
	p.mu.Unlock()
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
