-- +goose Up

-- What is offered to whoever takes it first. contacts are their numbers, with blanks between; after_id is
-- the newest assignment at that time. details is JSON of whoever offers. keeper is the instance that does
-- what there is to do.
CREATE TABLE offers (
    id        bigint PRIMARY KEY,
    key       text        NOT NULL UNIQUE,
    requester text        NOT NULL,
    contacts  text        NOT NULL,
    note      text        NOT NULL DEFAULT '',
    after_id  bigint      NOT NULL,
    state     text        NOT NULL,
    details   text        NOT NULL DEFAULT '',
    made_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    since     timestamptz NOT NULL DEFAULT clock_timestamp(),
    due_at    timestamptz,
    keeper    text        NOT NULL
);

CREATE INDEX offers_pending ON offers (keeper, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX offers_made ON offers (made_at);

-- +goose Down
DROP TABLE offers;
