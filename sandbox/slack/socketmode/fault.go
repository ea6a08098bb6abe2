package socketmode

import (
	"slices"
	"time"
)

// The methods below act on the connections with the given numbers (see [Hub.Sockets]), on
// all live ones if none is named.

// Refresh sends disconnect with refresh_requested, delivers nothing more on the
// connection, and closes it after Config.RefreshClose.
func (h *Hub) Refresh(numbers ...int) {
	h.disconnect("refresh_requested", h.cfg.RefreshClose, numbers)
}

// Warn sends disconnect with warning and closes the connection after the given time;
// 0 means Config.WarningClose. Until then envelopes may still go there.
func (h *Hub) Warn(after time.Duration, numbers ...int) {
	if after == 0 {
		after = h.cfg.WarningClose
	}
	h.disconnect("warning", after, numbers)
}

// DisableLink switches Socket Mode off: every connection is told link_disabled and
// closed, as is every new one right after its handshake, until EnableLink.
func (h *Hub) DisableLink() {
	h.mu.Lock()
	h.disabled = true
	h.mu.Unlock()
	h.disconnect("link_disabled", 0, nil)
}

// EnableLink ends DisableLink. Call it with the lock held.
func (h *Hub) EnableLink() { h.disabled = false }

// TooMany tells connections too_many_websockets and closes them.
func (h *Hub) TooMany(numbers ...int) { h.disconnect("too_many_websockets", 0, numbers) }

// Mute stops pings and frames on the connections and swallows what comes, but
// keeps TCP open. Nothing is delivered there.
func (h *Hub) Mute(numbers ...int) { h.each(numbers, func(c *Conn) { c.muted = true }) }

// HalfOpen is Mute, except that Slack has not noticed: envelopes still go
// there, into the void.
func (h *Hub) HalfOpen(numbers ...int) { h.each(numbers, func(c *Conn) { c.halfOpen = true }) }

// Unmute ends Mute and HalfOpen. What was swallowed in between stays lost.
func (h *Hub) Unmute(numbers ...int) {
	h.each(numbers, func(c *Conn) { c.muted, c.halfOpen = false, false })
}

// Muted returns the numbers of the live connections that Mute or HalfOpen holds
// still, oldest first.
func (h *Hub) Muted() []int {
	h.mu.Lock()
	defer h.mu.Unlock()
	var numbers []int
	for _, c := range h.live() {
		if c.mute() {
			numbers = append(numbers, c.number)
		}
	}
	return numbers
}

// Drop cuts the TCP connections without a word.
func (h *Hub) Drop(numbers ...int) { h.each(numbers, (*Conn).drop) }

// DropAll is Drop for all. Call it with the lock held.
func (h *Hub) DropAll() {
	for _, c := range h.conns {
		c.drop()
	}
}

// CloseSockets closes with the WebSocket handshake, without a disconnect frame.
func (h *Hub) CloseSockets(numbers ...int) { h.each(numbers, (*Conn).finish) }

// SendRaw writes one text frame as it is, for frames that no app should choke on.
func (h *Hub) SendRaw(frame string, numbers ...int) {
	h.each(numbers, func(c *Conn) { c.Write([]byte(frame)) })
}

// SendBehind sends disconnect with the reason on the oldest connection and, directly
// behind it on the same connection, what send sends; then the connection closes as the
// reason demands.
func (h *Hub) SendBehind(reason string, send func()) {
	h.mu.Lock()
	if live := h.live(); len(live) > 0 {
		h.pinned = live[0]
		h.pinned.Write(disconnectFrame(reason, h.pinned.number))
		h.pinned.leaving = true
	}
	h.mu.Unlock()
	send()
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.pinned; c != nil {
		h.pinned = nil
		h.mu.After(h.cfg.RefreshClose, c.finish)
	}
}

// each acts on the connections named, or all, with the lock held.
func (h *Hub) each(numbers []int, act func(*Conn)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range slices.Clone(h.conns) {
		if len(numbers) == 0 || slices.Contains(numbers, c.number) {
			act(c)
		}
	}
	h.mu.Notify()
}

func (h *Hub) disconnect(reason string, closeAfter time.Duration, numbers []int) {
	h.each(numbers, func(c *Conn) {
		c.Write(disconnectFrame(reason, c.number))
		c.leaving = reason != "warning"
		c.told = true
		if closeAfter == 0 {
			c.finish()
			return
		}
		h.mu.After(closeAfter, c.finish)
	})
}
