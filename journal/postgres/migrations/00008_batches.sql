-- +goose Up

-- The batch that a request was made in, 0 for none. A batch has no row of its own: the first
-- of its requests stands for it, and holds where its answer goes.
ALTER TABLE assignments ADD COLUMN part_of bigint NOT NULL DEFAULT 0;

CREATE INDEX assignments_by_batch ON assignments (part_of, id) WHERE part_of <> 0;

-- +goose Down
DROP INDEX assignments_by_batch;
ALTER TABLE assignments DROP COLUMN part_of;
