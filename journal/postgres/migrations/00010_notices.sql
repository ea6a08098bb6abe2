-- +goose Up

-- What goes with a request for the new owner: a note, and whether the requester wants to hear
-- when the owner has taken note of the contact.
ALTER TABLE assignments ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE assignments ADD COLUMN receipt boolean NOT NULL DEFAULT false;

-- Who is told of a contact that they were given: one row for an assignment, or for the part of a
-- batch that went to one agent, under the id of the first. details is JSON of whoever tells.
-- keeper is the instance that does what there is to do.
CREATE TABLE notices (
    id      bigint PRIMARY KEY,
    state   text        NOT NULL,
    details text        NOT NULL DEFAULT '',
    since   timestamptz NOT NULL DEFAULT clock_timestamp(),
    due_at  timestamptz,
    keeper  text        NOT NULL
);

CREATE INDEX notices_pending ON notices (keeper, due_at) WHERE due_at IS NOT NULL;

-- +goose Down
DROP TABLE notices;
ALTER TABLE assignments DROP COLUMN receipt;
ALTER TABLE assignments DROP COLUMN note;
