package journal

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"azeer-slack/journal/postgres"
	"azeer-slack/journal/sqlite"
	"azeer-slack/journal/store"
)

// kind is a kind of database.
type kind struct {
	scheme string
	// shared tells that several processes may use one at the same time.
	shared bool
	// check says what is wrong with a URL, as far as that can be seen in it. It quotes none of it.
	check   func(url string) error
	open    func(ctx context.Context, url string, cfg Config) (Database, error)
	examine func(ctx context.Context, url string) (store.Examination, error)
}

// kinds are those that there are.
var kinds = []kind{
	{"sqlite", false, checkPath,
		func(ctx context.Context, url string, cfg Config) (Database, error) {
			return sqlite.Open(ctx, pathOf(url), sqlite.Config{Audit: cfg.Audit, Now: cfg.Now})
		},
		func(ctx context.Context, url string) (store.Examination, error) {
			return sqlite.Examine(ctx, pathOf(url))
		}},
	{"postgres", true, checkServer, openPostgres, postgres.Examine},
	{"postgresql", true, checkServer, openPostgres, postgres.Examine},
}

func openPostgres(ctx context.Context, url string, cfg Config) (Database, error) {
	return postgres.Open(ctx, url, postgres.Config{Lease: cfg.Lease, Timeout: cfg.Timeout, Audit: cfg.Audit, Logger: cfg.Logger})
}

var errScheme = errors.New("DATABASE_URL must begin with sqlite:// or postgres://")

func kindOf(url string) (kind, error) {
	scheme, _, _ := strings.Cut(url, "://")
	for _, k := range kinds {
		if k.scheme == scheme {
			return k, nil
		}
	}
	return kind{}, errScheme
}

func openDatabase(ctx context.Context, url string, cfg Config) (Database, error) {
	k, err := kindOf(url)
	if err != nil {
		return nil, err
	}
	return k.open(ctx, url, cfg)
}

// Examine looks at the journal at url and changes nothing: no file is made, no table. It tells
// what would keep Open from opening it. Errors say what to do, and hold no password.
func Examine(ctx context.Context, url string) (found store.Examination, err error) {
	k, err := kindOf(url)
	if err != nil {
		return found, err
	}
	return k.examine(ctx, url)
}

// CheckURL says what is wrong with a URL for Open, as far as that can be seen in it.
func CheckURL(url string) error {
	k, err := kindOf(url)
	switch {
	case !strings.Contains(url, "://"):
		return errors.New("has no sqlite:// or postgres:// at its beginning")
	case err != nil:
		return errors.New("is of an unknown kind")
	}
	return k.check(url)
}

// IsShared tells whether several processes may use the journal at url at the same time.
func IsShared(url string) bool {
	k, err := kindOf(url)
	return err == nil && k.shared
}

func pathOf(url string) string {
	_, path, _ := strings.Cut(url, "://")
	return path
}

func checkPath(url string) error {
	if strings.Trim(pathOf(url), "/") == "" {
		return errors.New("has no path after sqlite://")
	}
	return nil
}

func checkServer(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return errors.New("is not a readable postgres:// address (percent-encode @ : / ? # in the password)")
	case u.Host == "" && !u.Query().Has("host"):
		return errors.New("names no host")
	}
	return nil
}
