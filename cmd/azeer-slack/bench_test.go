package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"azeer-slack/sandbox"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
)

// The benchmarks run the whole program in a sandbox, in one process: what they measure
// includes the work of Slack's and Azeer's side of the sandbox. docs/performance.md has
// the figures and the commands.

// atWork is the program at work in a sandbox, for benchmarks.
type atWork struct {
	*sandbox.Sandbox
	b    *testing.B
	acks series // from an envelope's arrival to its written acknowledgement

	mu   sync.Mutex
	jobs map[string]*step // by the contact's digits without the country code
	seen atomic.Int64
	news chan struct{}
}

// step is when a command reached its stations.
type step struct{ typed, asked, answered time.Time }

// work starts the program with so many people in #general.
func work(b *testing.B, people int) *atWork {
	b.Helper()
	box := roomyBox(b, people)
	w := &atWork{Sandbox: box, b: b, jobs: make(map[string]*step), news: make(chan struct{}, 1)}
	w.Subscribe(w.note)
	env := map[string]string{"HTTP_ADDR": "127.0.0.1:0", "AZEER_CONCURRENCY": "64",
		"DATABASE_URL": "sqlite://" + filepath.Join(b.TempDir(), "journal.db")}
	maps.Copy(env, box.Env())
	cfg, problems := readSettings(from(env))
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	cfg.stagger, cfg.acknowledged = time.Millisecond, w.acks.add
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, cfg, zerolog.New(io.Discard).Level(zerolog.InfoLevel)) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
		for _, breach := range box.Breaches() {
			b.Errorf("breach: %v", breach)
		}
	})
	w.until(func() bool { return w.Slack.Connections() == 2 })
	return w
}

// roomyBox is a sandbox with so many more people in #general.
func roomyBox(b *testing.B, people int) *sandbox.Sandbox {
	b.Helper()
	manifest, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		b.Fatal(err)
	}
	box, err := sandbox.Start(sandbox.Config{Manifest: manifest})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = box.Close() })
	for n := range people {
		box.Slack.AddPerson(slack.PersonConfig{Handle: fmt.Sprint("clerk", n)})
	}
	return box
}

// number is the n-th contact, as typed; no two are the same.
func number(n int) string { return fmt.Sprintf("05444%05d", n%100_000) }

// FormMetadata follows the commands through the sandbox.
func (w *atWork) note(e record.Event) {
	w.mu.Lock()
	switch e.Kind {
	case record.Typed:
		if at := strings.Index(e.Text, " 05"); at >= 0 {
			w.jobs[e.Text[at+2:at+11]] = &step{typed: e.At}
		}
	case record.AzeerReceived:
		if at := strings.Index(e.Text, " 966"); at >= 0 {
			if s := w.jobs[e.Text[at+4:at+13]]; s != nil {
				s.asked = e.At
			}
		}
	case record.Seen:
		if at := strings.Index(e.Text, "+966 "); at >= 0 && strings.Contains(e.Text, "now belongs to") {
			if s := w.jobs[strings.ReplaceAll(e.Text[at+5:at+16], " ", "")]; s != nil {
				s.answered = e.At
				w.seen.Add(1)
			}
		}
	}
	w.mu.Unlock()
	select {
	case w.news <- struct{}{}:
	default:
	}
}

func (w *atWork) until(ready func() bool) {
	w.b.Helper()
	limit := time.After(2 * time.Minute)
	for !ready() {
		select {
		case <-w.news:
		case <-limit:
			w.b.Fatal("it does not happen")
		}
	}
}

// types types a command and waits for its acknowledgement.
func (w *atWork) types(person, n int) time.Duration {
	d := w.Slack.Person(fmt.Sprint("clerk", person)).Command("#general", "/assign "+number(n)+" omar@twerlo.com")
	if d.Shown != "" || d.Err != nil {
		w.b.Errorf("command %d: %q, %v", n, d.Shown, d.Err)
	}
	return d.Took()
}

// burst has so many people type n commands, each the next when the last is acknowledged.
func (w *atWork) burst(people, n int) {
	var next atomic.Int64
	var typing sync.WaitGroup
	for person := range people {
		typing.Go(func() {
			for each := int(next.Add(1)); each <= n; each = int(next.Add(1)) {
				w.types(person, each)
			}
		})
	}
	typing.Wait()
}

// allAnswered waits until n commands have their answers.
func (w *atWork) allAnswered(n int) {
	w.b.Helper()
	w.until(func() bool { return w.seen.Load() >= int64(n) })
}

// series collects durations.
type series struct {
	mu  sync.Mutex
	all []time.Duration
}

func (s *series) add(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, d)
}

// report gives the median, the 99th percentile and the worst, in µs.
func (s *series) report(b *testing.B, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.all)
	if len(s.all) == 0 {
		return
	}
	at := func(share float64) float64 {
		return float64(s.all[int(share*float64(len(s.all)-1))].Microseconds())
	}
	b.ReportMetric(at(.5), name+"-p50-µs")
	b.ReportMetric(at(.99), name+"-p99-µs")
	b.ReportMetric(at(1), name+"-max-µs")
}

// paced calls do for 0 to n-1, rate times a second, each on a goroutine of its own; with
// rate 0 one after the other.
func paced(n, rate int, do func(n int)) {
	if rate == 0 {
		for each := range n {
			do(each)
		}
		return
	}
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	var under sync.WaitGroup
	for each := range n {
		<-tick.C
		under.Go(func() { do(each) })
	}
	under.Wait()
}

