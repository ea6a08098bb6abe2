-- +goose Up

-- What is offered to whoever takes it first. contacts are their numbers, with blanks between; after_id is
-- the newest assignment at that time. details is JSON of whoever offers.
CREATE TABLE offers (
    id        INTEGER PRIMARY KEY,
    key       TEXT    NOT NULL UNIQUE,
    requester TEXT    NOT NULL,
    contacts  TEXT    NOT NULL,
    note      TEXT    NOT NULL DEFAULT '',
    after_id  INTEGER NOT NULL,
    state     TEXT    NOT NULL,
    details   TEXT    NOT NULL DEFAULT '',
    made_at   INTEGER NOT NULL,
    since     INTEGER NOT NULL,
    due_at    INTEGER -- when there is something to do, NULL for never
) STRICT;

CREATE INDEX offers_pending ON offers (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX offers_made ON offers (made_at);

-- +goose Down
DROP TABLE offers;
