package assign

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheGate(t *testing.T) {
	t.Run("goes round the requesters", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g := newSemaphore(1)
			if err := g.acquire(t.Context(), claim{requester: "first"}, nil); err != nil {
				t.Fatal(err)
			}
			var mu sync.Mutex
			var order []string
			queue := func(who string, n int) {
				for range n {
					go func() {
						if g.acquire(t.Context(), claim{requester: who}, nil) == nil {
							mu.Lock()
							order = append(order, who)
							mu.Unlock()
							g.release()
						}
					}()
				}
				synctest.Wait()
			}
			queue("many", 4)
			queue("two", 2)
			queue("one", 1)
			g.release()
			synctest.Wait()
			if got, want := fmt.Sprint(order), "[many two one many two many many]"; got != want {
				t.Errorf("granted to %s, want %s", got, want)
			}
			if g.free != 1 || g.rings[single].Len()+g.rings[batched].Len() != 0 || len(g.waiting) != 0 {
				t.Errorf("left behind: %d free, %d in the ring, %d waiting", g.free, g.rings[single].Len()+g.rings[batched].Len(), len(g.waiting))
			}
		})
	})
	t.Run("lets go of those who give up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g := newSemaphore(1)
			_ = g.acquire(t.Context(), claim{requester: "a"}, nil)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := g.acquire(ctx, claim{requester: "b"}, nil); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("acquire: %v", err)
			}
			interrupt := make(chan struct{}, 1)
			interrupt <- struct{}{}
			if err := g.acquire(t.Context(), claim{requester: "b"}, interrupt); !errors.Is(err, errInterrupted) {
				t.Errorf("acquire: %v", err)
			}
			g.release()
			if g.free != 1 || g.rings[single].Len()+g.rings[batched].Len() != 0 {
				t.Errorf("%d free, %d in the ring", g.free, g.rings[single].Len()+g.rings[batched].Len())
			}
		})
	})
}

func TestTheGateNeverLosesASlot(t *testing.T) {
	const slots, people, rounds = 3, 40, 200
	g := newSemaphore(slots)
	var wg sync.WaitGroup
	var mu sync.Mutex
	in, most := 0, 0
	for p := range people {
		wg.Go(func() {
			for i := range rounds {
				ctx, cancel := context.WithCancel(t.Context())
				if i%3 == 0 {
					go cancel()
				}
				if g.acquire(ctx, claim{fmt.Sprint(p % 7), urgency(p % 2)}, nil) == nil {
					mu.Lock()
					in++
					most = max(most, in)
					mu.Unlock()
					mu.Lock()
					in--
					mu.Unlock()
					g.release()
				}
				cancel()
			}
		})
	}
	wg.Wait()
	if g.free != slots || most > slots || g.rings[single].Len()+g.rings[batched].Len() != 0 || len(g.waiting) != 0 {
		t.Errorf("%d free of %d, at most %d in, %d in the ring", g.free, slots, most, g.rings[single].Len()+g.rings[batched].Len())
	}
}
