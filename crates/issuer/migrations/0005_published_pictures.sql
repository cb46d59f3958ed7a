-- Where a picture is published, and since which event: '' once it was taken away. Those that are there already are
-- published with the next release.
ALTER TABLE pictures ADD COLUMN path TEXT NOT NULL DEFAULT '';
ALTER TABLE pictures ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
UPDATE pictures SET path = COALESCE((SELECT p.picture FROM products p WHERE p.id = pictures.product), ''),
    seq = 1 + (SELECT COALESCE(MAX(e.seq), 0) FROM events e);
CREATE INDEX pictures_seq ON pictures (seq);
CREATE INDEX pictures_path ON pictures (path);
CREATE INDEX awards_product ON awards (product);
