package postgres_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/postgres"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
)

// In each round several instances find nothing, and then several find it done.
func TestInstancesBehindAPoolerMayStartAtOnce(t *testing.T) {
	t.Parallel()
	for range 6 {
		direct := journaltest.StartPostgres(t)
		url := journaltest.StartPgBouncer(t, direct)
		for range 2 {
			startAtOnce(t, url)
		}
		wantNoSessionLock(t, direct, url)
	}
}

func startAtOnce(t *testing.T, url string) {
	t.Helper()
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			db, err := postgres.Open(t.Context(), url, withDefaults(postgres.Config{}))
			if err != nil {
				t.Errorf("instance %d: %v", n, err)
				return
			}
			if err := db.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// wantNoSessionLock looks at the sessions that the pooler keeps for the user of url.
func wantNoSessionLock(t *testing.T, direct, url string) {
	t.Helper()
	settings, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, direct)
	var sessions, locks int
	err = conn.QueryRow(t.Context(), `
		SELECT count(DISTINCT a.pid), count(l.pid) FROM pg_stat_activity a LEFT JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'advisory'
		WHERE a.usename = $1`, settings.User).Scan(&sessions, &locks)
	if err != nil || sessions == 0 || locks > 0 {
		t.Errorf("%d sessions hold %d locks, error %v", sessions, locks, err)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func TestTheWaitForAnotherInstanceIsLoggedAndHasAnEnd(t *testing.T) {
	t.Parallel()
	direct := journaltest.StartPostgres(t)
	for name, url := range map[string]string{"directly": direct, "behind a pooler": journaltest.StartPgBouncer(t, direct)} {
		t.Run(name, func(t *testing.T) {
			conn := connect(t, direct)
			migrating, err := conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := migrating.Exec(t.Context(), postgres.SQLMigrationLock, postgres.MigrationLocks); err != nil {
				t.Fatal(err)
			}
			waiting := &waitLog{seen: make(chan struct{})}
			cfg := postgres.Config{MigrationWait: 200 * time.Millisecond, Logger: zerolog.New(waiting)}
			_, err = postgres.Open(t.Context(), url, withDefaults(cfg))
			if err == nil || !strings.Contains(err.Error(), "start this one again when that is done") {
				t.Fatalf("error is %v", err)
			}
			<-waiting.seen

			waiting = &waitLog{seen: make(chan struct{})}
			var rolledBack sync.WaitGroup
			rolledBack.Go(func() {
				<-waiting.seen
				_ = migrating.Rollback(t.Context())
			})
			open(t, url, postgres.Config{Logger: zerolog.New(waiting)})
			rolledBack.Wait()
		})
	}
}

// waitLog notices that an instance waits.
type waitLog struct {
	once sync.Once
	seen chan struct{}
}

func (l *waitLog) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("another instance brings the journal up to date; waiting")) {
		l.once.Do(func() { close(l.seen) })
	}
	return len(line), nil
}

// An operator may know better.
func TestAModeThatIsAskedForIsKept(t *testing.T) {
	t.Parallel()
	direct := journaltest.StartPostgres(t)
	url := journaltest.StartPgBouncer(t, direct) + "&default_query_exec_mode=simple_protocol"
	j := open(t, url, postgres.Config{})
	a := journaltest.Accept(t, j, journaltest.Numbered(1))
	if mode := j.db.Pool().Config().ConnConfig.DefaultQueryExecMode; mode != pgx.QueryExecModeSimpleProtocol {
		t.Errorf("mode is %v", mode)
	}
	if v, err := j.Turn(t.Context(), a.ID, true); err != nil || v.Verdict != assign.TurnGo {
		t.Fatalf("turn is %+v, error %v", v, err)
	}
	journaltest.Settle(t, j, a.ID)
}
