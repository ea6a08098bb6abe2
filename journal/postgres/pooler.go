package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

// recognisePooler tells whether a pooler such as PgBouncer stands before the server, and has
// settings do without what poolers lose: a connection to one has the number of no session. Behind
// a pooler each transaction may run in another session, so there are neither prepared
// statements nor locks that outlast a transaction:
// https://www.pgbouncer.org/features.html#sql-feature-map-for-pooling-modes
func recognisePooler(ctx context.Context, settings *pgx.ConnConfig) (bool, error) {
	asking := settings.Copy()
	asking.DefaultQueryExecMode = pgx.QueryExecModeExec
	conn, err := pgx.ConnectConfig(ctx, asking)
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.Close(ctx) }()
	var session uint32
	if err := conn.QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&session); err != nil {
		return false, err
	}
	pooled := session != conn.PgConn().PID()
	if pooled && !strings.Contains(settings.ConnString(), "default_query_exec_mode=") {
		settings.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	return pooled, nil
}
