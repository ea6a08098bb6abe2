-- +goose Up

-- What goes with a request for the new owner: a note, and whether the requester wants to hear
-- when the owner has taken note of the contact.
ALTER TABLE assignments ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE assignments ADD COLUMN receipt INTEGER NOT NULL DEFAULT 0;

-- Who is told of a contact that they were given: one row for an assignment, or for the part of a
-- batch that went to one agent, under the id of the first. details is JSON of whoever tells.
CREATE TABLE notices (
    id      INTEGER PRIMARY KEY,
    state   TEXT    NOT NULL,
    details TEXT    NOT NULL DEFAULT '',
    since   INTEGER NOT NULL,
    due_at  INTEGER -- when there is something to do, NULL for never
) STRICT;

CREATE INDEX notices_pending ON notices (due_at) WHERE due_at IS NOT NULL;

-- +goose Down
DROP TABLE notices;
ALTER TABLE assignments DROP COLUMN receipt;
ALTER TABLE assignments DROP COLUMN note;
