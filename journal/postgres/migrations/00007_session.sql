-- +goose Up

-- The key of the lock that a session of the instance's own holds as long as it lives. NULL:
-- there is none, as behind a pooler, and the lease alone counts.
ALTER TABLE instances ADD COLUMN session bigint;

-- +goose Down
ALTER TABLE instances DROP COLUMN session;
