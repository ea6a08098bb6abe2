package record

import (
	"context"
	"errors"
)

// ErrClosed is the end of a watch: the recorder is closed, and all has been told.
var ErrClosed = errors.New("the record is closed")

// Watch tells what has changed. What has changed is noted at once and read at the next
// call of [Watch.Next], so that a slow reader misses steps in between, and nothing else.
// It must be read from or stopped: it remembers until then.
type Watch struct {
	recorder *Recorder
	wake     chan struct{}

	// Below: guarded by recorder.mu.
	changes Changes
	noted   map[any]bool
}

// Changes is what is different since the last call of [Watch.Next].
type Changes struct {
	Events   []Event
	Breaches []Breach
	Noted    []any // as the sides have noted it, each once, in the order of the changes
}

func (c Changes) empty() bool { return len(c.Events)+len(c.Breaches)+len(c.Noted) == 0 }

// Note notes for every watch that something is different: thing is a comparable value
// that tells its own side what to read again.
func (p *Reporter) Note(thing any) {
	r := p.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	for w := range r.watches {
		w.note(thing)
	}
}

func (w *Watch) note(thing any) {
	if !w.noted[thing] {
		w.noted[thing] = true
		w.changes.Noted = append(w.changes.Noted, thing)
	}
	w.rouse()
}

// tellWatches lets every watch take something in. Call it with the lock held.
func (r *Recorder) tellWatches(add func(*Changes)) {
	for w := range r.watches {
		add(&w.changes)
		w.rouse()
	}
}

// Watch starts a watch. It tells events and breaches from the beginning on, and things as
// if they were noted just now.
func (r *Recorder) Watch(things ...any) *Watch {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := &Watch{recorder: r, wake: make(chan struct{}, 1), noted: map[any]bool{}}
	for _, thing := range things {
		w.note(thing)
	}
	w.changes.Events = append(w.changes.Events, r.events...)
	w.changes.Breaches = append(w.changes.Breaches, r.breaches...)
	r.watches[w] = true
	w.rouse()
	return w
}

// Stop ends the watch; Next must not be called afterwards.
func (w *Watch) Stop() {
	w.recorder.mu.Lock()
	defer w.recorder.mu.Unlock()
	delete(w.recorder.watches, w)
}

// Next waits for changes and returns them. It ends with the context's error, or
// with [ErrClosed] once the recorder is closed and everything has been told.
func (w *Watch) Next(ctx context.Context) (Changes, error) {
	for {
		if c := w.take(); !c.empty() {
			return c, nil
		}
		select {
		case <-w.wake:
		case <-w.recorder.done:
			if c := w.take(); !c.empty() {
				return c, nil
			}
			return Changes{}, ErrClosed
		case <-ctx.Done():
			return Changes{}, ctx.Err()
		}
	}
}

func (w *Watch) rouse() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *Watch) take() Changes {
	w.recorder.mu.Lock()
	defer w.recorder.mu.Unlock()
	taken := w.changes
	w.changes, w.noted = Changes{}, map[any]bool{}
	return taken
}
