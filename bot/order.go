package bot

import "sync"

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

func (t turn) wait() {
	if t.ready != nil {
		<-t.ready
	}
}
