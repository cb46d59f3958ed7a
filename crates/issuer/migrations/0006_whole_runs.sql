-- Units are on record as written before they are: a run is written out as a whole once its file was made durable, too.
ALTER TABLE runs ADD COLUMN whole BIGINT NOT NULL DEFAULT 0;
UPDATE runs SET whole = 1 WHERE written = units;
