// Package monitor is a lock around state that others wait for to change, with timers that
// run under the lock and an orderly end. It knows nothing of the state.
package monitor

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrClosed ends every wait when the monitor closes.
var ErrClosed = errors.New("the sandbox is closed")

// Monitor is the lock. Create it with New.
type Monitor struct {
	sync.Mutex

	closing chan struct{}
	wg      sync.WaitGroup

	// Below: guarded by the lock.
	changed chan struct{} // closed and replaced at every change
	closed  bool
}

// New returns a monitor.
func New() *Monitor {
	return &Monitor{changed: make(chan struct{}), closing: make(chan struct{})}
}

// Notify wakes everybody who waits for a change. Call it with the lock held.
func (m *Monitor) Notify() {
	close(m.changed)
	m.changed = make(chan struct{})
}

// Changed is closed at the next change. Call it with the lock held.
func (m *Monitor) Changed() <-chan struct{} { return m.changed }

// Await returns when ready does not return false any more; ready is called with
// the lock held, at once and after every change.
func (m *Monitor) Await(ctx context.Context, ready func() bool) error {
	for {
		m.Lock()
		ok, changed := ready(), m.changed
		m.Unlock()
		if ok {
			return nil
		}
		if err := m.AwaitChange(ctx, changed); err != nil {
			return err
		}
	}
}

// AwaitChange waits for the change that changed stands for.
func (m *Monitor) AwaitChange(ctx context.Context, changed <-chan struct{}) error {
	select {
	case <-changed:
		return nil
	case <-m.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Sleep waits for d; false if the context or the monitor has ended before.
func (m *Monitor) Sleep(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-m.closing:
	}
	return false
}

// Enter counts in a goroutine that Close must wait for, until it calls Leave; false
// when the monitor is closed.
func (m *Monitor) Enter() bool {
	m.Lock()
	defer m.Unlock()
	if m.closed {
		return false
	}
	m.wg.Add(1)
	return true
}

// Leave ends what Enter began.
func (m *Monitor) Leave() { m.wg.Done() }

// Go runs f on a goroutine that Close waits for. Call it with the lock held, while the
// monitor is not closed.
func (m *Monitor) Go(f func()) { m.wg.Go(f) }

// After runs f once d has passed, with the lock held, unless the monitor closes
// first. Call it with the lock held.
func (m *Monitor) After(d time.Duration, f func()) {
	if m.closed {
		return
	}
	m.wg.Go(func() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			m.Lock()
			defer m.Unlock()
			if !m.closed {
				f()
			}
		case <-m.closing:
		}
	})
}

// Closed tells whether Close has been called. Call it with the lock held.
func (m *Monitor) Closed() bool { return m.closed }

// Close ends every wait and timer, and calls end with the lock held; false if it was
// closed before.
func (m *Monitor) Close(end func()) bool {
	m.Lock()
	defer m.Unlock()
	if m.closed {
		return false
	}
	m.closed = true
	close(m.closing)
	end()
	return true
}

// Wait returns when no goroutine that was counted in is left.
func (m *Monitor) Wait() { m.wg.Wait() }
