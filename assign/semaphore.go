package assign

import (
	"container/list"
	"context"
	"errors"
	"sync"
)

// semaphore is a semaphore that is fair to people: free slots go round the requesters who
// wait, so that one person's hundred assignments delay another's one by a single call
// and not by a hundred.
type semaphore struct {
	mu   sync.Mutex
	free int
	// ring holds the requesters who wait, in the order of their next grant.
	ring    *list.List // of *waiters
	waiting map[string]*waiters
}

// waiters is everything that one requester waits for, first come first.
type waiters struct {
	requester string
	element   *list.Element // in ring
	queue     *list.List    // of chan struct{}, closed to grant
}

// errInterrupted says that the wait was broken off by its interrupt channel.
var errInterrupted = errors.New("wait interrupted")

func newSemaphore(slots int) *semaphore {
	return &semaphore{free: slots, ring: list.New(), waiting: make(map[string]*waiters)}
}

// acquire waits for a slot, which release gives back. It ends early with the error of
// ctx, or with errInterrupted when something arrives on interrupt; nil never arrives.
func (g *semaphore) acquire(ctx context.Context, requester string, interrupt <-chan struct{}) error {
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
func (g *semaphore) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.grant()
}

func (g *semaphore) queue(requester string, granted chan struct{}) (*waiters, *list.Element) {
	c, ok := g.waiting[requester]
	if !ok {
		c = &waiters{requester: requester, queue: list.New()}
		c.element = g.ring.PushBack(c)
		g.waiting[requester] = c
	}
	return c, c.queue.PushBack(granted)
}

// grant hands one slot to the next in the ring, who then goes to its end.
func (g *semaphore) grant() {
	front := g.ring.Front()
	if front == nil {
		g.free++
		return
	}
	c := front.Value.(*waiters)
	first := c.queue.Front()
	g.ring.MoveToBack(front)
	g.leave(c, first)
	close(first.Value.(chan struct{}))
}

func (g *semaphore) leave(c *waiters, place *list.Element) {
	c.queue.Remove(place)
	if c.queue.Len() == 0 {
		g.ring.Remove(c.element)
		delete(g.waiting, c.requester)
	}
}