// BenchmarkAcknowledgement takes commands of 64 people, 200 a second or one after the
// other, beside its floor: a bare WebSocket echo of as many bytes on loopback, with one
// append and sync of a journal row's size before the answer. The two take turns, 500 each,
// so that a bad moment of the disk falls on both. "slack" is from Slack's sending to its
// reception of the acknowledgement; "bot" from the envelope's arrival in the bot until the
// acknowledgement is written.
func BenchmarkAcknowledgement(b *testing.B) {
	const turn = 500
	for _, rate := range []int{200, 0} {
		name := "unpaced"
		if rate > 0 {
			name = fmt.Sprint(rate, "-a-second")
		}
		b.Run(name, func(b *testing.B) {
			ask, w := echoWithSync(b), work(b, 64)
			var floor, took series
			b.ResetTimer()
			for from := 0; from < b.N; from += turn {
				n := min(turn, b.N-from)
				paced(n, rate, func(int) { floor.add(ask()) })
				paced(n, rate, func(n int) { took.add(w.types(n%64, from+n)) })
				w.allAnswered(from + n)
			}
			b.StopTimer()
			floor.report(b, "floor")
			took.report(b, "slack")
			w.acks.report(b, "bot")
		})
	}
}

// Sizes in bytes: an envelope with a command, its acknowledgement, a row of the journal.
const envelopeSize, ackSize, rowSize = 900, 60, 400

// echoWithSync gives a function that sends an envelope's worth over a WebSocket to a peer
// that writes and syncs a row's worth, and answers; it returns the time that took.
func echoWithSync(b *testing.B) func() time.Duration {
	b.Helper()
	row := appender(b)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		ws, err := (&websocket.Upgrader{}).Upgrade(rw, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = ws.Close() }()
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				return
			}
			row()
			if ws.WriteMessage(websocket.TextMessage, make([]byte, ackSize)) != nil {
				return
			}
		}
	}))
	b.Cleanup(server.Close)
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = ws.Close() })
	var one sync.Mutex
	return func() time.Duration {
		start := time.Now()
		one.Lock()
		defer one.Unlock()
		if err := ws.WriteMessage(websocket.TextMessage, make([]byte, envelopeSize)); err != nil {
			b.Error(err)
		}
		if _, _, err := ws.ReadMessage(); err != nil {
			b.Error(err)
		}
		return time.Since(start)
	}
}

// appender gives a function that appends a row's worth to a file and syncs it.
func appender(b *testing.B) func() {
	b.Helper()
	file, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = file.Close() })
	return func() {
		if _, err := file.Write(make([]byte, rowSize)); err != nil {
			b.Error(err)
		}
		if err := file.Sync(); err != nil {
			b.Error(err)
		}
	}
}

// BenchmarkCommand takes one command after the other, each when the last is answered:
// from typing to the request at Azeer, from there to the answer on the screen, and the
// whole. Azeer answers at once. The floor does the same with bare means: an echo with a
// sync, a request, another sync, another request.
func BenchmarkCommand(b *testing.B) {
	b.Run("floor", func(b *testing.B) {
		ask, row := echoWithSync(b), appender(b)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(w, r.Body)
		}))
		b.Cleanup(server.Close)
		post := func() {
			answer, err := http.Post(server.URL, "application/json", strings.NewReader(strings.Repeat("x", rowSize)))
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
		}
		var toAzeer, toAnswer, whole series
		b.ResetTimer()
		for range b.N {
			start := time.Now()
			ask()
			post()
			asked := time.Now()
			row()
			post()
			toAzeer.add(asked.Sub(start))
			toAnswer.add(time.Since(asked))
			whole.add(time.Since(start))
		}
		b.StopTimer()
		toAzeer.report(b, "to-azeer")
		toAnswer.report(b, "to-answer")
		whole.report(b, "whole")
	})
	b.Run("azeer-slack", func(b *testing.B) {
		w := work(b, 64)
		b.ResetTimer()
		for n := range b.N {
			w.types(n%64, n)
			w.allAnswered(n + 1)
		}
		b.StopTimer()
		w.reportSteps()
	})
}

func (w *atWork) reportSteps() {
	w.mu.Lock()
	defer w.mu.Unlock()
	var toAzeer, toAnswer, whole series
	for _, s := range w.jobs {
		if s.answered.IsZero() {
			continue
		}
		toAzeer.add(s.asked.Sub(s.typed))
		toAnswer.add(s.answered.Sub(s.asked))
		whole.add(s.answered.Sub(s.typed))
	}
	toAzeer.report(w.b, "to-azeer")
	toAnswer.report(w.b, "to-answer")
	whole.report(w.b, "whole")
}

// BenchmarkThroughput takes commands of so many people at once, each typing the next
// when the last is acknowledged: how many are accepted a second, and how many carried out
// and answered a second.
func BenchmarkThroughput(b *testing.B) {
	for _, people := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			w := work(b, people)
			b.ResetTimer()
			start := time.Now()
			w.burst(people, b.N)
			accepted := time.Since(start)
			w.allAnswered(b.N)
			b.StopTimer()
			b.ReportMetric(float64(b.N)/accepted.Seconds(), "accepted/s")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answered/s")
			w.acks.report(b, "bot")
		})
	}
}
