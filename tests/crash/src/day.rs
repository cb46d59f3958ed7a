//! The work that is cut off: award, approve, mint, suspend, hand in a picture, publish, in a process of its own.
//!
//! It is done on one thread for asynchronous work and one for what blocks, so that the same work is the same sequence
//! of system calls each time. What fails is asked for again, as clients do, under the same idempotency key.

use std::fmt::Display;
use std::io::Write;
use std::path::Path;

use verilabel_issuer::{
    Answer as Outcome, ApproveAward, AwardId, Decision, Once, Order, PrepareAward, Refusal, Reply, WriteReply,
};
use verilabel_label::{LabelNumber, StatusRef, Timestamp};

use crate::house::{House, NEW_PICTURE, draft, number, photograph, suspension};
use crate::plants::Plant;
use crate::told::{Answer, Wish};
use crate::{Result, times};

/// How often something is asked for.
const ATTEMPTS: usize = 3;

/// Works for a day, and tells on standard output what callers would be told.
pub(crate) fn work(folder: &Path, plant: Option<Plant>) -> Result<()> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build()?;
    runtime.block_on(day(folder, times::day()?, plant))
}

async fn day(folder: &Path, now: Timestamp, plant: Option<Plant>) -> Result<()> {
    let mut house = again("open", async || House::open(folder, now).await).await?;
    let (new, old) = (number(2)?, number(1)?);

    let prepare = PrepareAward { draft: draft(2, now)? };
    let award =
        once(&house, house.officer(), prepare, (Wish::Prepare, &new), ToString::to_string).await?.parse()?;
    tell(&Answer::Prepared(new.clone(), AwardId::new(award)))?;
    tell_chain_end(&house).await?;
    if let Some(plant) = plant {
        plant.before_approval(&house, folder, now).await?;
    }

    let approve = ApproveAward { award: AwardId::new(award), expected: None };
    let place = once(&house, house.approver(), approve, (Wish::Approve, &new), |approved| {
        serde_json::to_string(&approved.status).unwrap_or_default()
    })
    .await?;
    tell(&Answer::Approved(new.clone()))?;
    tell(&Answer::Entry(new, serde_json::from_str::<StatusRef>(&place)?))?;
    tell_chain_end(&house).await?;

    again("mint", async || house.mint().await).await?;
    for code in house.authority.codes_of_award(AwardId::new(award)).await? {
        tell(&Answer::Link(code.link.ok_or("minted, and has no link")?))?;
    }

    once(&house, house.approver(), suspension(&old)?, (Wish::Suspend, &old), |change| change.id.to_string())
        .await?;
    tell(&Answer::Suspended(old.clone()))?;
    tell_chain_end(&house).await?;

    let product = again("product", async || house.product().await).await?;
    let picture = photograph(product, NEW_PICTURE);
    once(&house, house.officer(), picture, (Wish::Photograph, &old), |()| String::new()).await?;
    tell(&Answer::Photographed)?;
    tell_chain_end(&house).await?;

    let release = match plant {
        Some(Plant::TimestampFirst) => crate::plants::publish_backwards(&mut house, folder, now).await?,
        _ => publish(&mut house).await?,
    };
    tell(&Answer::Published(release))?;
    tell_chain_end(&house).await?;
    house.close().await;
    Ok(())
}

/// Makes a decision once, however often it has to be asked for; gives the reply.
async fn once<D: Decision + Clone>(
    house: &House,
    order: Order,
    decision: D,
    (wish, number): (Wish, &LabelNumber),
    reply: impl Fn(&D::Outcome) -> String + Copy + Send + Sync + 'static,
) -> Result<String> {
    let key = format!("{wish:?}");
    let mut undone = false;
    let mut attempt = 0;
    loop {
        let write =
            WriteReply::new(move |outcome: std::result::Result<&D::Outcome, &Refusal>| match outcome {
                Ok(outcome) => Reply { status: 200, body: reply(outcome) },
                Err(refusal) => Reply { status: 400, body: refusal.to_string() },
            });
        let once = Once { key: key.clone(), request: [7; 32], reply: write };
        match house.authority.decide_once(order.clone(), decision.clone(), once).await {
            Ok(Outcome::Done(outcome)) => return Ok(reply(&outcome)),
            Ok(Outcome::Replayed(kept)) => {
                if undone {
                    tell(&Answer::DoneAllTheSame(key))?;
                }
                return Ok(kept.body);
            }
            Err(refusal) if attempt == ATTEMPTS => {
                if undone {
                    tell(&Answer::NotDone(wish, number.clone()))?;
                }
                return Err(refusal.into());
            }
            Err(refusal) => {
                undone = matches!(refusal, Refusal::Unavailable { .. });
                failed(&key, &refusal);
            }
        }
        attempt += 1;
    }
}

async fn again<T>(what: &str, attempt: impl AsyncFn() -> Result<T>) -> Result<T> {
    for _ in 0..ATTEMPTS {
        match attempt().await {
            Ok(done) => return Ok(done),
            Err(error) => failed(what, &error),
        }
    }
    attempt().await
}

async fn publish(house: &mut House) -> Result<u64> {
    for _ in 0..ATTEMPTS {
        match house.publish().await {
            Ok(release) => return Ok(release),
            Err(error) => failed("publish", &error),
        }
    }
    house.publish().await
}

async fn tell_chain_end(house: &House) -> Result<()> {
    let end = again("chain", async || Ok(house.authority.chain_end().await?)).await?;
    tell(&Answer::ChainEnd(end.seq.number(), end.hash.to_string()))
}

/// One write for each answer: a caller has heard it whole or not at all.
fn tell(answer: &Answer) -> Result<()> {
    let mut line = serde_json::to_string(answer)?;
    line.push('\n');
    Ok(std::io::stdout().write_all(line.as_bytes())?)
}

fn failed(what: &str, error: &impl Display) {
    crate::say(&format!("{what}: {error}"));
}
