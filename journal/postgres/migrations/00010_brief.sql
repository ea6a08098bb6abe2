-- +goose Up

-- What goes with a request for the new owner: a note, and whether the requester wants to hear
-- when the owner has taken note of the contact.
ALTER TABLE assignments ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE assignments ADD COLUMN receipt boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE assignments DROP COLUMN receipt;
ALTER TABLE assignments DROP COLUMN note;
