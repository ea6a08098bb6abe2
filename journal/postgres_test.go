package journal

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
	"azeer-slack/journal/journaltest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
)

func TestPostgresAwayStoresNothingAndComesBack(t *testing.T) {
	t.Parallel()
	gate, url := newGate(t, journaltest.StartPostgres(t))
	j := mustOpen(t, url, Config{Timeout: 10 * time.Second})
	first := mustAccept(t, j, numbered(1))
	gate.set(true)
	wantNotStored(t, j, numbered(2), "cannot be reached")
	if err := j.Health(t.Context()); err == nil {
		t.Fatal("health is good without a database")
	}
	if err := j.Finish(t.Context(), first.ID, assign.Outcome{Kind: assign.Assigned}); err == nil {
		t.Fatal("an outcome was stored without a database")
	}
	if _, err := j.Turn(t.Context(), first.ID, true); err == nil {
		t.Fatal("a turn was given without a database")
	}
	gate.set(false)
	if err := j.Health(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustAccept(t, j, numbered(2))
	settle(t, j, first.ID)
}

func TestACutConnectionIsNotNoticed(t *testing.T) {
	t.Parallel()
	gate, url := newGate(t, journaltest.StartPostgres(t))
	j := mustOpen(t, url, Config{Timeout: 10 * time.Second})
	for n := range 5 {
		mustAccept(t, j, numbered(n))
		gate.set(true)
		gate.set(false)
	}
}

// Migrating takes a second connection.
func TestAPoolOfOneIsMadeTwo(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t) + "&pool_max_conns=1"
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	j, err := Open(ctx, url, Config{Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	mustAccept(t, j, numbered(1))
	if size := j.store.(*postgres).pool.Config().MaxConns; size != 2 {
		t.Errorf("the pool has a size of %d", size)
	}
	if err := j.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// After a failover the connections that were open lead nowhere, and none of them ends.
func TestAServerThatFellSilentIsLeft(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]string{"the pool as it comes": "", "a small one": "&pool_max_conns=4"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gate, url := newGate(t, journaltest.StartPostgres(t))
			j := mustOpen(t, url+size, Config{Timeout: 3 * time.Second})
			a := mustAccept(t, j, numbered(1))
			fillPool(t, j.store.(*postgres))
			gate.mute()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			wantSilence(ctx, t, j, a)
			if ctx.Err() != nil {
				t.Fatal("a read has no end of its own")
			}
			if err := j.Health(t.Context()); err != nil {
				t.Fatalf("the database is back, and health is %v", err)
			}
			if v, err := j.Turn(t.Context(), a.ID, true); err != nil || v.Verdict != assign.TurnGo {
				t.Fatalf("turn is %+v, error %v", v, err)
			}
		})
	}
}

