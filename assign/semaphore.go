package assign

import (
	"container/list"
	"context"
	"errors"
	"sync"
)

// semaphore is a semaphore that is fair to people: free slots go round the requesters who
// wait, so that one person's hundred assignments delay another's one by a single call
// and not by a hundred. What stands alone goes before what is part of a batch.
type semaphore struct {
	mu   sync.Mutex
	free int
	// rings hold the requesters who wait, in the order of their next grant: of each urgency.
	rings   [2]*list.List // of *waiters
	waiting map[claim]*waiters
}

// claim is who waits, and how urgently.
type claim struct {
	requester string
	urgency   urgency
}

// urgency is which ring is served first.
type urgency int

const (
	single urgency = iota
	batched
)

// waiters is everything that one requester waits for, first come first.
type waiters struct {
	claim   claim
	element *list.Element // in its ring
	queue   *list.List    // of chan struct{}, closed to grant
}

// errInterrupted says that the wait was broken off by its interrupt channel.
var errInterrupted = errors.New("wait interrupted")

func newSemaphore(slots int) *semaphore {
	return &semaphore{free: slots, rings: [2]*list.List{list.New(), list.New()}, waiting: make(map[claim]*waiters)}
}

// acquire waits for a slot, which release gives back. It ends early with the error of
// ctx, or with errInterrupted when something arrives on interrupt; nil never arrives.
func (g *semaphore) acquire(ctx context.Context, who claim, interrupt <-chan struct{}) error {
	g.mu.Lock()
	if g.takeFree() {
		g.mu.Unlock()
		return nil
	}
	granted := make(chan struct{})
	c, place := g.queue(who, granted)
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

// tryAcquire takes a slot if one is free.
func (g *semaphore) tryAcquire() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.takeFree()
}

// takeFree takes a slot if one is free. Callers hold mu.
func (g *semaphore) takeFree() bool {
	if g.free == 0 {
		return false
	}
	g.free--
	return true
}

// release gives a slot back, to whoever is next.
func (g *semaphore) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.grant()
}

func (g *semaphore) queue(who claim, granted chan struct{}) (*waiters, *list.Element) {
	c, ok := g.waiting[who]
	if !ok {
		c = &waiters{claim: who, queue: list.New()}
		c.element = g.rings[who.urgency].PushBack(c)
		g.waiting[who] = c
	}
	return c, c.queue.PushBack(granted)
}

// grant hands one slot to the next in the most urgent ring, who then goes to its end.
func (g *semaphore) grant() {
	ring := g.rings[single]
	if ring.Len() == 0 {
		ring = g.rings[batched]
	}
	front := ring.Front()
	if front == nil {
		g.free++
		return
	}
	c := front.Value.(*waiters)
	first := c.queue.Front()
	ring.MoveToBack(front)
	g.leave(c, first)
	close(first.Value.(chan struct{}))
}

func (g *semaphore) leave(c *waiters, place *list.Element) {
	c.queue.Remove(place)
	if c.queue.Len() == 0 {
		g.rings[c.claim.urgency].Remove(c.element)
		delete(g.waiting, c.claim)
	}
}
