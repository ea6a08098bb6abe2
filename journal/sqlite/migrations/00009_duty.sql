-- +goose Up

-- Whom a contact of a group goes to, once that is decided; '' before that, and of others.
ALTER TABLE assignments ADD COLUMN choice TEXT NOT NULL DEFAULT '';

-- Whom the contact was given to, in small letters, and when: what ended assigned and took
-- nothing back, and what is on its way to whom a group's was decided to go.
ALTER TABLE assignments ADD COLUMN given_to TEXT NOT NULL DEFAULT '';
ALTER TABLE assignments ADD COLUMN given_at INTEGER NOT NULL DEFAULT 0;
UPDATE assignments SET given_to = lower(coalesce(json_extract(outcome, '$.agent.platform_id'), '')), given_at = finished_at
    WHERE kind = 'assigned' AND undoes = 0 AND json_valid(outcome) AND finished_at IS NOT NULL;

CREATE INDEX assignments_given ON assignments (given_to, given_at) WHERE given_to <> '';

-- Whom each group was given its last contact to.
CREATE TABLE duty (
    id   TEXT PRIMARY KEY,
    last TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE duty;
DROP INDEX assignments_given;
ALTER TABLE assignments DROP COLUMN given_at;
ALTER TABLE assignments DROP COLUMN given_to;
ALTER TABLE assignments DROP COLUMN choice;
