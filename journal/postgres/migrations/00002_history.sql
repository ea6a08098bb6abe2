-- +goose Up

ALTER TABLE assignments
    ADD COLUMN origin  text   NOT NULL DEFAULT '', -- where and how it was asked
    ADD COLUMN undoes  bigint NOT NULL DEFAULT 0,  -- which one it takes back; 0: none
    ADD COLUMN auditor text;                       -- the instance that has to report its outcome

CREATE INDEX assignments_by_requester ON assignments (requester, id);

-- These are written to when an assignment has ended, not when it is accepted.
CREATE INDEX assignments_wrong ON assignments (id)
    WHERE kind IN ('refused', 'failed', 'unknown', 'expired');
CREATE INDEX assignments_wrong_by_requester ON assignments (requester, id)
    WHERE kind IN ('refused', 'failed', 'unknown', 'expired');
CREATE INDEX assignments_assigned ON assignments (finished_at) WHERE kind = 'assigned';
CREATE INDEX assignments_due ON assignments (id) WHERE auditor IS NOT NULL;

-- +goose Down
DROP INDEX assignments_due;
DROP INDEX assignments_assigned;
DROP INDEX assignments_wrong_by_requester;
DROP INDEX assignments_wrong;
DROP INDEX assignments_by_requester;
ALTER TABLE assignments DROP COLUMN auditor, DROP COLUMN undoes, DROP COLUMN origin;
