-- Releases of the trust pack. Each has its row before anything of it is written, so no version is used twice. The
-- files that it brings in and leaves behind are names below the pack's folder, as JSON.
CREATE TABLE releases (
    version BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    published BIGINT NOT NULL,
    added TEXT NOT NULL,
    dropped TEXT NOT NULL
);

-- Whose turn it is to publish, and until when nobody else begins.
CREATE TABLE publishing (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);
INSERT INTO publishing (id, holder, until) VALUES (1, '', 0);
