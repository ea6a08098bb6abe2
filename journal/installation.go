package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/stdlib"
)

// Installation says whose a journal is: that of one Slack app in one workspace, with one
// Azeer. Two of them in one journal would carry out each other's requests.
type Installation struct {
	// Name says it to people.
	Name string
	// Proof is the same text whenever the program was given the same key to the same
	// workspace: what has it need not ask for the name. It must not be a secret.
	Proof string
}

// ForeignError says that a journal belongs to another installation.
type ForeignError struct{ Owner, Name string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("this journal belongs to another installation (%s) than this one (%s): give this one a DATABASE_URL of its own; "+
		"or, if the app was made anew or Azeer has moved, start once with: azeer-slack run --adopt", e.Owner, e.Name)
}

const (
	sqlClaim = `
		INSERT INTO installation (id, name, proof) VALUES (1, $1, $2)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, proof = excluded.proof
		WHERE installation.name = excluded.name OR $3`
	sqlOwner = `SELECT name, proof FROM installation`
)

// Claim makes the journal that of in, if it is nobody's, or if adopt says that it is the same
// installation under a new name. Otherwise the error is a *ForeignError.
func (j *Journal) Claim(ctx context.Context, in Installation, adopt bool) error {
	db, done := j.store.sql()
	defer done()
	if _, err := db.ExecContext(ctx, sqlClaim, in.Name, in.Proof, adopt); err != nil {
		return fmt.Errorf("claim journal: %w", err)
	}
	owner, err := installation(ctx, db)
	switch {
	case err != nil:
		return err
	case owner.Name != in.Name:
		return &ForeignError{Owner: owner.Name, Name: in.Name}
	}
	return nil
}

// Knows tells whether the one that claimed the journal last had this proof.
func (j *Journal) Knows(ctx context.Context, proof string) (bool, error) {
	db, done := j.store.sql()
	defer done()
	owner, err := installation(ctx, db)
	return owner.Proof != "" && owner.Proof == proof, err
}

func installation(ctx context.Context, db *sql.DB) (in Installation, err error) {
	err = db.QueryRowContext(ctx, sqlOwner).Scan(&in.Name, &in.Proof)
	if errors.Is(err, sql.ErrNoRows) {
		return Installation{}, nil
	}
	if err != nil {
		return Installation{}, fmt.Errorf("read whose journal it is: %w", err)
	}
	return in, nil
}

func (s *sqlite) sql() (db *sql.DB, done func()) { return s.write, func() {} }

func (p *postgres) sql() (db *sql.DB, done func()) {
	db = stdlib.OpenDBFromPool(p.pool)
	return db, func() { _ = db.Close() } // leaves the pool as it is
}
