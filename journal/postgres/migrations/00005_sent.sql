-- +goose Up

-- Written before Azeer is called for the first time. What an older version left unfinished may
-- have been sent.
ALTER TABLE assignments ADD COLUMN sent boolean NOT NULL DEFAULT false;
UPDATE assignments SET sent = true WHERE kind = '';

-- +goose Down
ALTER TABLE assignments DROP COLUMN sent;
