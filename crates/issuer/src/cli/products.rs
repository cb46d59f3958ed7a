//! `product`.

use clap::Subcommand;
use verilabel_issuer::{ImportTable, ProductId};
use verilabel_label::{Gtin, ModelNumber};

use super::import::{ImportArgs, import};
use super::out::{Table, print_json};
use super::{Exit, Outcome, Session};

const PAGE: u32 = 1_000;

#[derive(Debug, Subcommand)]
pub(crate) enum ProductCommand {
    /// Import products from a CSV file
    Import(ImportArgs),
    /// List products
    List,
}

pub(crate) async fn run(session: &Session, command: ProductCommand) -> Outcome {
    match command {
        ProductCommand::Import(args) => import(session, &args, "products", ImportTable::products).await,
        ProductCommand::List => list(session).await,
    }
}

async fn list(session: &Session) -> Outcome {
    let authority = session.open().await?;
    let mut products = Vec::new();
    let mut after = ProductId::new(0);
    loop {
        let page = authority.products(None, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        products.extend(page);
    }
    if session.json() {
        print_json("products", &products)?;
        return Ok(Exit::Good);
    }
    let mut table = Table::with(["id", "brand", "models", "gtins"]);
    for record in &products {
        let facts = &record.facts;
        let list = |texts: Vec<&str>| match texts.as_slice() {
            [first, _, ..] => format!("{first} and {} more", texts.len() - 1),
            _ => texts.join(""),
        };
        table.row([
            record.id.to_string(),
            facts.brand.to_string(),
            list(facts.models.iter().map(ModelNumber::as_str).collect()),
            list(facts.gtins.iter().map(Gtin::as_str).collect()),
        ]);
    }
    table.print()?;
    Ok(Exit::Good)
}
