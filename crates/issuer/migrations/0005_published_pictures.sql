-- Which event gave the product its picture: what is published takes account of it from then on.
ALTER TABLE pictures ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
CREATE INDEX pictures_seq ON pictures (seq);
CREATE INDEX awards_product ON awards (product);
