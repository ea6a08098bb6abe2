package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal"
	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/postgres"
)

// childProcess is another instance, in a process of its own. It has accepted a request, and has a
// call on the wire.
type childProcess struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
	id  int64
}

func startChild(t *testing.T, url string, lease time.Duration) *childProcess {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "JOURNAL_TEST_CHILD="+url, "JOURNAL_TEST_LEASE="+lease.String())
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &childProcess{cmd: cmd, in: in, out: bufio.NewScanner(out)}
	t.Cleanup(func() { c.kill(t) })
	if c.id, err = strconv.ParseInt(c.line(t), 10, 64); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *childProcess) line(t *testing.T) string {
	t.Helper()
	if !c.out.Scan() {
		t.Fatalf("the child has ended: %v", c.out.Err())
	}
	return c.out.Text()
}

// tries has the child ask for another turn and store an outcome, and gives what it hears.
func (c *childProcess) tries(t *testing.T) string {
	t.Helper()
	if _, err := io.WriteString(c.in, "go on\n"); err != nil {
		t.Fatal(err)
	}
	return c.line(t)
}

func (c *childProcess) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func (c *childProcess) kill(t *testing.T) {
	t.Helper()
	if c.cmd.ProcessState == nil {
		c.signal(t, syscall.SIGKILL)
		_ = c.cmd.Wait()
	}
}

// child is what runs in such a process.
func child(url string) {
	ctx := context.Background()
	lease, err := time.ParseDuration(os.Getenv("JOURNAL_TEST_LEASE"))
	must(err)
	db, err := postgres.Open(ctx, url, withDefaults(postgres.Config{Lease: lease}))
	must(err)
	j := journal.New(db, journal.Config{Timeout: 10 * time.Second})
	for !db.HasSession() && !db.Pooled() { // the test's own time limit ends it
		must(ctx.Err())
	}
	must(j.Health(ctx)) // which tells the others of the session
	a, _, err := j.Accept(ctx, journaltest.Numbered(os.Getpid()))
	must(err)
	_, err = j.Turn(ctx, a.ID, true)
	must(err)
	fmt.Println(a.ID)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		turn, err := j.Turn(ctx, a.ID, true)
		must(err)
		fmt.Println(turn.Verdict == assign.TurnLost, errors.Is(j.Finish(ctx, a.ID, assign.Outcome{Kind: assign.Assigned}), assign.ErrLost))
	}
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
}

// takesOver waits until j is given assignment id, and gives how long that took, and the
// database's time.
func takesOver(t *testing.T, j instance, id int64) (time.Duration, time.Time) {
	t.Helper()
	start := time.Now()
	for { // the test's own time limit ends it
		taken, err := j.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(taken) == 0 {
			continue
		}
		if taken[0].ID != id {
			t.Fatalf("%d was taken, want %d", taken[0].ID, id)
		}
		var now time.Time
		if err := j.db.Pool().QueryRow(t.Context(), "SELECT clock_timestamp()").Scan(&now); err != nil {
			t.Fatal(err)
		}
		return time.Since(start), now
	}
}

func TestAKilledInstanceIsReplacedLongBeforeItsLeaseEnds(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t)
	j := open(t, url, postgres.Config{})
	var waits []time.Duration
	for range 5 {
		c := startChild(t, url, 30*time.Second)
		c.kill(t)
		took, _ := takesOver(t, j, c.id)
		waits = append(waits, took)
		journaltest.Settle(t, j, c.id)
	}
	slices.Sort(waits)
	t.Log("taken over after", waits)
	if median := waits[len(waits)/2]; median > 3*time.Second {
		t.Errorf("the median is %v", median)
	}
}

// leaseOf gives when the lease of the owner of an assignment runs out.
func leaseOf(t *testing.T, j instance, id int64) (until time.Time) {
	t.Helper()
	err := j.db.Pool().QueryRow(t.Context(),
		"SELECT lease_until FROM instances WHERE id = (SELECT owner FROM assignments WHERE id = $1)", id).Scan(&until)
	if err != nil {
		t.Fatal(err)
	}
	return until
}

func TestAFrozenInstanceKeepsItsWorkUntilItsLeaseEnds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		pooled bool
		signal syscall.Signal
	}{
		"frozen":                         {false, syscall.SIGSTOP},
		"frozen, and behind a pooler":    {true, syscall.SIGSTOP},
		"not frozen but behind a pooler": {true, syscall.SIGKILL},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const lease = 6 * time.Second
			url := journaltest.StartPostgres(t) // of its own, so that nobody takes what is another's
			if tt.pooled {
				url = journaltest.StartPgBouncer(t, url)
			}
			j := open(t, url, postgres.Config{Lease: lease})
			c := startChild(t, url, lease)
			c.signal(t, tt.signal)
			until := leaseOf(t, j, c.id)
			if _, at := takesOver(t, j, c.id); at.Before(until) {
				t.Errorf("it was robbed %v before the end of its lease", until.Sub(at))
			}
			if tt.signal == syscall.SIGSTOP {
				c.signal(t, syscall.SIGCONT)
				if heard := c.tries(t); heard != "true true" {
					t.Errorf("once awake it found its turn lost, and its outcome refused: %s", heard)
				}
			}
			if v, err := j.Turn(t.Context(), c.id, true); err != nil || v.Verdict != assign.TurnGo {
				t.Fatalf("turn is %+v, error %v", v, err)
			}
			journaltest.Settle(t, j, c.id)
		})
	}
}

// The server was restarted, say, or a firewall has cut the connection.
func TestWhoLosesASessionTakesAnotherAndIsNotRobbed(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t)
	j, other := open(t, url, postgres.Config{}), open(t, url, postgres.Config{})
	a := journaltest.Accept(t, j, journaltest.Numbered(1))
	key := func() (key int64) {
		t.Helper()
		err := other.db.Pool().QueryRow(t.Context(),
			"SELECT coalesce(max(session), 0) FROM instances WHERE id = $1", j.db.Instance()).Scan(&key)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	first := key()
	for ; first == 0; first = key() { // the test's own time limit ends it
	}
	execute(t, url, `SELECT pg_terminate_backend(pid) FROM pg_locks
		WHERE locktype = 'advisory' AND objsubid = 1 AND (classid::bigint << 32) + objid::bigint = $1`, first)
	second := key()
	for ; second == 0 || second == first; second = key() {
	}
	if taken, err := other.Take(t.Context()); err != nil || len(taken) != 0 {
		t.Fatalf("%d taken from the living, error %v", len(taken), err)
	}
	if v, err := j.Turn(t.Context(), a.ID, true); err != nil || v.Verdict != assign.TurnGo {
		t.Fatalf("turn is %+v, error %v", v, err)
	}
}
