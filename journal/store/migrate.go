package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"azeer-slack/assign/phone"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// Versions is the table in which goose notes what it did. It has a name of its own
// because a Postgres database may be shared with other programs.
const Versions = "azeer_slack_versions"

// Migrate brings the tables up to date; see Migrations. A journal written by a newer version
// of this program is refused: this one wouldn't know what it destroys.
func Migrate(ctx context.Context, dialect database.Dialect, db *sql.DB, files fs.FS) error {
	provider, err := Migrations(dialect, db, files)
	if err != nil {
		return err
	}
	have, know, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > know {
		return newerError(have, know)
	}
	if have == know {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("create tables: %w", err)
	}
	return nil
}

func newerError(have, know int64) error {
	return fmt.Errorf("it was written by a newer version of azeer-slack "+
		"(its tables are at version %d, this program knows %d): "+
		"run that version, or let DATABASE_URL point elsewhere", have, know)
}

// Migrations are those of the SQL files in the folder migrations of files, and those that
// are the same for all databases.
func Migrations(dialect database.Dialect, db *sql.DB, files fs.FS) (*goose.Provider, error) {
	all, err := written(files)
	if err != nil {
		return nil, err
	}
	all = append(all, goose.NewGoMigration(4, &goose.GoFunc{RunTx: oneContact}, &goose.GoFunc{RunTx: nothing}))
	table, err := database.NewStore(dialect, Versions)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectCustom, db, nil,
		goose.WithStore(table), goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(all...))
}

// written are the migrations of SQL files, each in a transaction. Goose would read each through a
// buffer of 4 MB, and the garbage collector takes that for what the program needs. Of goose's
// annotations only "Up", which comes first, and "Down" are known.
func written(files fs.FS) ([]*goose.Migration, error) {
	paths, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var all []*goose.Migration
	for _, p := range paths {
		version, err := goose.NumericComponent(path.Base(p))
		if err != nil {
			return nil, err
		}
		text, err := fs.ReadFile(files, p)
		if err != nil {
			return nil, err
		}
		up, down, _ := strings.Cut(string(text), "-- +goose Down")
		all = append(all, goose.NewGoMigration(version, executing(up), executing(down)))
	}
	return all, nil
}

func executing(text string) *goose.GoFunc {
	return &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, text)
		return err
	}}
}

// oneContact brings the rows of contacts that were typed in an older form of their number
// under today's, and keeps the form.
func oneContact(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT contact FROM assignments`)
	if err != nil {
		return err
	}
	older := make(map[string]string)
	for rows.Next() {
		var contact string
		if err := errors.Join(rows.Scan(&contact), rows.Err()); err != nil {
			return errors.Join(err, rows.Close())
		}
		if now := phone.New(contact).Digits(); now != contact {
			older[contact] = now
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for contact, now := range older {
		// $1 and $2 are parameters to SQLite, too.
		if _, err := tx.ExecContext(ctx, `UPDATE assignments SET contact = $1, contact_id = contact WHERE contact = $2`, now, contact); err != nil {
			return err
		}
	}
	return nil
}

func nothing(context.Context, *sql.Tx) error { return nil }
