package postgres_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
	"azeer-slack/journal"
	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/postgres"
	"azeer-slack/journal/store"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
)

func TestMain(m *testing.M) {
	if url := os.Getenv("JOURNAL_TEST_CHILD"); url != "" {
		child(url)
	}
	// They wait for servers more than they compute.
	_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	os.Exit(journaltest.Main(m))
}

// instance is a journal that is shared.
type instance struct {
	*journal.Journal
	db *postgres.DB
}

func open(t testing.TB, url string, cfg postgres.Config) instance {
	t.Helper()
	i := openUnclosed(t, url, cfg)
	t.Cleanup(func() {
		if err := i.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return i
}

func openUnclosed(t testing.TB, url string, cfg postgres.Config) instance {
	t.Helper()
	db, err := postgres.Open(t.Context(), url, withDefaults(cfg))
	if err != nil {
		t.Fatal(err)
	}
	return instance{journal.New(db, journal.Config{Timeout: withDefaults(cfg).Timeout}), db}
}

func withDefaults(cfg postgres.Config) postgres.Config {
	cfg.Audit, cfg.Notify, cfg.Timeout, cfg.Lease = true, true, cmp.Or(cfg.Timeout, 10*time.Second), cmp.Or(cfg.Lease, 30*time.Second)
	return cfg
}

func TestPostgresAwayStoresNothingAndComesBack(t *testing.T) {
	t.Parallel()
	proxy, url := newProxy(t, journaltest.StartPostgres(t))
	j := open(t, url, postgres.Config{})
	first := journaltest.Accept(t, j, journaltest.Numbered(1))
	proxy.cut()
	journaltest.WantNotStored(t, j, journaltest.Numbered(2), "cannot be reached")
	if err := j.Health(t.Context()); err == nil {
		t.Fatal("health is good without a database")
	}
	if err := j.Finish(t.Context(), first.ID, assign.Outcome{Kind: assign.Assigned}); err == nil {
		t.Fatal("an outcome was stored without a database")
	}
	if _, err := j.Turn(t.Context(), first.ID, true); err == nil {
		t.Fatal("a turn was given without a database")
	}
	proxy.restore()
	if err := j.Health(t.Context()); err != nil {
		t.Fatal(err)
	}
	journaltest.Accept(t, j, journaltest.Numbered(2))
	journaltest.Settle(t, j, first.ID)
}

func TestACutConnectionIsNotNoticed(t *testing.T) {
	t.Parallel()
	proxy, url := newProxy(t, journaltest.StartPostgres(t))
	j := open(t, url, postgres.Config{})
	for n := range 5 {
		journaltest.Accept(t, j, journaltest.Numbered(n))
		proxy.cut()
		proxy.restore()
	}
}

func TestAPoolOfOneIsMadeTwo(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t) + "&pool_max_conns=1"
	j := open(t, url, postgres.Config{}) // the test's own time limit ends it
	journaltest.Accept(t, j, journaltest.Numbered(1))
	if size := j.db.Pool().Config().MaxConns; size != 2 {
		t.Errorf("the pool has a size of %d", size)
	}
}

// After a failover the connections that were open lead nowhere, and none of them ends.
func TestAServerThatFellSilentIsLeft(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]string{"the pool as it comes": "", "a small one": "&pool_max_conns=4"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy, url := newProxy(t, journaltest.StartPostgres(t))
			j := open(t, url+size, postgres.Config{Timeout: 3 * time.Second})
			a := journaltest.Accept(t, j, journaltest.Numbered(1))
			fillPool(t, j.db)
			proxy.fallSilent()
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
func fillPool(t *testing.T, db *postgres.DB) {
	t.Helper()
	var all []*pgxpool.Conn
	for range db.Pool().Config().MaxConns {
		c, err := db.Pool().Acquire(t.Context())
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
func wantSilence(ctx context.Context, t *testing.T, j assign.Journal, a assign.Assignment) {
	t.Helper()
	var wg sync.WaitGroup
	for range postgres.PoolSize {
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
	proxy, url := newProxy(t, journaltest.StartPostgres(t))
	j := openUnclosed(t, url, postgres.Config{Timeout: time.Second})
	defer func() { _ = j.Close(context.WithoutCancel(t.Context())) }() // a second may not be enough for all that was left
	a := journaltest.Accept(t, j, journaltest.Numbered(1))
	fillPool(t, j.db)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	proxy.staySilent()
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
	proxy.cut() // ends the silence, which the close of the journal would wait for
	proxy.restore()
}

// The caller was told that nothing was stored, but the commit had gone through.
func TestACommitWithoutAWordIsUndone(t *testing.T) {
	t.Parallel()
	direct := journaltest.StartPostgres(t)
	proxy, url := newProxy(t, direct)
	j, witness := open(t, url, postgres.Config{}), open(t, direct, postgres.Config{})
	j.db.Silence()
	kept := journaltest.Accept(t, j, journaltest.Numbered(1))
	proxy.dropCommit()
	journaltest.WantNotStored(t, j, journaltest.Numbered(2), "no word came back")
	if _, there, err := witness.Latest(t.Context(), journaltest.Numbered(2).Contact); !there || err != nil {
		t.Fatalf("the commit did not go through (found %t, error %v): the test shows nothing", there, err)
	}
	_, how, err := j.Accept(t.Context(), journaltest.Numbered(2))
	if err != nil || how != assign.Accepted {
		t.Fatalf("acceptance %d, error %v", how, err)
	}
	if _, how, err := j.Accept(t.Context(), journaltest.Numbered(1)); err != nil || how != assign.Repeated {
		t.Fatalf("acceptance %d of a kept one (%d), error %v", how, kept.ID, err)
	}
}

func TestAnIdleInstanceUndoesItToo(t *testing.T) {
	t.Parallel()
	direct := journaltest.StartPostgres(t)
	proxy, url := newProxy(t, direct)
	j, witness := open(t, url, postgres.Config{Lease: time.Hour}), open(t, direct, postgres.Config{})
	proxy.dropCommit()
	journaltest.WantNotStored(t, j, journaltest.Numbered(1), "no word came back")
	for there := true; there; { // the test's own time limit ends it
		var err error
		if _, there, err = witness.Latest(t.Context(), journaltest.Numbered(1).Contact); err != nil {
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
	proxy, url := newProxy(t, direct)
	j, witness := open(t, url, postgres.Config{Timeout: lateEnough}), open(t, direct, postgres.Config{})
	j.db.Silence()
	older := journaltest.Accept(t, j, journaltest.Numbered(701))
	release, done := proxy.holdCommit(t)
	late := onContactOf(journaltest.Numbered(701), journaltest.Numbered(702))
	journaltest.WantNotStored(t, j, late, "no word came back")
	journaltest.Accept(t, j, journaltest.Numbered(703)) // finds nothing to undo yet
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
	again := journaltest.Accept(t, j, late)
	if v, err := j.Turn(t.Context(), again.ID, true); err != nil || v.Verdict != assign.TurnGo {
		t.Fatalf("turn of the second try is %+v, error %v", v, err)
	}
}

// Until a late commit has come, whoever asks anew for its contact waits for it: its key
// must not be taken for one that is stored.
func TestTheSameAgainWaitsForALateCommit(t *testing.T) {
	t.Parallel()
	proxy, url := newProxy(t, journaltest.StartPostgres(t))
	j := open(t, url, postgres.Config{Timeout: lateEnough})
	j.db.Silence()
	release, done := proxy.holdCommit(t)
	journaltest.WantNotStored(t, j, journaltest.Numbered(711), "no word came back")
	results := make(chan assign.Acceptance, 1)
	go func() {
		_, how, err := j.Accept(context.WithoutCancel(t.Context()), journaltest.Numbered(711))
		if err != nil {
			t.Error(err)
		}
		results <- how
	}()
	awaitLock(t, j.db, journaltest.Numbered(711).Contact, results)
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
func awaitLock(t *testing.T, db *postgres.DB, contact phone.Number, results <-chan assign.Acceptance) {
	t.Helper()
	for waiting := false; !waiting; {
		select {
		case how := <-results:
			t.Fatalf("nobody waited: acceptance %d", how)
		default:
		}
		err := db.Pool().QueryRow(t.Context(),
			`SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = $1
				AND objid = (hashtext($2)::bigint & 4294967295)::oid)`, postgres.ContactLocks, contact.Digits()).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A commit that never comes must not keep its contact for as long as a dead connection
// may go unnoticed.
func TestACommitThatNeverComesFreesItsContact(t *testing.T) {
	t.Parallel()
	proxy, url := newProxy(t, journaltest.StartPostgres(t))
	j := open(t, url, postgres.Config{Timeout: 2 * time.Second})
	journaltest.Accept(t, j, journaltest.Numbered(722))
	proxy.holdCommit(t)
	journaltest.WantNotStored(t, j, journaltest.Numbered(721), "no word came back")
	for {
		_, how, err := j.Accept(t.Context(), journaltest.Numbered(721))
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
	proxy, url := newProxy(t, direct)
	j, other := open(t, url, postgres.Config{}), open(t, direct, postgres.Config{})
	j.db.Silence()
	proxy.dropCommit()
	journaltest.WantNotStored(t, j, journaltest.Numbered(731), "no word came back")
	twice := journaltest.Numbered(731)
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
	proxy, url := newProxy(t, direct)
	j, witness := open(t, url, postgres.Config{}), open(t, direct, postgres.Config{})
	j.db.Silence()
	f := &fault{answer: fatal("08P01", "server conn crashed?"), done: make(chan struct{})}
	proxy.atCommit.Store(f)
	journaltest.WantNotStored(t, j, journaltest.Numbered(741), "no word came back")
	if err := j.Health(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, there, err := witness.Latest(t.Context(), journaltest.Numbered(741).Contact); there || err != nil {
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
	left := open(t, direct, postgres.Config{})
	a := journaltest.Accept(t, left, journaltest.Numbered(1))
	proxy, url := newProxy(t, direct)
	j := open(t, url, postgres.Config{})
	own := journaltest.Accept(t, j, journaltest.Numbered(2))
	if err := left.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	proxy.dropCommit()
	if _, err := j.Take(t.Context()); !errors.Is(err, store.ErrUncertain) {
		t.Fatalf("error is %v", err)
	}
	taken, err := j.Take(t.Context())
	if err != nil || len(taken) != 1 || taken[0].ID != a.ID {
		t.Fatalf("taken %v, error %v, want %d and not %d", taken, err, a.ID, own.ID)
	}
}

// Nobody takes an offer back: whoever makes it hears that it may be stored, and the same again joins it.
func TestAnOfferWithoutAWordIsPending(t *testing.T) {
	t.Parallel()
	proxy, url := newProxy(t, journaltest.StartPostgres(t))
	j := open(t, url, postgres.Config{})
	j.db.Silence()
	o := assign.Offer{ID: 1, Key: "1", Requester: "U1", Contacts: []phone.Number{phone.New("966544444444")}, State: assign.OfferNew}
	proxy.dropCommit()
	if _, err := j.MakeOffer(t.Context(), o); !errors.Is(err, assign.ErrPending) {
		t.Fatalf("error is %v", err)
	}
	o.ID, o.Key = 2, "Enter, pressed again"
	if made, err := j.MakeOffer(t.Context(), o); made != assign.Joined || err != nil {
		t.Fatalf("made %d, error %v", made, err)
	}
}

// What is accepted in the same transaction is in its caller's hands.
func TestATakeAfterADoubtGivesNothingTwice(t *testing.T) {
	t.Parallel()
	db := open(t, journaltest.StartPostgres(t), postgres.Config{}).db
	db.Silence()
	db.SetUnsure()
	accepted, take := &store.Accept{Key: "1", Requester: "U1", Contact: "966544444444", JoinKey: "1"}, &store.Take{}
	if err := db.Commit(t.Context(), []store.Operation{accepted, take}); err != nil {
		t.Fatal(err)
	}
	if accepted.Stored.ID == 0 || len(take.Taken) != 0 {
		t.Fatalf("accepted as %d, %d taken", accepted.Stored.ID, len(take.Taken))
	}
}

func TestALeaseIsRenewed(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t)
	j := open(t, url, postgres.Config{Lease: 150 * time.Millisecond})
	db := j.db
	until := func() (at time.Time) {
		t.Helper()
		err := db.Pool().QueryRow(t.Context(), "SELECT lease_until FROM instances WHERE id = $1", db.Instance()).Scan(&at)
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
	j := open(t, url, postgres.Config{})
	db := j.db
	a, b := journaltest.Accept(t, j, journaltest.Numbered(1)), journaltest.Accept(t, j, journaltest.Numbered(2))
	declareDead(t, url, db.Instance())
	if v, err := j.Turn(t.Context(), a.ID, true); err != nil || v.Verdict != assign.TurnGo {
		t.Fatalf("turn is %+v, error %v", v, err)
	}
	declareDead(t, url, db.Instance())
	other := open(t, url, postgres.Config{})
	if taken, err := other.Take(t.Context()); err != nil || len(taken) != 2 {
		t.Fatalf("%d taken, error %v", len(taken), err)
	}
	if v, err := j.Turn(t.Context(), b.ID, true); err != nil || v.Verdict != assign.TurnLost {
		t.Fatalf("turn is %+v, error %v", v, err)
	}
	c := journaltest.Accept(t, j, journaltest.Numbered(3))
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
			db, err := postgres.Open(t.Context(), url, withDefaults(postgres.Config{}))
			if err != nil {
				t.Error(err)
				return
			}
			if err := db.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestANewerPostgresJournalIsRefused(t *testing.T) {
	t.Parallel()
	url := journaltest.StartPostgres(t)
	open(t, url, postgres.Config{})
	execute(t, url, "INSERT INTO "+store.Versions+" (version_id, is_applied) VALUES (99, true)")
	_, err := postgres.Open(t.Context(), url, withDefaults(postgres.Config{}))
	if err == nil || !strings.Contains(err.Error(), "newer version of azeer-slack") {
		t.Fatalf("error is %v", err)
	}
}

func TestPostgres(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Backend {
		url := journaltest.StartPostgres(t)
		return backend(url, url)
	})
}

// backend is journals at url, of which the tests change the rows directly.
func backend(url, direct string) journaltest.Backend {
	return journaltest.Backend{
		Shared: true,
		Open:   func(t testing.TB) assign.Journal { return open(t, url, postgres.Config{}) },
		Crash: func(t testing.TB, j assign.Journal) {
			db := j.(instance).db
			db.Silence()
			declareDead(t, direct, db.Instance())
		},
		Age: func(t testing.TB, by time.Duration) {
			execute(t, direct, "UPDATE assignments SET accepted_at = accepted_at - $1::interval", by)
		},
	}
}

// declareDead has an instance dead in the eyes of all, as when its lease has run out.
func declareDead(t testing.TB, url, instance string) {
	t.Helper()
	execute(t, url, "DELETE FROM instances WHERE id = $1", instance)
}

func execute(t testing.TB, url, sql string, args ...any) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}