// fillPool opens all connections that the pool may have.
func fillPool(t *testing.T, p *postgres) {
	t.Helper()
	var all []*pgxpool.Conn
	for range p.pool.Config().MaxConns {
		c, err := p.pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	for _, c := range all {
		c.Release()
	}
}

// wantSilence asks for a turn from as many places as the pool has, and waits for all to be
// given up.
func wantSilence(ctx context.Context, t *testing.T, j *Journal, a assign.Assignment) {
	t.Helper()
	var wg sync.WaitGroup
	for range poolSize {
		wg.Go(func() {
			if _, err := j.Turn(ctx, a.ID, true); err == nil {
				t.Error("a turn was given in silence")
			}
		})
	}
	wg.Wait()
}

func TestEveryReadEnds(t *testing.T) {
	t.Parallel()
	gate, url := newGate(t, journaltest.StartPostgres(t))
	j, err := Open(t.Context(), url, Config{Timeout: time.Second, Audit: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = j.Close(context.WithoutCancel(t.Context())) }() // a second may not be enough for all that was left
	a := mustAccept(t, j, numbered(1))
	fillPool(t, j.store.(*postgres))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	gate.muteAll()
	var wg sync.WaitGroup
	for name, read := range map[string]func() error{
		"Turn":      func() error { _, err := j.Turn(ctx, a.ID, true); return err },
		"Latest":    func() error { _, _, err := j.Latest(ctx, a.Contact); return err },
		"List":      func() error { _, err := j.List(ctx, assign.Query{}); return err },
		"Before":    func() error { _, _, err := j.Before(ctx, a.ID); return err },
		"Owner":     func() error { _, _, err := j.Owner(ctx, a.Contact); return err },
		"Tally":     func() error { _, err := j.Tally(ctx, a.AcceptedAt); return err },
		"Unaudited": func() error { _, err := j.Unaudited(ctx, 10); return err },
		"Prune":     func() error { _, err := j.Prune(ctx); return err },
		"Health":    func() error { return j.Health(ctx) },
	} {
		wg.Go(func() {
			if err := read(); err == nil || ctx.Err() != nil {
				t.Errorf("%s: error %v, after its end: %t", name, err, ctx.Err() != nil)
			}
		})
	}
	wg.Wait()
	gate.set(true) // ends the silence, which the close of the journal would wait for
	gate.unmute()
}

// The caller was told that nothing was stored, but the commit had gone through.
func TestACommitWithoutAWordIsUndone(t *testing.T) {
	t.Parallel()
	direct := journaltest.StartPostgres(t)
	gate, url := newGate(t, direct)
	j, witness := mustOpen(t, url, Config{Timeout: 10 * time.Second}), mustOpen(t, direct, Config{})
	silence(j.store.(*postgres))
	kept := mustAccept(t, j, numbered(1))
	gate.dropCommit()
	wantNotStored(t, j, numbered(2), "no word came back")
	if _, there, err := witness.Latest(t.Context(), numbered(2).Contact); !there || err != nil {
		t.Fatalf("the commit did not go through (found %t, error %v): the test shows nothing", there, err)
	}
	_, how, err := j.Accept(t.Context(), numbered(2))
	if err != nil || how != assign.Accepted {
		t.Fatalf("acceptance %d, error %v", how, err)
	}
	if _, how, err := j.Accept(t.Context(), numbered(1)); err != nil || how != assign.Repeated {
		t.Fatalf("acceptance %d of a kept one (%d), error %v", how, kept.ID, err)
	}
}

func TestAnIdleInstanceUndoesItToo(t *testing.T) {
	t.Parallel()
	direct := journaltest.StartPostgres(t)
	gate, url := newGate(t, direct)
	j, witness := mustOpen(t, url, Config{Lease: time.Hour}), mustOpen(t, direct, Config{})
	gate.dropCommit()
	wantNotStored(t, j, numbered(1), "no word came back")
	for there := true; there; { // the test's own time limit ends it
		var err error
		if _, there, err = witness.Latest(t.Context(), numbered(1).Contact); err != nil {
			t.Fatal(err)
		}
	}
}

// onContactOf changes whose contact a request is for.
func onContactOf(other, r assign.Request) assign.Request {
	r.Contact = other.Contact
	return r
}

// lateEnough is how soon the sender of a commit gives up where a test needs the time until
// the server gives up as well, which is as long again.
const lateEnough = 6 * time.Second

// A commit may arrive long after its sender has given up.
func TestACommitThatComesLateIsUndone(t *testing.T) {
	t.Parallel()
	direct := journaltest.StartPostgres(t)
	gate, url := newGate(t, direct)
	j, witness := mustOpen(t, url, Config{Timeout: lateEnough}), mustOpen(t, direct, Config{})
	silence(j.store.(*postgres))
	older := mustAccept(t, j, numbered(701))
	release, done := gate.holdCommit(t)
	late := onContactOf(numbered(701), numbered(702))
	wantNotStored(t, j, late, "no word came back")
	mustAccept(t, j, numbered(703)) // finds nothing to undo yet
	release()
	<-done
	if a, _, err := witness.Latest(t.Context(), late.Contact); err != nil || a.ID == older.ID {
		t.Fatalf("the late one is not there (error %v): the test shows nothing", err)
	}
	// Until it is undone it keeps nobody from his turn, and is nobody's work.
	if v, err := j.Turn(t.Context(), older.ID, true); err != nil || v.Verdict != assign.TurnGo {
		t.Fatalf("turn is %+v, error %v", v, err)
	}
	if taken, err := j.Take(t.Context()); err != nil || len(taken) != 0 {
		t.Fatalf("taken %v, error %v", taken, err)
	}
	if a, _, err := witness.Latest(t.Context(), late.Contact); err != nil || a.ID != older.ID {
		t.Fatalf("latest is %d, error %v, want %d", a.ID, err, older.ID)
	}
	again := mustAccept(t, j, late)
	if v, err := j.Turn(t.Context(), again.ID, true); err != nil || v.Verdict != assign.TurnGo {
		t.Fatalf("turn of the second try is %+v, error %v", v, err)
	}
}

// Until a late commit has come, whoever asks anew for its contact waits for it: its key
// must not be taken for one that is stored.
func TestTheSameAgainWaitsForALateCommit(t *testing.T) {
	t.Parallel()
	gate, url := newGate(t, journaltest.StartPostgres(t))
	j := mustOpen(t, url, Config{Timeout: lateEnough})
	silence(j.store.(*postgres))
	release, done := gate.holdCommit(t)
	wantNotStored(t, j, numbered(711), "no word came back")
	results := make(chan assign.Acceptance, 1)
	go func() {
		_, how, err := j.Accept(context.WithoutCancel(t.Context()), numbered(711))
		if err != nil {
			t.Error(err)
		}
		results <- how
	}()
	awaitLock(t, j.store.(*postgres), numbered(711).Contact, results)
	release()
	<-done
	if how := <-results; how != assign.Accepted {
		t.Fatalf("acceptance %d", how)
	}
	if taken, err := j.Take(t.Context()); err != nil || len(taken) != 0 {
		t.Fatalf("taken %v, error %v", taken, err)
	}
}

// awaitLock waits until somebody waits for a contact, rather than having a result.
func awaitLock(t *testing.T, p *postgres, contact phone.Number, results <-chan assign.Acceptance) {
	t.Helper()
	for waiting := false; !waiting; {
		select {
		case how := <-results:
			t.Fatalf("nobody waited: acceptance %d", how)
		default:
		}
		err := p.pool.QueryRow(t.Context(),
			`SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = $1
				AND objid = (hashtext($2)::bigint & 4294967295)::oid)`, contactLocks, contact.Digits()).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A commit that never comes must not keep its contact for as long as a dead connection
// may go unnoticed.
func TestACommitThatNeverComesFreesItsContact(t *testing.T) {
	t.Parallel()
	gate, url := newGate(t, journaltest.StartPostgres(t))
	j := mustOpen(t, url, Config{Timeout: 2 * time.Second})
	mustAccept(t, j, numbered(722))
	gate.holdCommit(t)
	wantNotStored(t, j, numbered(721), "no word came back")
	for {
		_, how, err := j.Accept(t.Context(), numbered(721))
		if err == nil && how == assign.Accepted {
			return
		}
		if !errors.Is(err, assign.ErrNotStored) { // the test's own time limit ends it
			t.Fatalf("acceptance %d, error %v", how, err)
		}
	}
}

// What another instance has joined to it was accepted, so it is carried out.
func TestALateCommitThatWasJoinedIsKept(t *testing.T) {
	t.Parallel()
	direct := journaltest.StartPostgres(t)
	gate, url := newGate(t, direct)
	j, other := mustOpen(t, url, Config{}), mustOpen(t, direct, Config{})
	silence(j.store.(*postgres))
	gate.dropCommit()
	wantNotStored(t, j, numbered(731), "no word came back")
	twice := numbered(731)
	twice.Key = "Enter, pressed again"
	joined, how, err := other.Accept(t.Context(), twice)
	if err != nil || how != assign.Joined {
		t.Fatalf("acceptance %d, error %v", how, err)
	}
	taken, err := j.Take(t.Context())
	if err != nil || len(taken) != 1 || taken[0].ID != joined.ID {
		t.Fatalf("taken %v, error %v", taken, err)
	}
	if v, err := j.Turn(t.Context(), joined.ID, true); err != nil || v.Verdict != assign.TurnGo {
		t.Fatalf("turn is %+v, error %v", v, err)
	}
}

// A pooler that has lost the server says so in the server's manner.
func TestAPoolersWordOnACommitIsNoWord(t *testing.T) {
	t.Parallel()
	direct := journaltest.StartPostgres(t)
	gate, url := newGate(t, direct)
	j, witness := mustOpen(t, url, Config{}), mustOpen(t, direct, Config{})
	silence(j.store.(*postgres))
	f := &fault{answer: fatal("08P01", "server conn crashed?"), done: make(chan struct{})}
	gate.atCommit.Store(f)
	wantNotStored(t, j, numbered(741), "no word came back")
	if err := j.Health(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, there, err := witness.Latest(t.Context(), numbered(741).Contact); there || err != nil {
		t.Fatalf("found %t, error %v", there, err)
	}
}

// fatal is an error as it stands on the wire:
// https://www.postgresql.org/docs/current/protocol-error-fields.html
func fatal(code, message string) []byte {
	b, err := (&pgproto3.ErrorResponse{Severity: "FATAL", Code: code, Message: message}).Encode(nil)
	if err != nil {
		panic(err)
	}
	return b
}

func TestATakeWithoutAWordIsRepeated(t *testing.T) {
	t.Parallel()
	direct := journaltest.StartPostgres(t)
	left := mustOpen(t, direct, Config{})
	a := mustAccept(t, left, numbered(1))
	gate, url := newGate(t, direct)
	j := mustOpen(t, url, Config{Timeout: 10 * time.Second})
	own := mustAccept(t, j, numbered(2))
	if err := left.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	gate.dropCommit()
	if _, err := j.Take(t.Context()); !errors.Is(err, errDoubt) {
		t.Fatalf("error is %v", err)
	}
	taken, err := j.Take(t.Context())
	if err != nil || len(taken) != 1 || taken[0].ID != a.ID {
		t.Fatalf("taken %v, error %v, want %d and not %d", taken, err, a.ID, own.ID)
	}
}

// What is accepted in the same transaction is in its caller's hands.
func TestATakeAfterADoubtGivesNothingTwice(t *testing.T) {
	t.Parallel()
	p := mustOpen(t, journaltest.StartPostgres(t), Config{}).store.(*postgres)
	silence(p)
	p.unsure = true
	accepted, take := newAccept(numbered(1)), &takeWork{}
	if err := p.commit(t.Context(), []work{accepted, take}); err != nil {
		t.Fatal(err)
	}
	if len(take.taken) != 0 {
		t.Fatalf("%d taken", len(take.taken))
	}
}

func TestALeaseIsRenewed(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t)
	j := mustOpen(t, url, Config{Lease: 150 * time.Millisecond})
	p := j.store.(*postgres)
	until := func() (at time.Time) {
		t.Helper()
		err := p.pool.QueryRow(t.Context(), "SELECT lease_until FROM instances WHERE id = $1", p.id).Scan(&at)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for first := until(); !until().After(first); { // the test's own time limit ends it
	}
}

func TestALapsedInstanceComesBack(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t)
	j := mustOpen(t, url, Config{})
	p := j.store.(*postgres)
	a, b := mustAccept(t, j, numbered(1)), mustAccept(t, j, numbered(2))
	runOut(t, url, p.id)
	if v, err := j.Turn(t.Context(), a.ID, true); err != nil || v.Verdict != assign.TurnGo {
		t.Fatalf("turn is %+v, error %v", v, err)
	}
	runOut(t, url, p.id)
	other := mustOpen(t, url, Config{})
	if taken, err := other.Take(t.Context()); err != nil || len(taken) != 2 {
		t.Fatalf("%d taken, error %v", len(taken), err)
	}
	if v, err := j.Turn(t.Context(), b.ID, true); err != nil || v.Verdict != assign.TurnLost {
		t.Fatalf("turn is %+v, error %v", v, err)
	}
	c := mustAccept(t, j, numbered(3))
	if v, err := j.Turn(t.Context(), c.ID, true); err != nil || v.Verdict != assign.TurnGo {
		t.Fatalf("turn is %+v, error %v", v, err)
	}
	if taken, err := other.Take(t.Context()); err != nil || len(taken) != 0 {
		t.Fatalf("%d taken from the living, error %v", len(taken), err)
	}
}

func TestInstancesMayStartAtOnce(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			j, err := Open(t.Context(), url, Config{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := j.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestANewerPostgresJournalIsRefused(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t)
	mustOpen(t, url, Config{})
	execute(t, url, "INSERT INTO "+versions+" (version_id, is_applied) VALUES (99, true)")
	_, err := Open(t.Context(), url, Config{})
	if err == nil || !strings.Contains(err.Error(), "newer version of azeer-slack") {
		t.Fatalf("error is %v", err)
	}
}

// One bad request must not take others of its transaction down with it.
func TestOneBadRequestFailsAlone(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t)
	j := mustOpen(t, url, Config{})
	execute(t, url, "ALTER TABLE assignments ADD CHECK (requester <> 'U-bad')")
	bad := numbered(99)
	bad.Requester = "U-bad"
	jobs := make([]*job, 5)
	for i := range jobs {
		jobs[i] = &job{work: newAccept(numbered(i)), done: make(chan struct{})}
	}
	jobs[2].work = newAccept(bad)
	j.writer.carryOut(jobs)
	for i, job := range jobs {
		<-job.done
		if (job.err != nil) != (i == 2) {
			t.Errorf("job %d: error %v", i, job.err)
		}
	}
}

// One that has waited too long must not take others of its transaction down with it.
func TestOneLateRequestFailsAlone(t *testing.T) {
	t.Parallel()
	j := mustOpen(t, journaltest.StartPostgres(t), Config{})
	jobs := make([]*job, 5)
	for i := range jobs {
		jobs[i] = &job{work: newAccept(numbered(i)), until: time.Now().Add(time.Minute), done: make(chan struct{})}
	}
	jobs[2].until = time.Now().Add(time.Millisecond)
	j.writer.carryOut(slices.Clone(jobs))
	for i, job := range jobs {
		<-job.done
		if (job.err != nil) != (i == 2) || i == 2 && !errors.Is(job.err, errTooLate) {
			t.Errorf("job %d: error %v", i, job.err)
		}
	}
}

func TestCloseLetsTheQueueFinish(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB, Config) *Journal) {
		j := open(t, Config{})
		results := make(chan error, 50)
		for n := range cap(results) {
			go func() {
				_, _, err := j.Accept(context.WithoutCancel(t.Context()), numbered(n))
				results <- err
			}()
		}
		if err := j.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range cap(results) {
			if err := <-results; err != nil && !errors.Is(err, ErrClosed) {
				t.Error(err)
			}
		}
	})
}

func TestWhatIsReadAsARowIsComplete(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t)
	p := mustOpen(t, url, Config{}).store.(*postgres)
	rows, err := p.pool.Query(t.Context(), "SELECT "+pgColumns+" FROM "+tables)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if got, want := len(rows.FieldDescriptions()), len((&row{}).fields()); got != want {
		t.Fatalf("%d columns for %d fields", got, want)
	}
	if _, err := pgx.CollectRows(rows, pgx.RowToMap); err != nil {
		t.Fatal(err)
	}
}
