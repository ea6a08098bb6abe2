package sandbox

import (
	"net/http"
	"time"
)

// pause waits where a method is slow; false if the request is over by then.
func (k *Slack) pause(r *http.Request, name string) bool {
	k.mu.Lock()
	d := k.slow[name]
	k.mu.Unlock()
	if d == 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-k.closing:
	}
	return false
}

// nextFailure takes one of the failures ordered for a method.
func (k *Slack) nextFailure(name string) (Failure, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.failures[name]
	if (s == nil || s.left == 0) && name != "response_url" {
		s = k.failures["*"]
	}
	if s == nil || s.left == 0 {
		return Failure{}, false
	}
	if s.left > 0 {
		s.left--
	}
	return s.Failure, true
}

// answer writes the failure.
func (f Failure) answer(w http.ResponseWriter) {
	if f.Reset {
		panic(http.ErrAbortHandler)
	}
	code := f.Error
	if code == "" {
		code = "internal_error"
		if f.Status == http.StatusTooManyRequests {
			code = "ratelimited"
		}
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", seconds(f.RetryAfter))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if f.Status != 0 {
		w.WriteHeader(f.Status)
	}
	writeJSON(w, object{"ok": false, "error": code})
}

// withinRate applies a rate limit where they are switched on: so many calls
// within the window. Calling again before Retry-After is over is a breach.
func (k *Slack) withinRate(what string, limit int, window time.Duration) error {
	if !k.rateLimits {
		return nil
	}
	now := time.Now()
	if until := k.blockedUntil[what]; now.Before(until) {
		k.breach(RuleRateLimit, "%s called %s before Retry-After was over", what, until.Sub(now).Round(time.Millisecond))
		return tooMany(until.Sub(now))
	}
	recent := k.calls[what]
	for len(recent) > 0 && now.Sub(recent[0]) >= window {
		recent = recent[1:]
	}
	if len(recent) >= limit {
		wait := window - now.Sub(recent[0])
		k.blockedUntil[what] = now.Add(wait)
		return tooMany(wait)
	}
	k.calls[what] = append(recent, now)
	return nil
}

func tooMany(wait time.Duration) error { return apiError{code: "ratelimited", retryAfter: wait} }
