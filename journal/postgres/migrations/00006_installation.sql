-- +goose Up

-- Whose journal it is: one row, or none until the first start.
CREATE TABLE installation (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    name  TEXT NOT NULL,
    proof TEXT NOT NULL
);

-- +goose Down
DROP TABLE installation;
