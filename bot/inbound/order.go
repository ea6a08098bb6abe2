package inbound

import (
	"sync"
	"time"
)

// order keeps what one person does in the order in which it arrived, without making
// people wait for one another.
type order struct {
	mu   sync.Mutex
	last map[string]chan struct{}
}

func newOrder() *order { return &order{last: make(map[string]chan struct{})} }

// turn is a place in one person's queue.
type turn struct {
	// ready is closed when everything before has left; nil if there is nothing before.
	ready <-chan struct{}
	leave func()
}

// enter takes the next place in who's queue. leave must be called, and may be called
// more than once.
func (o *order) enter(who string) turn {
	done := make(chan struct{})
	o.mu.Lock()
	defer o.mu.Unlock()
	before := o.last[who]
	o.last[who] = done
	return turn{ready: before, leave: sync.OnceFunc(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		close(done)
		if o.last[who] == done {
			delete(o.last, who)
		}
	})}
}

// wait ends when everything before has left, at the latest at the deadline. By then the
// deadlines of all that is before have passed too, so that nothing of it will be accepted
// any more and the order still holds.
func (t turn) wait(deadline time.Time) {
	if t.ready == nil {
		return
	}
	late := time.NewTimer(time.Until(deadline))
	defer late.Stop()
	select {
	case <-t.ready:
	case <-late.C:
	}
}
