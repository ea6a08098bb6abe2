package webapi

import (
	"net/http"
	"time"
)

// responseURL is the name under which response URLs fail.
const responseURL = "response_url"

// Failure is how a Web API method or a response URL misbehaves.
type Failure struct {
	Status     int           // HTTP status; 0 means 200
	Error      string        // error in the body; empty: ratelimited for 429, else internal_error
	RetryAfter time.Duration // header Retry-After, in whole seconds
	Reset      bool          // drop the connection instead of answering
	AfterDoing bool          // first do what was asked: only the answer is lost
}

// faults are the failures ordered, by method; "response_url" for those.
type faults struct {
	failures map[string]*ordered
	slow     map[string]time.Duration
}

// ordered is a failure for a number of calls.
type ordered struct {
	Failure

	left int // calls still to fail; below 0: until Restore
}

// FailAPI makes the next n calls of a Web API method fail; n below 0 means all
// until Restore. "*" stands for every method that has no failure of its own.
func (a *API) FailAPI(method string, n int, f Failure) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults.failures[method] = &ordered{Failure: f, left: n}
}

// FailResponseURL makes the next n uses of response URLs fail, uncounted.
func (a *API) FailResponseURL(n int, f Failure) { a.FailAPI(responseURL, n, f) }

// SlowAPI delays every call of a Web API method ("response_url" for response
// URLs) until Restore.
func (a *API) SlowAPI(method string, d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults.slow[method] = d
}

// EndFaults ends every failure: no method fails or is slow, and the tokens are good. Call
// it with the lock held.
func (a *API) EndFaults() {
	clear(a.faults.failures)
	clear(a.faults.slow)
	a.access.botRevoked, a.access.appRevoked = false, false
}

// WithFaults does one request of a method, and sends its answer unless a failure is
// ordered.
func (a *API) WithFaults(w http.ResponseWriter, r *http.Request, method string, do func() (answer func())) {
	a.mu.Lock()
	slow := a.faults.slow[method]
	a.mu.Unlock()
	if !a.mu.Sleep(r.Context(), slow) {
		return
	}
	f, failing := a.nextFailure(method)
	if failing && !f.AfterDoing {
		f.answer(w)
		return
	}
	answer := do()
	if failing {
		f.answer(w)
		return
	}
	answer()
}

// WithResponseURLFaults is WithFaults for a response URL.
func (a *API) WithResponseURLFaults(w http.ResponseWriter, r *http.Request, do func() (answer func())) {
	a.WithFaults(w, r, responseURL, do)
}

// nextFailure takes one of the failures ordered for a method.
func (a *API) nextFailure(method string) (Failure, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.faults.failures[method]
	if (f == nil || f.left == 0) && method != responseURL {
		f = a.faults.failures["*"]
	}
	if f == nil || f.left == 0 {
		return Failure{}, false
	}
	if f.left > 0 {
		f.left--
	}
	return f.Failure, true
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
	WriteJSON(w, object{"ok": false, "error": code})
}
