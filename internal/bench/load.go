package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// people is how many type at once.
	people = 48
	// pace is how many commands a second are steady.
	pace = 150
	// patience is how long one command may take, on however busy a machine.
	patience = time.Minute
)

var errSlow = fmt.Errorf("a command was not complete within %s", patience)

// envelope is the n-th command as Slack sends it.
func (w *world) envelope(n int) []byte {
	person := n % people
	contact := typed(n)
	serial := strconv.Itoa(n)
	return fmt.Appendf(nil, `{"envelope_id":"%08x-0000-4000-8000-000000000000","type":"slash_commands","accepts_response_payload":true,`+
		`"payload":{"token":"deprecated","team_id":"T0BENCH001","team_domain":"bench","channel_id":"C0BENCH001","channel_name":"general",`+
		`"user_id":"U0BENCH%03d","user_name":"clerk%d","command":"/assign",`+
		`"text":"\u003ctel:%s|%s\u003e \u003cmailto:%s|%s\u003e","api_app_id":"A0BENCH001","is_enterprise_install":"false",`+
		`"response_url":"%s/commands/%s","trigger_id":"%d.%s.93a3d83cb1d3327b647f8dd6f4fe90b6"}}`,
		n, person, person, contact, contact, owner, owner, w.slack, serial, 1_700_000_000_000+n, serial)
}

// send sends the n-th command; done gets a value when it is complete.
func (w *world) send(n int, done chan<- struct{}) error {
	if w.parts > 1 && n >= mostContacts {
		return errors.New("there are no more numbers to type: measure for a shorter time")
	}
	w.mu.Lock()
	if len(w.sockets) == 0 {
		w.mu.Unlock()
		return errors.New("the bot has no socket")
	}
	s := w.sockets[n%len(w.sockets)]
	w.mu.Unlock()
	frame := w.envelope(n)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := w.command(n)
	c.done, c.sent, c.acked = done, time.Now(), time.Time{}
	c.parts.Store(0)
	c.under.Store(true)
	return s.ws.WriteMessage(websocket.TextMessage, frame)
}

// oneByOne sends n commands from the number first on, each when the last is complete.
func (w *world) oneByOne(first, n int) error {
	done := make(chan struct{}, 1)
	for each := range n {
		if err := w.send(first+each, done); err != nil {
			return err
		}
		if err := w.await(done); err != nil {
			return err
		}
	}
	return w.wrong()
}

func (w *world) await(done <-chan struct{}) error {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-done:
		return nil
	case <-limit.C:
		return errors.Join(errSlow, w.wrong())
	}
}

// steadily sends n commands, pace a second, and gives how long each acknowledgement took,
// sorted, when all are complete.
func (w *world) steadily(first, n int) (took []time.Duration, err error) {
	done := make(chan struct{}, n)
	start := time.Now()
	for each := range n {
		time.Sleep(time.Until(start.Add(time.Duration(each) * time.Second / pace)))
		if err := w.send(first+each, done); err != nil {
			return nil, err
		}
	}
	for range n {
		if err := w.await(done); err != nil {
			return nil, err
		}
	}
	for each := range n {
		c := w.command(first + each)
		took = append(took, c.acked.Sub(c.sent))
	}
	slices.Sort(took)
	return took, w.wrong()
}

// atOnce has all people send, each the next command when the last is complete, for so
// long, and at least one each; it gives how many were completed a second, and how many in all.
func (w *world) atOnce(first int, long time.Duration) (perSecond float64, n int, err error) {
	var next, completed atomic.Int64
	var working sync.WaitGroup
	failed := make(chan error, people)
	start := time.Now()
	for range people {
		working.Go(func() {
			done := make(chan struct{}, 1)
			for sent := false; !sent || time.Since(start) < long; sent = true {
				err := w.send(first+int(next.Add(1))-1, done)
				if err == nil {
					err = w.await(done)
				}
				if err != nil {
					failed <- err
					return
				}
				completed.Add(1)
			}
		})
	}
	working.Wait()
	took := time.Since(start)
	close(failed)
	n = int(completed.Load())
	return float64(n) / took.Seconds(), n, errors.Join(<-failed, w.wrong())
}

// percentile is of sorted durations, in milliseconds.
func percentile(sorted []time.Duration, share float64) float64 {
	at := int(math.Ceil(share*float64(len(sorted)))) - 1
	return float64(sorted[max(at, 0)].Microseconds()) / 1000
}
