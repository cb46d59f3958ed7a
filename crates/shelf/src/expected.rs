//! `expected.json`: what `verilabel verify` is to say of each picture.

use std::path::Path;

use serde::{Deserialize, Serialize};
use verilabel_label::Timestamp;

use crate::MARKETS;
use crate::boxes::SHELF;

/// One picture and one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// The picture, in the folder of this list.
    pub file: String,
    /// What to add to `verilabel verify FILE`.
    pub args: Vec<String>,
    /// The exit code that is due.
    pub exit: u8,
    /// The code of the verdict that is due.
    pub code: String,
}

/// What is due for every box: without a market, and in each.
#[must_use]
pub fn all(pack: &Path, at: Timestamp) -> Vec<Expected> {
    let mut all = Vec::new();
    for specimen in &SHELF {
        let questions = std::iter::once(None).chain((0..MARKETS.len()).map(Some));
        for market in questions {
            let (exit, code) = specimen.due.for_market(market);
            let mut args =
                vec!["--pack".to_owned(), pack.display().to_string(), "--at".to_owned(), at.to_string()];
            if let Some(market) = market.and_then(|m| MARKETS.get(m)) {
                args.extend(["--market".to_owned(), (*market).to_owned()]);
            }
            let file = format!("{}.png", specimen.file);
            all.push(Expected { file, args, exit, code: code.to_owned() });
        }
    }
    all
}
