-- +goose Up

-- One row per accepted request.
CREATE TABLE assignments (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         text        UNIQUE,               -- NULL if the request had none
    requester   text        NOT NULL,
    contact     text        NOT NULL,
    agent       text        NOT NULL,
    twin        text        NOT NULL,             -- equal for requests that may join
    reply       bytea,                            -- NULL once answered
    accepted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind        text        NOT NULL DEFAULT '',  -- '' while unfinished
    outcome     text,
    newer       bigint,
    finished_at timestamptz,
    answered    boolean     NOT NULL DEFAULT false,
    owner       text        NOT NULL,             -- the instance that works on it
    wired       boolean     NOT NULL DEFAULT false, -- its owner may have a call under way
    batch       bigint      NOT NULL              -- the transaction that stored it
);

CREATE INDEX assignments_by_contact ON assignments (contact, id);
CREATE INDEX assignments_open ON assignments (twin) WHERE kind = '';
CREATE INDEX assignments_pending ON assignments (id) WHERE NOT answered;
CREATE INDEX assignments_wired ON assignments (contact) WHERE wired;

-- Keys of requests that joined an assignment.
CREATE TABLE joined (
    key        text   PRIMARY KEY,
    assignment bigint NOT NULL,
    batch      bigint NOT NULL
);

CREATE INDEX joined_by_assignment ON joined (assignment);

-- The lease of every living instance, good for all that it owns.
CREATE TABLE instances (
    id          text        PRIMARY KEY,
    lease_until timestamptz NOT NULL
);

-- +goose Down
DROP TABLE instances;
DROP TABLE joined;
DROP TABLE assignments;
