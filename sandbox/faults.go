package sandbox

import "time"

// Failure is how a Web API method or a response URL misbehaves.
type Failure struct {
	Status     int           // HTTP status; 0 means 200
	Error      string        // error in the body; empty: ratelimited for 429, else internal_error
	RetryAfter time.Duration // header Retry-After, in whole seconds
	Reset      bool          // drop the connection instead of answering
	AfterDoing bool          // first do what was asked: only the answer is lost
}

// standing is a failure for a number of calls.
type standing struct {
	Failure
	left int // calls still to fail; below 0: until Restore
}

// FailAPI makes the next n calls of a Web API method fail; n below 0 means all
// until Restore. "*" stands for every method that has no failure of its own.
func (k *Slack) FailAPI(method string, n int, f Failure) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failures[method] = &standing{Failure: f, left: n}
}

// FailResponseURL makes the next n uses of response URLs fail, uncounted.
func (k *Slack) FailResponseURL(n int, f Failure) { k.FailAPI("response_url", n, f) }

// SlowAPI delays every call of a Web API method ("response_url" for response
// URLs) until Restore.
func (k *Slack) SlowAPI(method string, d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.slow[method] = d
}

// DelayTriggers ages every trigger_id given out from now on by d, as if its
// envelope had been under way that long.
func (k *Slack) DelayTriggers(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.triggerLag = d
}

// RateLimits switches Slack's rate limits on or off: by tier and minute for each
// method, and one message per second and channel with a small burst.
func (k *Slack) RateLimits(on bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rateLimits = on
	clear(k.calls)
	clear(k.blockedUntil)
}

// Away makes Slack unreachable: connections are refused and every socket drops.
func (k *Slack) Away() error {
	k.Drop()
	return k.front.down()
}

// Restore ends every fault: Slack is reachable, Socket Mode is on, the tokens are
// good, no method fails or is slow. Sockets already broken stay so.
func (k *Slack) Restore() error {
	k.mu.Lock()
	clear(k.failures)
	clear(k.slow)
	k.triggerLag = 0
	k.linkOff, k.botRevoked, k.appRevoked = false, false, false
	k.mu.Unlock()
	return k.front.up()
}

// RevokeBotToken makes every call with the bot token answer token_revoked.
func (k *Slack) RevokeBotToken() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.botRevoked = true
}

// RevokeAppToken makes apps.connections.open answer invalid_auth.
func (k *Slack) RevokeAppToken() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.appRevoked = true
}

// SetScopes replaces the bot's scopes, as after an installation with others.
func (k *Slack) SetScopes(scopes ...string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.scopes = scopes
}

// Scopes returns the bot's scopes.
func (k *Slack) Scopes() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]string(nil), k.scopes...)
}

// The methods below act on the sockets with the given numbers (see
// [Slack.Sockets]), on all live ones if none is named.

// Refresh sends disconnect with refresh_requested, delivers nothing more on the
// socket, and closes it after Limits.RefreshClose.
func (k *Slack) Refresh(numbers ...int) {
	k.disconnect("refresh_requested", k.limits.RefreshClose, numbers)
}

// Warn sends disconnect with warning and closes the socket after the given time;
// 0 means Limits.WarningClose. Until then envelopes may still go there.
func (k *Slack) Warn(after time.Duration, numbers ...int) {
	if after == 0 {
		after = k.limits.WarningClose
	}
	k.disconnect("warning", after, numbers)
}

// LinkDisabled switches Socket Mode off: every socket is told link_disabled and
// closed, as is every new one right after its handshake, until Restore.
func (k *Slack) LinkDisabled() {
	k.mu.Lock()
	k.linkOff = true
	k.mu.Unlock()
	k.disconnect("link_disabled", 0, nil)
}

// TooMany tells sockets too_many_websockets and closes them.
func (k *Slack) TooMany(numbers ...int) { k.disconnect("too_many_websockets", 0, numbers) }

// GoSilent stops pings and frames on the sockets and swallows what comes, but
// keeps TCP open. Nothing is delivered there.
func (k *Slack) GoSilent(numbers ...int) {
	k.onSockets(numbers, func(s *socket) { s.silent = true })
}

// HalfOpen is GoSilent, except that Slack has not noticed: envelopes still go
// there, into the void.
func (k *Slack) HalfOpen(numbers ...int) {
	k.onSockets(numbers, func(s *socket) { s.halfOpen = true })
}

// Drop cuts the TCP connections without a word.
func (k *Slack) Drop(numbers ...int) {
	k.onSockets(numbers, func(s *socket) { s.drop() })
}

// CloseSockets closes with the WebSocket handshake, without a disconnect frame.
func (k *Slack) CloseSockets(numbers ...int) {
	k.onSockets(numbers, func(s *socket) { s.finish() })
}

// SendRaw writes one text frame as it is, for frames that no app should choke on.
func (k *Slack) SendRaw(frame string, numbers ...int) {
	k.onSockets(numbers, func(s *socket) { s.write([]byte(frame)) })
}

// EnvelopeRightBehind sends disconnect with the reason on the oldest socket and,
// directly behind it on the same socket, what send delivers (use the Async
// methods); then the socket closes as the reason demands.
func (k *Slack) EnvelopeRightBehind(reason string, send func() *Delivery) *Delivery {
	k.mu.Lock()
	live := k.live()
	if len(live) > 0 {
		k.pinned = live[0]
		k.pinned.write(disconnectFrame(reason, k.pinned.number))
		k.pinned.leaving = true
	}
	k.mu.Unlock()
	d := send()
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.pinned; s != nil {
		k.pinned = nil
		k.after(k.limits.RefreshClose, s.finish)
	}
	return d
}

// Redeliver sends an envelope once more, as it was, with its id.
func (k *Slack) Redeliver(d *Delivery) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.pickSocket(); s != nil {
		d.repeats++
		s.write(k.envelope(d))
	}
}

// Sockets returns the numbers of the live sockets, oldest first. Numbers count
// up from 1 and are not used again.
func (k *Slack) Sockets() []int {
	k.mu.Lock()
	defer k.mu.Unlock()
	var numbers []int
	for _, s := range k.live() {
		numbers = append(numbers, s.number)
	}
	return numbers
}

// Connections returns how many sockets are live.
func (k *Slack) Connections() int { return len(k.Sockets()) }

// onSockets acts on the sockets named, or all, with the lock held.
func (k *Slack) onSockets(numbers []int, act func(*socket)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range append([]*socket(nil), k.sockets...) {
		named := len(numbers) == 0
		for _, n := range numbers {
			named = named || n == s.number
		}
		if named {
			act(s)
		}
	}
	k.notify()
}

func (k *Slack) disconnect(reason string, closeAfter time.Duration, numbers []int) {
	k.onSockets(numbers, func(s *socket) {
		s.write(disconnectFrame(reason, s.number))
		s.leaving = reason != "warning"
		s.told = true
		if closeAfter == 0 {
			s.finish()
			return
		}
		k.after(closeAfter, s.finish)
	})
}
