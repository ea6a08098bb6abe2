-- +goose Up

-- contact is the number of today's numbering plan. contact_id is the id of WhatsApp's that
-- was typed, where that is another; else it is empty.
ALTER TABLE assignments ADD COLUMN contact_id TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE assignments DROP COLUMN contact_id;
