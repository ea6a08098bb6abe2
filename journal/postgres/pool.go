package postgres

import (
	"context"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// poolSize leaves places to those who write and read while others wait for a server
	// that fell silent, and four instances within the 100 connections of a server that is
	// set up as Postgres comes. Few are ever opened.
	poolSize = 24
	// poolLeast lets one read while another writes.
	poolLeast = 2
	// poolIdle is how soon a connection goes that a burst has left behind.
	poolIdle = 2 * time.Minute
	// goodbye is how long the server has to confirm the end of a connection.
	goodbye = 500 * time.Millisecond
)

// poolSettings reads databaseURL, which may set the pool otherwise.
func poolSettings(databaseURL string, timeout time.Duration) (*pgxpool.Config, error) {
	settings, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	asked, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	unless := func(name string, set func()) {
		if _, there := asked.RuntimeParams[name]; !there {
			set()
		}
	}
	unless("pool_max_conns", func() { settings.MaxConns = poolSize })
	unless("pool_max_conn_idle_time", func() { settings.MaxConnIdleTime = poolIdle })
	// One that is asked for its health before its use, and says nothing, leaves time for another.
	unless("pool_ping_timeout", func() { settings.PingTimeout = timeout / 4 })
	settings.MaxConns = max(settings.MaxConns, poolLeast)
	conn := settings.ConnConfig
	if conn.ConnectTimeout == 0 || conn.ConnectTimeout > timeout {
		conn.ConnectTimeout = timeout
	}
	conn.DialFunc = dialWithDeadlines(conn.DialFunc, timeout/2)
	return settings, nil
}

// dialWithDeadlines makes pgx let go of what is dead within a second or two. Left to itself it takes
// 15 s to say goodbye to a connection on which time ran out: it calls the server once more,
// to cancel what is going on there, and waits for the end of what that still sends. All that
// while the connection keeps its place in the pool.
func dialWithDeadlines(dial pgconn.DialFunc, limit time.Duration) pgconn.DialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return deadlineConn{conn}, nil
	}
}

type deadlineConn struct{ net.Conn }

// SetDeadline is called with a time to come only at the goodbye.
func (c deadlineConn) SetDeadline(t time.Time) error {
	if soon := time.Now().Add(goodbye); t.After(soon) {
		t = soon
	}
	return c.Conn.SetDeadline(t)
}
