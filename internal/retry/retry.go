// Package retry is how long to wait between two tries. It does not know what is tried.
package retry

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is how waits grow: each up to twice the one before, half of it random, so
// that those who failed together don't come back together.
type Backoff struct{ Least, Most time.Duration }

// After gives the wait after the nth failure, counted from 0; never below Least, never
// above Most.
func (b Backoff) After(n int) time.Duration {
	top := b.Most
	if n < 30 && 2*b.Least<<n < b.Most {
		top = 2 * b.Least << n
	}
	return max(b.Least, top/2+rand.N(top/2+1))
}

// Sleep waits for d and tells whether ctx lasted that long.
func Sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
