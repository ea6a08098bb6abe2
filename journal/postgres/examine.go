package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"azeer-slack/journal/store"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3/database"
)

// examineTimeout bounds one connection, or one question.
const examineTimeout = 5 * time.Second

// Examine tells what Open would meet at databaseURL, and changes nothing: it asks in a transaction
// that may only read.
func Examine(ctx context.Context, databaseURL string) (found store.Examination, err error) {
	if err := checkAddress(databaseURL); err != nil {
		return found, err
	}
	settings, err := poolSettings(databaseURL, examineTimeout)
	if err != nil {
		return found, explainAddress(err)
	}
	pooled, err := recognisePooler(ctx, settings.ConnConfig)
	if err != nil {
		return found, explain(err)
	}
	settings.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	conn, err := pgx.ConnectConfig(ctx, settings.ConnConfig)
	if err != nil {
		return found, explain(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return examine(ctx, tx, pooled, &found)
	})
	return found, explain(err)
}

func examine(ctx context.Context, tx pgx.Tx, pooled bool, found *store.Examination) error {
	var version, user, name string
	var readOnly bool
	err := tx.QueryRow(ctx, `SELECT current_setting('server_version'), current_user, current_database(),
		pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'`).Scan(&version, &user, &name, &readOnly)
	if err != nil {
		return err
	}
	found.Note("Postgres %s answers: database %s, user %s", version, name, user)
	if pooled {
		found.Note("a pooler stands before it, and is heeded: what a dead instance had in hand waits for its lease (30 s)")
	} else {
		found.Note("no pooler stands before it")
	}
	if readOnly {
		return errors.New(cureReadOnly)
	}
	if err := checkSchema(ctx, tx); err != nil {
		return err
	}
	return examineTables(ctx, tx, user, found)
}

// sqlTables tells of the schema: whether tables may be made there, whether ours are there, and
// whether there are others of that name.
const sqlTables = `SELECT current_schema(), has_schema_privilege(current_schema(), 'CREATE'),
	to_regclass('` + store.Versions + `') IS NOT NULL, to_regclass(quote_ident(current_schema()) || '.assignments') IS NOT NULL`

func examineTables(ctx context.Context, tx pgx.Tx, user string, found *store.Examination) error {
	var schema string
	var mayCreate, made, taken bool
	if err := tx.QueryRow(ctx, sqlTables).Scan(&schema, &mayCreate, &made, &taken); err != nil {
		return err
	}
	switch {
	case made:
		return examineOurs(ctx, tx, schema, user, mayCreate, found)
	case taken:
		return fmt.Errorf("the schema %s has a table assignments of another program: let DATABASE_URL name another database, or a schema by search_path", schema)
	case !mayCreate:
		return grantCreate(schema, user)
	}
	found.Note("its tables are not there yet; the first start makes them in the schema %s, which the user may", schema)
	return nil
}

func grantCreate(schema, user string) error {
	return fmt.Errorf("the user %s may not make tables in the schema %s: GRANT USAGE, CREATE ON SCHEMA %s TO %s", user, schema,
		pgx.Identifier{schema}.Sanitize(), pgx.Identifier{user}.Sanitize())
}

// sqlRights gives the tables of ours that the user may not read and write, and those that the user
// may not alter.
const sqlRights = `SELECT
	coalesce(string_agg(relname, ', ' ORDER BY relname) FILTER (WHERE NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
		AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))), ''),
	coalesce(string_agg(relname, ', ' ORDER BY relname) FILTER (WHERE NOT pg_has_role(relowner, 'USAGE')), '')
	FROM pg_class c WHERE c.oid = ANY (ARRAY[to_regclass('assignments'), to_regclass('joined'), to_regclass('instances'),
		to_regclass('installation'), to_regclass('duty'), to_regclass('notices'), to_regclass('` + store.Versions + `')])`

func examineOurs(ctx context.Context, tx pgx.Tx, schema, user string, mayCreate bool, found *store.Examination) error {
	var locked, foreign string
	if err := tx.QueryRow(ctx, sqlRights).Scan(&locked, &foreign); err != nil {
		return err
	}
	if locked != "" {
		return fmt.Errorf("the user %s may not read and write %s: GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %s", user, locked,
			locked, pgx.Identifier{user}.Sanitize())
	}
	found.Note("the user may read and write the tables")
	var have, unfinished int64
	if err := tx.QueryRow(ctx, store.SQLVersion).Scan(&have); err != nil {
		return err
	}
	known, err := store.Known(database.DialectPostgres, migrations)
	if err != nil {
		return err
	}
	switch {
	case have < known && !mayCreate:
		return grantCreate(schema, user)
	case have < known && foreign != "":
		return fmt.Errorf("the tables have to be brought up to date, and %s belong to another user: start once as that one, or ALTER TABLE … OWNER TO %s",
			foreign, pgx.Identifier{user}.Sanitize())
	}
	if err := tx.QueryRow(ctx, store.SQLUnfinished).Scan(&unfinished); err != nil {
		return err
	}
	found.NoteUnfinished(unfinished)
	if err := found.NoteVersion(have, known); err != nil {
		return err
	}
	return readOwner(ctx, tx, found)
}

// readOwner leaves the owner out where the tables are older than that.
func readOwner(ctx context.Context, tx pgx.Tx, found *store.Examination) error {
	var there bool
	if err := tx.QueryRow(ctx, `SELECT to_regclass('installation') IS NOT NULL`).Scan(&there); err != nil || !there {
		return err
	}
	return tx.QueryRow(ctx, `SELECT coalesce((SELECT max(name) FROM installation), '')`).Scan(&found.Owner)
}
