package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
)

const cureReadOnly = "the database is read-only, perhaps a standby: let DATABASE_URL name the primary"

// explain adds to an error what to do about it.
func explain(err error) error {
	if err == nil {
		return nil
	}
	said := (*pgconn.PgError)(nil)
	if !errors.As(err, &said) {
		if isFailover(err) {
			return fmt.Errorf("%s: %w", cureReadOnly, err)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("the database does not answer in time: see how it is, and the network between: %w", err)
		}
		if !lostConnection(err) {
			return err
		}
		if never := (*pgconn.ConnectError)(nil); errors.As(err, &never) {
			return fmt.Errorf("the database cannot be reached: see whether it runs, and whether DATABASE_URL names it: %w", err)
		}
		return fmt.Errorf("the connection to the database was lost: %w", err)
	}
	if isUnknownSetting(said) {
		return fmt.Errorf("the database does not know, or does not take, an option of DATABASE_URL: correct it or leave it out; "+
			"behind a pooler, set it for the user instead (ALTER ROLE … SET …): %w", err)
	}
	switch said.Code {
	case "28P01", "28000":
		return fmt.Errorf("the database refuses the user or password of DATABASE_URL: %w", err)
	case "3D000":
		return fmt.Errorf("there is no such database: create it, or correct DATABASE_URL: %w", err)
	case "53100":
		return fmt.Errorf("the disk of the Postgres server is full: free some space: %w", err)
	case "25006":
		return fmt.Errorf("%s: %w", cureReadOnly, err)
	case "42P05", "26000":
		return fmt.Errorf("a pooler stands before the database and mixes up prepared statements: "+
			"add default_query_exec_mode=exec to DATABASE_URL: %w", err)
	case "42501":
		return fmt.Errorf("the user of DATABASE_URL may not create or write the tables: grant it: %w", err)
	}
	return err
}

// lostConnection tells whether err came from the way to the server rather than from
// the server or from us.
func lostConnection(err error) bool {
	if said := (*pgconn.PgError)(nil); errors.As(err, &said) {
		return class(said) == "57" // the server is being stopped
	}
	var network net.Error
	return errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// isFailover tells whether err says that the server is no longer the one to write to, or not
// yet: another may be by now, or this one soon.
func isFailover(err error) bool {
	if errors.Is(err, pgconn.ErrReadOnlyConnection) || errors.Is(err, pgconn.ErrStandbyConnection) {
		return true
	}
	said := (*pgconn.PgError)(nil)
	return errors.As(err, &said) && slices.Contains([]string{"25006", "57P01", "57P02", "57P03"}, said.Code)
}

// ConcernsOne tells whether err may be the fault of a single operation: what the server says about the data (class 22), a constraint (23), or two
// transactions in each other's way (40) concerns single requests.
func (d *DB) ConcernsOne(err error) bool {
	said := (*pgconn.PgError)(nil)
	if !errors.As(err, &said) {
		return false
	}
	c := class(said)
	return c == "22" || c == "23" || c == "40"
}

// class is the first half of an error's code, which says what kind of error it is:
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func class(e *pgconn.PgError) string { return e.Code[:min(2, len(e.Code))] }
