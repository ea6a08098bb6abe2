-- +goose Up

-- Whom a contact of a group goes to, once that is decided; and whom the contact was given to,
-- in small letters, and when: what ended assigned and took nothing back, and what is on its way
-- to whom a group's was decided to go.
ALTER TABLE assignments
    ADD COLUMN choice   text NOT NULL DEFAULT '', -- '': not decided, or not a group's
    ADD COLUMN given_to text NOT NULL DEFAULT '',
    ADD COLUMN given_at timestamptz;

UPDATE assignments SET given_to = coalesce(lower(substring(outcome FROM '"platform_id":"([^"\\]*)"')), ''), given_at = finished_at
    WHERE kind = 'assigned' AND undoes = 0;

CREATE INDEX assignments_given ON assignments (given_to, given_at) WHERE given_to <> '';

-- Whom each group was given its last contact to.
CREATE TABLE duty (
    id   text PRIMARY KEY,
    last text NOT NULL
);

-- +goose Down
DROP TABLE duty;
DROP INDEX assignments_given;
ALTER TABLE assignments DROP COLUMN given_at, DROP COLUMN given_to, DROP COLUMN choice;
