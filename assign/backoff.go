package assign

import "context"

import "math/rand/v2"

import "time"

// backoff is how waits grow: each up to twice the one before, half of it random, so
// that those who failed together don't come back together.
type backoff struct{ least, most time.Duration }

// after gives the wait after the nth failure, counted from 0; never below least, never
// above most.
func (b backoff) after(n int) time.Duration {
	top := b.most
	if n < 30 && 2*b.least<<n < b.most {
		top = 2 * b.least << n
	}
	return max(b.least, top/2+rand.N(top/2+1))
}

// sleep waits for d and tells whether ctx lasted that long.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
