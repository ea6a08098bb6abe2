package journal

import (
	"context"
	"time"

	"azeer-slack/assign"

	"github.com/jackc/pgx/v5"
)

const (
	// sqlGuard is part of sqlAccept: a row where the guard, $12, does not hold.
	sqlGuard = `
			SELECT CASE WHEN newest > $12 THEN newest ELSE 0 END, 2 FROM (
				SELECT coalesce((SELECT max(id) FROM assignments WHERE contact = $3), 0) AS newest
			) newest WHERE $12::bigint <> 0 AND newest <> $12`
	sqlAudited = `UPDATE assignments SET auditor = NULL WHERE id = $1 AND auditor IS NOT NULL`
	// What an instance had to report falls to whoever asks first once it is declared dead.
	sqlInherit = `
		UPDATE assignments SET auditor = $1 WHERE id IN (
			SELECT a.id FROM assignments a
			WHERE a.auditor IS NOT NULL AND NOT EXISTS (SELECT FROM instances i WHERE i.id = a.auditor)
			ORDER BY a.id FOR UPDATE OF a SKIP LOCKED
		)`
)

// auditor is the instance that reports the outcomes which this one stores; nil: nobody.
func (p *postgres) auditor() *string {
	if !p.cfg.Audit {
		return nil
	}
	return &p.id
}

func (p *postgres) list(ctx context.Context, q assign.Query) (found []row, err error) {
	statement, args := listing(q, pgColumns, "$", func(table, contact string) string { return table + ".contact = " + contact })
	err = p.read(ctx, p.long(), func(ctx context.Context) error {
		found, err = collect(p.pool.Query(ctx, statement, args...))
		return err
	})
	return found, err
}

// unaudited looks for what the dead left behind, too. An instance that is declared dead
// but comes back reports twice what it is reporting at that moment.
func (p *postgres) unaudited(ctx context.Context, limit int) (found []row, err error) {
	err = p.read(ctx, p.cfg.Timeout, func(ctx context.Context) error {
		var b pgx.Batch
		b.Queue(sqlInherit, p.id)
		b.Queue(`SELECT `+pgColumns+` FROM `+tables+` WHERE a.auditor = $1 ORDER BY a.id LIMIT $2`, p.id, limit).
			Query(func(rows pgx.Rows) error {
				found, err = collect(rows, nil)
				return err
			})
		return p.pool.SendBatch(ctx, &b).Close()
	})
	return found, err
}

func collect(rows pgx.Rows, err error) ([]row, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(from pgx.CollectableRow) (row, error) {
		var r row
		err := from.Scan(r.fields()...)
		return r, err
	})
}

func (p *postgres) before(ctx context.Context, id int64) (row, bool, error) {
	return p.one(ctx, `a.contact = (SELECT contact FROM assignments WHERE id = $1) AND a.id < $1 AND `+owning, id)
}

func (p *postgres) owner(ctx context.Context, contact string) (row, bool, error) {
	return p.one(ctx, `a.contact = $1 AND `+owning, contact)
}

// one gives the newest that fulfils the condition.
func (p *postgres) one(ctx context.Context, condition string, arg any) (r row, found bool, err error) {
	statement := `SELECT ` + pgColumns + ` FROM ` + tables + ` WHERE ` + condition + ` ORDER BY a.id DESC LIMIT 1`
	err = p.read(ctx, p.long(), func(ctx context.Context) error {
		return optional(&found, r.fields()...)(p.pool.QueryRow(ctx, statement, arg))
	})
	return r, found, err
}

// assigned doesn't try again, since each has been called.
func (p *postgres) assigned(ctx context.Context, age time.Duration, each func(ended int64, outcome string) error) error {
	return explainPostgres(p.within(ctx, p.long(), func(ctx context.Context) error {
		rows, err := p.pool.Query(ctx, `
			SELECT (extract(epoch FROM statement_timestamp() - finished_at) * 1000000)::bigint, outcome FROM assignments
			WHERE kind = 'assigned' AND finished_at >= statement_timestamp() - $1::interval AND undoes = 0
			ORDER BY finished_at DESC`, age)
		if err != nil {
			return err
		}
		var ended int64
		var outcome string
		_, err = pgx.ForEachRow(rows, []any{&ended, &outcome}, func() error { return each(ended, outcome) })
		return err
	}))
}
