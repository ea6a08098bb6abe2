package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// checkAddress refuses a URL of which a part may be taken for another: of a password with an
// unescaped character, the rest would be a host or an option, and be looked up or logged. The
// error quotes nothing but the character.
func checkAddress(databaseURL string) error {
	_, rest, _ := strings.Cut(databaseURL, "://")
	credentials := ""
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		credentials = rest[:at]
	}
	if i := strings.IndexAny(credentials, "@/?#"); i >= 0 {
		return unescaped(credentials[i:i+1], "before its last @")
	}
	if strings.Contains(rest, "#") {
		return unescaped("#", "that ends it")
	}
	if strings.Contains(credentials, " ") {
		return errors.New("DATABASE_URL has a space before its last @: in a user name or a password write it as %20")
	}
	if percent.MatchString(rest) {
		return unescaped("%", "that two hexadecimal digits do not follow")
	}
	return nil
}

// percent is a % that escapes nothing.
var percent = regexp.MustCompile(`%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)`)

func unescaped(character, where string) error {
	also := ""
	if character != "@" {
		also = " (and an @ as %40)"
	}
	return fmt.Errorf("DATABASE_URL has a %s %s: in a user name, a password or an option write it as %s%s",
		character, where, url.QueryEscape(character), also)
}

// cures say what to do where pgx does not take a setting, by what it says about it.
var cures = []struct{ said, cure string }{
	{"sslmode is invalid", "sslmode is one of disable, allow, prefer, require, verify-ca and verify-full"},
	{"connect_timeout", "connect_timeout is a number of seconds without a unit, such as connect_timeout=10"},
	{"target_session_attrs", "target_session_attrs is one of any, read-write, read-only, primary, standby and prefer-standby"},
	{"default_query_exec_mode", "default_query_exec_mode is one of cache_statement, cache_describe, describe_exec, exec and simple_protocol"},
	{"invalid port", "a port is a number from 1 to 65535"},
	{"pool_max_conns", "pool_max_conns is a whole number, such as pool_max_conns=8"},
	{"pool_", "times of the pool are written as 30s or 5m, numbers as digits"},
	{"failed to configure TLS", "see sslrootcert, sslcert and sslkey: each names a file that the program may read"},
	{"failed to read service", "see service and servicefile"},
	{"require_auth", "see require_auth"},
	{"sslcertmode", "see sslcertmode"},
}

// explainAddress says why pgx does not read an address. What pgx says may quote the
// password: only causes that hold none go on.
func explainAddress(err error) error {
	said := err.Error()
	said = said[strings.LastIndex(said, "`: ")+1:] // behind the address
	for _, c := range cures {
		if !strings.Contains(said, c.said) {
			continue
		}
		if inner := errors.Unwrap(err); inner != nil && strings.Contains(said, "configure TLS") {
			return fmt.Errorf("DATABASE_URL: %s: %w", c.cure, inner)
		}
		return errors.New("DATABASE_URL: " + c.cure)
	}
	return errors.New("DATABASE_URL is not a valid Postgres URL: write postgres://user:password@host:5432/database")
}

// querier is a pool or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// checkSchema wants a schema in which tables can be: Postgres passes over those of search_path
// that there are not.
func checkSchema(ctx context.Context, on querier) error {
	var schema *string
	var path string
	err := on.QueryRow(ctx, `SELECT current_schema(), current_setting('search_path')`).Scan(&schema, &path)
	if err == nil && schema == nil {
		return fmt.Errorf("there is no schema %s, or the user of DATABASE_URL may not use it: "+
			"create it (CREATE SCHEMA), grant it (GRANT USAGE, CREATE ON SCHEMA), or correct search_path", path)
	}
	return err
}

// isUnknownSetting tells whether the server, or a pooler, does not know an option of the URL.
func isUnknownSetting(e *pgconn.PgError) bool {
	return e.Code == "42704" && strings.Contains(e.Message, "configuration parameter") ||
		e.Code == "22023" && strings.Contains(e.Message, "parameter") ||
		e.Code == "08P01" && strings.Contains(e.Message, "startup parameter")
}
