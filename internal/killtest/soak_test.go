//go:build long && linux

package killtest

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"azeer-slack/internal/retry"
	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/record"
)

var soakFor = flag.Duration("soak", 10*time.Minute, "how long TestSoak lasts")

const (
	refreshEach = 4 * time.Second // how long a socket lives
	maxSockets  = 10              // what Slack allows an app
	// breakEach is the time between two breaks, on average. With these and the refreshes the
	// program opens 36 sockets a minute, of the 40 that it allows itself.
	breakEach = 20 * time.Second
	moodEach  = 20 * time.Second
	lookEach  = 200 * time.Millisecond // at readiness and memory
	// reconnect is how long after a break there may be no connection.
	reconnect = time.Second
	// spread and slackKiB are what memory may differ by without having grown.
	spread, slackKiB = 10, 4 << 10 // per cent, and KiB besides
)

// soak is a run in which nobody is killed and much else goes wrong. Its fields are written
// by one goroutine each, but those below mu.
type soak struct {
	*world
	child *child
	http  string // where it serves /readyz and /metrics
	from  time.Time

	announced int // sockets whose end was announced
	notReady  int // of all looks at /readyz, at breaks
	memory    [4][]int

	mu     sync.Mutex
	breaks []time.Time
	unsent []record.Event
}

// TestSoak lets one process work for as long as asked, while its sockets are refreshed and
// broken, Azeer is slow or busy, and for a tenth of the time nobody reads its log.
// See docs/reliability.md.
func TestSoak(t *testing.T) {
	p := sqlite(t, nil)
	p.env = []string{"HTTP_ADDR=127.0.0.1:0", "LOG_FORMAT=json", "LOG_LEVEL=debug"}
	w := open(t, &p)
	w.crowd.blind = true
	s := &soak{world: w}
	defer w.box.Subscribe(s.observe)()
	s.begin(t.Context())

	ctx, stop := context.WithTimeout(t.Context(), *soakFor)
	defer stop()
	var parts sync.WaitGroup
	for n := range desks {
		parts.Go(func() { w.crowd.desk(ctx, n) })
	}
	for _, part := range []func(context.Context){w.crowd.trouble, s.refresh, s.breakAll, s.moods, s.stickLog, s.look} {
		parts.Go(func() { part(ctx) })
	}
	parts.Wait()
	lasted := time.Since(s.from)
	w.settle()
	dropped := s.dropped()
	w.close()
	f := w.balance()
	f.lasted = lasted
	t.Logf("\n%s\n%s\nload of the machine at the end: %s", soakHeading, s.row(f, dropped), load())
}

// begin starts the program and waits until it has its sockets.
func (s *soak) begin(ctx context.Context) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s.child = s.start(kill{})
	s.awaitSockets(ctx, 2)
	at := regexp.MustCompile(`"http":"([^"]+)"`).FindStringSubmatch(s.child.log.String())
	if at == nil {
		s.t.Fatalf("the log does not tell the address:\n%s", s.child.log.String())
	}
	s.http, s.from = "http://"+at[1], time.Now()
}

// observe keeps the deliveries that found no connection.
func (s *soak) observe(e record.Event) {
	if e.Kind != record.Failed {
		return
	}
	if d, known := s.box.Slack.Delivery(e.Envelope); !known || !d.Sent.IsZero() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsent = append(s.unsent, e)
}

// refresh announces the end of every socket again and again: now of all at once, with
// deliveries going there until they are closed, now of one after the other, with none.
func (s *soak) refresh(ctx context.Context) {
	told := map[int]bool{}
	untold := func(most int) []int {
		sockets := slices.DeleteFunc(s.box.Slack.Sockets(), func(n int) bool { return told[n] })
		sockets = sockets[:min(most, len(sockets))]
		for _, n := range sockets {
			told[n] = true
		}
		s.announced += len(sockets)
		return sockets
	}
	for half := 0; retry.Sleep(ctx, refreshEach/2); half++ {
		switch half % 4 {
		case 0:
			if sockets := untold(maxSockets); len(sockets) > 0 {
				s.box.Slack.Warn(refreshEach/2, sockets...)
			}
		case 2, 3:
			if sockets := untold(1); len(sockets) > 0 {
				s.box.Slack.Refresh(sockets...)
			}
		}
	}
}

// breakAll cuts all sockets at once, now and then.
func (s *soak) breakAll(ctx context.Context) {
	for retry.Sleep(ctx, breakEach/2+rand.N(breakEach)) {
		s.mu.Lock()
		s.breaks = append(s.breaks, time.Now())
		s.mu.Unlock()
		s.box.Slack.Drop()
	}
}

