-- What a run was signed with before it was given to another key, and how far it was written then: its boxes are out
-- there, and count until the run is written anew as a whole. No key before: ''.
ALTER TABLE runs ADD COLUMN old_key TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN old_issued_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN old_written BIGINT NOT NULL DEFAULT 0;
