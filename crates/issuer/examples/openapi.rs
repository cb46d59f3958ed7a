//! Prints the OpenAPI document of the issuing authority's interface.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(verilabel_issuer::api::openapi().as_bytes())
}