// moods makes Azeer slow or busy for some seconds, for all calls.
func (s *soak) moods(ctx context.Context) {
	for retry.Sleep(ctx, moodEach/2+rand.N(moodEach)) {
		mood := azeer.Misbehaviour{Latency: 1500 * time.Millisecond}
		if rand.N(2) == 0 {
			mood = azeer.Misbehaviour{Status: http.StatusTooManyRequests, RetryAfter: "1"}
		}
		s.box.Azeer.Always(mood)
		retry.Sleep(ctx, 2*time.Second+rand.N(3*time.Second))
		s.box.Azeer.Always(azeer.Misbehaviour{Latency: calm})
	}
}

// stickLog leaves the log unread for a tenth of the time, in the middle.
func (s *soak) stickLog(ctx context.Context) {
	if !retry.Sleep(ctx, *soakFor*9/20) {
		return
	}
	s.child.log.mu.Lock() // now nobody reads it
	defer s.child.log.mu.Unlock()
	s.fillPipe()
	retry.Sleep(ctx, *soakFor/10)
}

// fillPipe writes into the pipe of the log until nothing more fits.
func (s *soak) fillPipe() {
	pipe, err := os.OpenFile(fmt.Sprintf("/proc/%d/fd/2", s.child.cmd.Process.Pid), os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		s.t.Errorf("fill the log: %v", err)
		return
	}
	defer func() { _ = pipe.Close() }()
	for _, size := range []int{4096, 1} {
		for err = nil; err == nil; {
			if err = pipe.SetWriteDeadline(time.Now().Add(lookEach)); err == nil {
				_, err = pipe.Write(bytes.Repeat([]byte("\n"), size))
			}
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			s.t.Errorf("fill the log: %v", err)
		}
	}
}

// look watches whether the program says that it is ready, and how much memory it has.
func (s *soak) look(ctx context.Context) {
	for retry.Sleep(ctx, lookEach) {
		at := time.Now()
		quarter := min(3, int(4*at.Sub(s.from)/(*soakFor)))
		s.memory[quarter] = append(s.memory[quarter], s.resident())
		status, body, err := s.get("/readyz")
		switch {
		case err == nil && status == http.StatusOK:
		case s.atBreak(at, time.Now()):
			s.notReady++
		default:
			s.t.Errorf("not ready at %s, and no break was just before: %d %s %v", at.Format(time.StampMilli), status, body, err)
		}
	}
}

// atBreak tells whether something that lasted from one moment to another fell into the time
// just after a break.
func (s *soak) atBreak(from, to time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.breaks, func(b time.Time) bool {
		return !to.Before(b) && from.Before(b.Add(reconnect))
	})
}

func (s *soak) get(path string) (status int, body string, err error) {
	client := http.Client{Timeout: 5 * time.Second}
	resp, err := client.Get(s.http + path)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// resident gives the program's resident memory in KiB.
func (s *soak) resident() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.child.cmd.Process.Pid))
	if err != nil {
		s.t.Errorf("read the memory: %v", err)
	}
	return figureIn(s.t, `VmRSS:\s+(\d+) kB`, string(text))
}

// dropped gives how many lines of the log were dropped.
func (s *soak) dropped() int {
	_, body, err := s.get("/metrics")
	if err != nil {
		s.t.Errorf("read the metrics: %v", err)
	}
	return figureIn(s.t, `(?m)^azeer_slack_log_dropped_total (\S+)$`, body)
}

// figureIn gives the number that the pattern finds.
func figureIn(t testing.TB, pattern, text string) int {
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Errorf("no %s", pattern)
		return 0
	}
	n, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Errorf("%s: %v", pattern, err)
	}
	return int(n)
}

const soakHeading = `| lasted | commands | forms | accepted | lost | answered twice | announced ends | breaks | no connection at announced ends | at breaks | not ready, at breaks | log lines dropped | memory, second quarter | last quarter | longest wait |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|`

// row judges what the books do not hold, and gives the figures as a row of the table in
// docs/reliability.md.
func (s *soak) row(f figures, dropped int) string {
	atBreaks := 0
	for _, e := range s.unsent {
		if s.atBreak(e.At, e.At) {
			atBreaks++
			continue
		}
		s.t.Errorf("%s found no connection at %s, and no break was just before", e.Who, e.At.Format(time.StampMilli))
	}
	second, last := median(s.memory[1]), median(s.memory[3])
	if most := second + second*spread/100 + slackKiB; last > most {
		s.t.Errorf("memory grew from %d KiB in the second quarter to %d KiB in the last, more than %d KiB", second, last, most)
	}
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %.1f s | %d | %.1f MiB | %.1f MiB | %.1f s |",
		f.lasted.Round(time.Second), f.commands, f.forms, f.accepted, f.lost, f.doubled, s.announced, len(s.breaks),
		len(s.unsent)-atBreaks, atBreaks, (time.Duration(s.notReady) * lookEach).Seconds(), dropped,
		float64(second)/1024, float64(last)/1024, f.longest.Seconds())
}

func median(samples []int) int {
	if len(samples) == 0 {
		return 0
	}
	slices.Sort(samples)
	return samples[len(samples)/2]
}

// load tells how busy the machine is: over one, five and fifteen minutes.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}
