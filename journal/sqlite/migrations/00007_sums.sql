-- +goose Up

-- Checksums of what was asked, and of the outcome: SQLite has none of its own outside the
-- write-ahead log. NULL: of an older version. Whoever changes what they cover makes them anew.
ALTER TABLE assignments ADD COLUMN request_sum INTEGER;
ALTER TABLE assignments ADD COLUMN outcome_sum INTEGER;

-- +goose Down
ALTER TABLE assignments DROP COLUMN outcome_sum;
ALTER TABLE assignments DROP COLUMN request_sum;
