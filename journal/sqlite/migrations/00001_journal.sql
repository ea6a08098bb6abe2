-- +goose Up

-- "azsl": tells this file from the SQLite files of other programs.
PRAGMA application_id = 1635414892;

-- One row per accepted request. Times are microseconds since 1970. The newest row is
-- never deleted, so no id is given twice.
CREATE TABLE assignments (
    id          INTEGER PRIMARY KEY,
    key         TEXT    UNIQUE,              -- NULL if the request had none
    requester   TEXT    NOT NULL,
    contact     TEXT    NOT NULL,
    agent       TEXT    NOT NULL,
    twin        TEXT    NOT NULL,            -- equal for requests that may join
    reply       BLOB,                        -- NULL once answered
    accepted_at INTEGER NOT NULL,
    kind        TEXT    NOT NULL DEFAULT '', -- '' while unfinished
    outcome     TEXT,
    newer       INTEGER,
    finished_at INTEGER,
    answered    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Somebody waits for every page that accepting writes. So what is in hand and what is
-- settled have an index each: the first is small whatever the journal's size, and the
-- second is written to when nobody waits any more. Keys need no such care: Slack's begin
-- with a number that grows, so they come at the end of their index.
CREATE INDEX assignments_in_hand ON assignments (contact, id) WHERE answered = 0;
CREATE INDEX assignments_settled ON assignments (contact, id) WHERE answered = 1;

-- Keys of requests that joined an assignment.
CREATE TABLE joined (
    key        TEXT    PRIMARY KEY,
    assignment INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX joined_by_assignment ON joined (assignment);

-- Written to find out whether writing works.
CREATE TABLE pulse (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE pulse;
DROP TABLE joined;
DROP TABLE assignments;
