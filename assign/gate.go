package assign

import (
	"container/list"
	"context"
	"errors"
	"sync"
)

// gate is a semaphore that is fair to people: free slots go round the requesters who
// wait, so that one person's hundred assignments delay another's one by a single call
// and not by a hundred.
type gate struct {
	mu   sync.Mutex
	free int
	// ring holds the requesters who wait, in the order of their next grant.
	ring    *list.List // of *crowd
	waiting map[string]*crowd
}

// crowd is everything that one requester waits for, first come first.
type crowd struct {
	requester string
	place     *list.Element // in ring
	waiters   *list.List    // of chan struct{}, closed to grant
}

// errInterrupted says that the wait was broken off by its interrupt channel.
var errInterrupted = errors.New("wait interrupted")

func newGate(slots int) *gate {
	return &gate{free: slots, ring: list.New(), waiting: make(map[string]*crowd)}
}

// acquire waits for a slot, which release gives back. It ends early with the error of
// ctx, or with errInterrupted when something arrives on interrupt; nil never arrives.
func (g *gate) acquire(ctx context.Context, requester string, interrupt <-chan struct{}) error {
	g.mu.Lock()
	if g.free > 0 {
		g.free--
		g.mu.Unlock()
		return nil
	}
	granted := make(chan struct{})
	c, place := g.queue(requester, granted)
	g.mu.Unlock()

	var err error
	select {
	case <-granted:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-interrupt:
		err = errInterrupted
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-granted: // in the same moment: pass it on
		g.grant()
	default:
		g.leave(c, place)
	}
	return err
}

// release gives a slot back, to whoever is next.
func (g *gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.grant()
}

func (g *gate) queue(requester string, granted chan struct{}) (*crowd, *list.Element) {
	c, ok := g.waiting[requester]
	if !ok {
		c = &crowd{requester: requester, waiters: list.New()}
		c.place = g.ring.PushBack(c)
		g.waiting[requester] = c
	}
	return c, c.waiters.PushBack(granted)
}

// grant hands one slot to the next in the ring, who then goes to its end.
func (g *gate) grant() {
	front := g.ring.Front()
	if front == nil {
		g.free++
		return
	}
	c := front.Value.(*crowd)
	first := c.waiters.Front()
	g.ring.MoveToBack(front)
	g.leave(c, first)
	close(first.Value.(chan struct{}))
}

func (g *gate) leave(c *crowd, place *list.Element) {
	c.waiters.Remove(place)
	if c.waiters.Len() == 0 {
		g.ring.Remove(c.place)
		delete(g.waiting, c.requester)
	}
}
