//! `verilabel-web`: the public server. It serves the page that shoppers open, the trust pack and the published files
//! of labels: static files, and nothing that knows who asks or what was scanned.
//!
//! The page, built by `cargo xtask web`, is read once. The publication folder (docs/spec/publication.md) is read as it
//! changes. How it is run: docs/operations/web.md.
//!
//! **Invariant:** no state, no cookies, no key of an authority. Addresses are never logged: they say which products
//! people hold in their hands.

mod address;
mod answer;
mod asset;
mod clock;
mod headers;
mod metrics;
mod negotiate;
mod options;
mod page;
mod publication;
mod server;
mod site;
mod tls;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use self::options::Options;
use self::server::Trouble;

fn main() -> ExitCode {
    let options = Options::parse();
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            // Nothing can be done where even this cannot be written.
            let _ = writeln!(std::io::stderr(), "error: {trouble}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), Trouble> {
    options.start_log()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|e| Trouble::System(e.to_string()))?.block_on(server::serve(options))
}
