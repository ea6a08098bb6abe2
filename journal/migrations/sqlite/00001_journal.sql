-- +goose Up

-- "azsl": tells this file from the SQLite files of other programs.
PRAGMA application_id = 1635414892;

-- One row per accepted request. Times are microseconds since 1970.
CREATE TABLE assignments (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice, also after pruning
    key         TEXT    UNIQUE,                    -- NULL if the request had none
    requester   TEXT    NOT NULL,
    contact     TEXT    NOT NULL,
    agent       TEXT    NOT NULL,
    twin        TEXT    NOT NULL,                  -- equal for requests that may join
    reply       BLOB,                              -- NULL once answered
    accepted_at INTEGER NOT NULL,
    kind        TEXT    NOT NULL DEFAULT '',       -- '' while unfinished
    outcome     TEXT,
    newer       INTEGER,
    finished_at INTEGER,
    answered    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX assignments_by_contact ON assignments (contact, id);
CREATE INDEX assignments_open ON assignments (twin) WHERE kind = '';
CREATE INDEX assignments_pending ON assignments (id) WHERE answered = 0;

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
