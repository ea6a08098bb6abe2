package socket

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"azeer-slack/internal/retry"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"
)

// openBurst is how many sockets may be asked for at once. With one more every 1.5 s it stays
// below the 50 a minute that Slack's reference gives for apps.connections.open.
const openBurst = 4

// openings paces how sockets are opened, for all slots together. A socket that was up is
// replaced at once; only openings that fail come slower, and a storm of either is bounded by
// what Slack may be asked for in a minute.
type openings struct {
	asks    *rate.Limiter // questions to Slack
	retries *rate.Limiter // openings after one that failed

	mu    sync.Mutex
	until time.Time // Slack asked to be left alone so long
}

func newOpenings(cfg Config) *openings {
	return &openings{
		asks:    rate.NewLimiter(rate.Every(cfg.OpenEvery), openBurst),
		retries: rate.NewLimiter(rate.Every(cfg.Retry), 1),
	}
}

// turn is a slot's place among the openings.
type turn struct {
	// held says that Slack may be asked once. It stays when no connection to Slack was
	// made, so that a network that comes back is used at once.
	held   bool
	failed bool // the last opening has failed
}

// await waits until a slot may open a socket; false if ctx ends first.
func (o *openings) await(ctx context.Context, t *turn) bool {
	if t.failed && o.retries.Wait(ctx) != nil {
		return false
	}
	if !t.held && o.asks.Wait(ctx) != nil {
		return false
	}
	t.held = true
	for {
		pause := o.pause()
		if pause <= 0 {
			return ctx.Err() == nil
		}
		if !retry.Sleep(ctx, pause) {
			return false
		}
	}
}

func (o *openings) pause() time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return time.Until(o.until)
}

// heed keeps every slot waiting for as long as Slack asked in err, if it did.
func (o *openings) heed(err error) {
	after := retryAfter(err)
	o.mu.Lock()
	defer o.mu.Unlock()
	if until := time.Now().Add(after); after > 0 && until.After(o.until) {
		o.until = until
	}
}

// retryAfter is what Slack asked for, 0 if nothing.
func retryAfter(err error) time.Duration {
	var limited *slack.RateLimitedError
	var busy *busyError
	switch {
	case errors.As(err, &limited):
		return limited.RetryAfter
	case errors.As(err, &busy):
		return busy.after
	}
	return 0
}

// isUnsent tells that a question did not reach Slack: there was no connection to send it on.
func isUnsent(err error) bool {
	var network *net.OpError
	return errors.As(err, &network) && network.Op != "read" && network.Op != "write"
}
