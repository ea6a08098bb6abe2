-- +goose Up

-- Written before Azeer is called for the first time. What an older version left unfinished may
-- have been sent.
ALTER TABLE assignments ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
UPDATE assignments SET sent = 1 WHERE answered = 0 AND kind = '';

-- The run of the machine in which the journal was last open: sent need not be synced, and
-- counts only within one.
CREATE TABLE boots (
    id   INTEGER PRIMARY KEY,
    boot TEXT NOT NULL
) STRICT;

-- +goose Down
DROP TABLE boots;
ALTER TABLE assignments DROP COLUMN sent;
