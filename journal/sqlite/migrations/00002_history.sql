-- +goose Up

-- Where and how it was asked; which assignment it takes back, 0 for none; whether its
-- outcome is yet to be reported.
ALTER TABLE assignments ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE assignments ADD COLUMN undoes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assignments ADD COLUMN due INTEGER NOT NULL DEFAULT 0;

CREATE INDEX assignments_by_requester ON assignments (requester, id);

-- These are written to when an assignment has ended, not when it is accepted.
CREATE INDEX assignments_wrong ON assignments (id)
    WHERE kind IN ('refused', 'failed', 'unknown', 'expired');
CREATE INDEX assignments_wrong_by_requester ON assignments (requester, id)
    WHERE kind IN ('refused', 'failed', 'unknown', 'expired');
CREATE INDEX assignments_assigned ON assignments (finished_at) WHERE kind = 'assigned';
CREATE INDEX assignments_due ON assignments (id) WHERE due = 1;

-- +goose Down
DROP INDEX assignments_due;
DROP INDEX assignments_assigned;
DROP INDEX assignments_wrong_by_requester;
DROP INDEX assignments_wrong;
DROP INDEX assignments_by_requester;
ALTER TABLE assignments DROP COLUMN due;
ALTER TABLE assignments DROP COLUMN undoes;
ALTER TABLE assignments DROP COLUMN origin;
