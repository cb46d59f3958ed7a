-- Pictures of products, in base64: this schema has only TEXT and BIGINT.
CREATE TABLE pictures (
    product BIGINT NOT NULL PRIMARY KEY REFERENCES products (id),
    kind TEXT NOT NULL,
    bytes TEXT NOT NULL
);
