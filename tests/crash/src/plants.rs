//! Faults that are planted into the work, to show that they are found.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use verilabel_issuer::mint;
use verilabel_label::{StatusRef, Timestamp};
use verilabel_trust::Purpose;

use crate::bench::{Bench, files};
use crate::house::{House, draft, number, publication};
use crate::strace::{self, Fault, Work};
use crate::tally::Tally;
use crate::told::Answer;
use crate::{Result, points, say};

/// What somebody could do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Plant {
    /// Signs and publishes a label before it is on record.
    SignFirst,
    /// Takes the status entry of another label.
    EntryTwice,
    /// Says that an award is approved before that is durable.
    AnswerFirst,
    /// Publishes a release from its end to its beginning.
    TimestampFirst,
}

impl Plant {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SignFirst => "sign-first",
            Self::EntryTwice => "entry-twice",
            Self::AnswerFirst => "answer-first",
            Self::TimestampFirst => "timestamp-first",
        }
    }

    /// What the check says that finds it.
    fn finding(self) -> &'static str {
        match self {
            Self::SignFirst => "signature-without-record",
            Self::EntryTwice => "used twice",
            Self::AnswerFirst => "lost approval",
            Self::TimestampFirst => "a verifier with release 1 gets none",
        }
    }

    /// What is done wrong before the award is approved.
    pub(crate) async fn before_approval(self, house: &House, folder: &Path, now: Timestamp) -> Result<()> {
        match self {
            Self::SignFirst => sign(house, folder, StatusRef { list: 1, index: 77 }, now).await,
            Self::EntryTwice => {
                let entry = house.authority.label(&number(1)?).await?.status_ref;
                sign(house, folder, entry, now).await
            }
            Self::AnswerFirst => {
                println!("{}", serde_json::to_string(&Answer::Approved(number(2)?))?);
                Ok(())
            }
            Self::TimestampFirst => Ok(()),
        }
    }
}

/// Looks for each planted fault at one kill after the other until it is found.
pub(crate) fn are_found(bench: &Bench, tally: &Tally) -> Result<()> {
    let morning = bench.morning();
    for plant in Plant::value_variants() {
        let (mut points, _) = strace::count(&Work::day(&bench.fresh("count", &morning)?, Some(*plant))?)?;
        if *plant == Plant::TimestampFirst {
            // It is the last thing that is done.
            points.reverse();
        }
        let mut tried = 0;
        let mut found = false;
        for point in points.iter().step_by(3) {
            tried += 1;
            let faults = points::one(bench, 0, &morning, Some(*plant), point, Fault::Kill)?;
            if faults.iter().flatten().any(|fault| fault.contains(plant.finding())) {
                found = true;
                break;
            }
        }
        say(&format!(
            "planted fault {}: {} after {tried} kills",
            plant.name(),
            if found { "found" } else { "NOT FOUND" }
        ));
        if !found {
            tally.also(&format!("planted fault {}", plant.name()), &["it is not found".to_owned()]);
        }
    }
    Ok(())
}

async fn sign(house: &House, folder: &Path, entry: StatusRef, now: Timestamp) -> Result<()> {
    let draft = draft(2, now)?;
    let (claims, path) = (draft.award.claims(entry, now)?, draft.award.path());
    let signer = house.authority.signer(Purpose::Seal, &house.signers, now).await?;
    let link =
        mint(&claims, &path, draft.profile(), &house.authority.link_base().await?, signer.as_ref())?.link;
    let label = publication(folder).join("labels/01").join(draft.award.gtin.to_string());
    fs::create_dir_all(&label)?;
    Ok(fs::write(label.join("link.txt"), format!("{link}\n"))?)
}

/// Publishes, takes it back, and writes the same files again, the timestamp first.
pub(crate) async fn publish_backwards(house: &mut House, folder: &Path, _: Timestamp) -> Result<u64> {
    let timestamp = publication(folder).join("pack/metadata/timestamp.json");
    let before = contents(folder)?;
    let release = house.publish().await?;
    let after = contents(folder)?;
    if let Some(old) = before.get(&timestamp) {
        fs::write(&timestamp, old)?;
    }
    for path in after.keys().filter(|path| !before.contains_key(*path)) {
        fs::remove_file(path)?;
    }
    for (path, bytes) in &before {
        fs::write(path, bytes)?;
    }
    if let Some(new) = after.get(&timestamp) {
        fs::write(&timestamp, new)?;
    }
    for (path, bytes) in &after {
        fs::write(path, bytes)?;
    }
    Ok(release)
}

fn contents(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    files(&publication(folder))?.into_iter().map(|path| Ok((path.clone(), fs::read(path)?))).collect()
}
