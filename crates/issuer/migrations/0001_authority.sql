-- One text for SQLite and PostgreSQL: only TEXT and BIGINT, times in seconds since 1970.

-- The end of the audit chain, and the counters. Every transaction that changes anything takes this row first,
-- so writers follow one another whatever their number.
CREATE TABLE head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    turn BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    next_id BIGINT NOT NULL,
    next_index BIGINT NOT NULL
);
INSERT INTO head (id, turn, seq, hash, next_id, next_index)
VALUES (1, 0, 0, '0000000000000000000000000000000000000000000000000000000000000000', 1, 0);

CREATE TABLE events (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    refused TEXT,
    body TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX events_subject ON events (subject, seq);

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE users (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    external TEXT UNIQUE,
    roles TEXT NOT NULL,
    active BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE tokens (
    id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX tokens_user ON tokens (user_id);

CREATE TABLE keys (
    id TEXT NOT NULL PRIMARY KEY,
    place BIGINT NOT NULL,
    jwk TEXT NOT NULL,
    purposes TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE manufacturers (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    contact TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE products (
    id BIGINT NOT NULL PRIMARY KEY,
    manufacturer BIGINT NOT NULL REFERENCES manufacturers (id),
    brand TEXT NOT NULL,
    models TEXT NOT NULL,
    category TEXT,
    picture TEXT,
    support_until TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX products_manufacturer ON products (manufacturer);

CREATE TABLE product_gtins (
    gtin TEXT NOT NULL PRIMARY KEY,
    product BIGINT NOT NULL REFERENCES products (id)
);
CREATE INDEX product_gtins_product ON product_gtins (product);

-- What officers decide. The preparers are ids between commas; none of them may approve.
CREATE TABLE awards (
    id BIGINT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    renewal BIGINT NOT NULL,
    scheme TEXT NOT NULL,
    state TEXT NOT NULL,
    draft TEXT NOT NULL,
    evidence TEXT,
    product BIGINT REFERENCES products (id),
    preparers TEXT NOT NULL,
    prepared_at BIGINT NOT NULL,
    approver BIGINT REFERENCES users (id),
    decided_at BIGINT,
    note TEXT,
    minted_seq BIGINT,
    version BIGINT NOT NULL,
    CHECK (approver IS NULL OR state = 'rejected' OR preparers NOT LIKE '%,' || approver || ',%')
);
CREATE UNIQUE INDEX awards_first ON awards (number) WHERE renewal = 0 AND state <> 'rejected';
CREATE UNIQUE INDEX awards_renewal ON awards (number) WHERE renewal = 1 AND state = 'draft';
CREATE INDEX awards_number ON awards (number);
CREATE INDEX awards_state ON awards (state, id);

-- The products that an award is for, while it counts.
CREATE TABLE award_gtins (
    award BIGINT NOT NULL REFERENCES awards (id),
    gtin TEXT NOT NULL,
    scheme TEXT NOT NULL,
    number TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    counts BIGINT NOT NULL,
    PRIMARY KEY (award, gtin)
);
CREATE INDEX award_gtins_counting ON award_gtins (gtin, scheme) WHERE counts = 1;
CREATE INDEX award_gtins_number ON award_gtins (number) WHERE counts = 1;

CREATE TABLE labels (
    id BIGINT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    scheme TEXT NOT NULL,
    award BIGINT NOT NULL REFERENCES awards (id),
    status BIGINT NOT NULL,
    list BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (list, entry)
);
CREATE INDEX labels_flagged ON labels (list) WHERE status <> 0;

-- One row for each code on a package, with what was fixed before it was signed.
CREATE TABLE codes (
    id BIGINT NOT NULL PRIMARY KEY,
    label BIGINT NOT NULL REFERENCES labels (id),
    award BIGINT NOT NULL REFERENCES awards (id),
    path TEXT NOT NULL,
    gtin TEXT NOT NULL,
    serial TEXT,
    key TEXT NOT NULL REFERENCES keys (id),
    issued_at BIGINT NOT NULL,
    link TEXT,
    credential TEXT,
    minted_seq BIGINT,
    published BIGINT NOT NULL,
    replaced BIGINT NOT NULL
);
CREATE INDEX codes_unsigned ON codes (id) WHERE link IS NULL;
CREATE INDEX codes_unpublished ON codes (minted_seq) WHERE published = 0;
CREATE INDEX codes_minted ON codes (minted_seq);
CREATE INDEX codes_label ON codes (label);
CREATE INDEX codes_award ON codes (award);
CREATE INDEX codes_key ON codes (key, id);
CREATE INDEX codes_path ON codes (path);

CREATE TABLE status_lists (
    list BIGINT NOT NULL PRIMARY KEY,
    seed TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    changed_seq BIGINT NOT NULL
);

CREATE TABLE runs (
    id BIGINT NOT NULL PRIMARY KEY,
    label BIGINT NOT NULL REFERENCES labels (id),
    award BIGINT NOT NULL REFERENCES awards (id),
    gtin TEXT NOT NULL,
    serials TEXT NOT NULL,
    units BIGINT NOT NULL,
    first_index BIGINT NOT NULL,
    key TEXT NOT NULL REFERENCES keys (id),
    issued_at BIGINT NOT NULL,
    written BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX runs_label ON runs (label);
CREATE INDEX runs_index ON runs (first_index);
CREATE INDEX runs_gtin ON runs (gtin);

CREATE TABLE withdrawn_units (
    id BIGINT NOT NULL PRIMARY KEY,
    run BIGINT NOT NULL REFERENCES runs (id),
    first_unit BIGINT NOT NULL,
    units BIGINT NOT NULL,
    change BIGINT NOT NULL
);
CREATE INDEX withdrawn_units_run ON withdrawn_units (run);

CREATE TABLE changes (
    id BIGINT NOT NULL PRIMARY KEY,
    label BIGINT NOT NULL REFERENCES labels (id),
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    run BIGINT REFERENCES runs (id),
    first_unit BIGINT,
    units BIGINT,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    advisory TEXT,
    effective_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    preparer BIGINT NOT NULL REFERENCES users (id),
    prepared_at BIGINT NOT NULL,
    approver BIGINT REFERENCES users (id),
    decided_at BIGINT,
    version BIGINT NOT NULL,
    CHECK (approver IS NULL OR kind = 'suspend' OR state = 'rejected' OR approver <> preparer)
);
CREATE INDEX changes_state ON changes (state, effective_at);
CREATE INDEX changes_label ON changes (label);

CREATE TABLE publications (
    id BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    note TEXT NOT NULL
);

CREATE TABLE idempotency (
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_at ON idempotency (at);
