-- +goose Up

-- Of what is settled only, as the index by contact: who waits for a request to be accepted need not
-- wait for this index, too. What is in hand is little, whoever asked for it.
DROP INDEX assignments_by_requester;
CREATE INDEX assignments_by_requester ON assignments (requester, id) WHERE answered = 1;

-- +goose Down
DROP INDEX assignments_by_requester;
CREATE INDEX assignments_by_requester ON assignments (requester, id);
