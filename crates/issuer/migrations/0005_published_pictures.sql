-- Which event gave the product its picture: what is published takes account of it from then on.
ALTER TABLE pictures ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
