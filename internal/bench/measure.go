package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// plan is how much is measured.
type plan struct {
	rounds int
	idle   time.Duration // how long a bot is left alone after its start
	steady int           // commands at the steady pace
	full   time.Duration // how long everybody types at once
}

var (
	whole = plan{rounds: 3, idle: 8 * time.Second, steady: 1000, full: 4 * time.Second}
	quick = plan{rounds: 1, idle: 300 * time.Millisecond, steady: 100, full: 700 * time.Millisecond}
)

// Azeer's time for an answer, at the steady pace and when everybody types at once.
const (
	slowAzeer = 50 * time.Millisecond
	fastAzeer = time.Millisecond
)

// figures are of one bot in one round, by metric.
type figures map[metric]float64

// measure takes every subject in each round, one after the other, so that a bad moment
// of the machine falls on all of them.
func (p plan) measure(binaries, folder string, progress func(string)) ([]map[string]figures, error) {
	var all []map[string]figures
	for round := range p.rounds {
		found := make(map[string]figures)
		for _, s := range subjects() {
			progress(fmt.Sprintf("round %d of %d: %s", round+1, p.rounds, s.name))
			f, err := p.one(s, binaries, filepath.Join(folder, fmt.Sprintf("%d %s", round, s.name)), progress)
			if err != nil {
				return nil, fmt.Errorf("measure %s: %w", s.name, err)
			}
			found[s.name] = f
		}
		all = append(all, found)
	}
	return all, nil
}

// one measures one subject from its start to its end.
func (p plan) one(s subject, binaries, folder string, warn func(string)) (figures, error) {
	w, err := newWorld(s.answers)
	if err != nil {
		return nil, err
	}
	defer w.close()
	c, err := start(s, w, binaries, folder)
	if err != nil {
		return nil, err
	}
	r := &run{plan: p, world: w, child: c, found: figures{starting: float64(c.starts.Microseconds()) / 1000}}
	err = r.all()
	return r.found, c.blame(errors.Join(err, c.stop(), c.complaints(warn)))
}

// run is one measurement under way.
type run struct {
	plan
	world *world
	child *child
	found figures
	next  int // number of the next command
}

func (r *run) all() error {
	time.Sleep(r.idle)
	if err := r.memory(idleMemory, "VmRSS"); err != nil {
		return err
	}
	r.world.latency.Store(int64(slowAzeer))
	if err := r.world.oneByOne(0, people); err != nil { // everybody is met
		return err
	}
	r.next = people
	return errors.Join(r.atPace(), r.memory(peakMemory, "VmHWM"), r.saturated())
}

func (r *run) memory(m metric, line string) error {
	used, err := r.child.memory(line)
	r.found[m] = used
	return err
}

// atPace measures commands at the steady pace.
func (r *run) atPace() error {
	spent, err := r.spent(func() (int, error) {
		took, err := r.world.steadily(r.next, r.steady)
		if err == nil {
			r.found[ackHalf], r.found[ackMost] = percentile(took, .5), percentile(took, .99)
		}
		return r.steady, err
	})
	r.found[steadyCPU] = spent.bot
	return err
}

// saturated measures what can be done when everybody types at once.
func (r *run) saturated() error {
	r.world.latency.Store(int64(fastAzeer))
	spent, err := r.spent(func() (n int, err error) {
		r.found[throughput], n, err = r.world.atOnce(r.next, r.full)
		return n, err
	})
	r.found[fullCPU], r.found[loadCPU] = spent.bot, spent.load
	return err
}

// processors is processor time in seconds for 1,000 commands.
type processors struct{ bot, load float64 }

// spent measures what do costs the bot and this process; do gives its commands.
func (r *run) spent(do func() (int, error)) (processors, error) {
	pid := r.child.cmd.Process.Pid
	bot, err := processor(pid)
	load, err2 := processor(os.Getpid())
	n, err3 := do()
	r.next += n + people // those that were cut off have a number, too
	if err := errors.Join(err, err2, err3); err != nil {
		return processors{}, err
	}
	botNow, err := processor(pid)
	loadNow, err2 := processor(os.Getpid())
	each := 1000 / float64(max(n, 1))
	return processors{(botNow - bot) * each, (loadNow - load) * each}, errors.Join(err, err2)
}
