//! After a crash: what verifiers find, what the restarted authority has on record, and whether work goes on.

use std::collections::BTreeMap;
use std::path::Path;

use verilabel_issuer::{AwardFilter, AwardId, Discrepancy, LabelFilter, LabelId, LabelRecord};
use verilabel_label::{LabelNumber, Status, StatusRef, Timestamp};

use crate::Result;
use crate::house::{House, NEW_PICTURE, number, publication};
use crate::reader::{Reader, Seen, half_written};
use crate::told::{Told, Wish};

/// The draft that work goes on with.
const NEXT: u32 = 900_000;

/// Everything that must hold; what does not is told.
pub(crate) async fn after(folder: &Path, reader: &Reader, told: &Told, now: Timestamp) -> Vec<String> {
    let mut check = Check { folder, reader, told, now, faults: told.lies.clone() };
    for lie in &mut check.faults {
        lie.insert_str(0, "it was said that nothing was done, and it had been: ");
    }
    if let Err(error) = check.all().await {
        check.faults.push(error.to_string());
    }
    check.faults
}

struct Check<'a> {
    folder: &'a Path,
    reader: &'a Reader,
    told: &'a Told,
    now: Timestamp,
    faults: Vec<String>,
}

impl Check<'_> {
    async fn all(&mut self) -> Result<()> {
        let place = publication(self.folder);
        // As it lies: the next publication has not begun.
        let lying = self.reader.look(&place, self.now);
        self.faults.extend(lying.faults.iter().map(|fault| format!("as it lies: {fault}")));
        if let Some((release, published)) = &self.told.release {
            self.expect(lying.version >= *release, || {
                format!("release {release} was told, and is not there")
            });
            let gone = published.approved.iter().filter(|n| !lying.entries.values().any(|there| there == *n));
            let gone: Vec<String> = gone.map(|n| format!("{n} was published, and is not there")).collect();
            self.faults.extend(gone);
            self.expect(published.suspended.is_subset(&lying.revoked), || {
                "a suspension was published, and is not there".to_owned()
            });
            self.expect(!published.photographed || lying.pictures.contains(NEW_PICTURE), || {
                "a picture was published, and is not there".to_owned()
            });
        }

        let mut house = House::open(self.folder, self.now).await.map_err(|e| format!("no restart: {e}"))?;
        self.chain(&house).await?;
        let signed = lying.links.iter().chain(&self.told.links).cloned();
        self.reconcile(&house, signed, true).await?;
        self.told_is_kept(&house).await?;

        house.mint().await.map_err(|e| format!("what was approved cannot be signed: {e}"))?;
        let release = house.publish().await.map_err(|e| format!("nothing can be published: {e}"))?;
        self.expect(release >= lying.version, || "the releases go backwards".to_owned());
        let settled = self.settled(&house).await?;
        // What was out there as it lay is out there still.
        let gone =
            lying.entries.values().filter(|number| !settled.entries.values().any(|there| there == *number));
        let gone: Vec<String> = gone.map(|number| format!("after the restart: {number} is gone")).collect();
        self.faults.extend(gone);

        house.label(NEXT).await.map_err(|e| format!("no label can be made any more: {e}"))?;
        house.publish().await.map_err(|e| format!("nothing can be published any more: {e}"))?;
        let next = self.settled(&house).await?;
        let links = house.publisher.links().await?;
        let all = links.into_iter().chain(lying.links).chain(self.told.links.iter().cloned());
        self.reconcile(&house, all, false).await?;
        self.chain(&house).await?;
        self.expect(next.in_force.contains(&number(NEXT)?), || "a new label is not in force".to_owned());
        self.entries_are_used_once(&house, lying.entries.into_iter().chain(next.entries)).await?;
        house.close().await;
        Ok(())
    }

    /// The chain is whole, and no event is gone that somebody has heard of.
    async fn chain(&mut self, house: &House) -> Result<()> {
        let report = house.authority.verify_chain(&self.told.chain).await?;
        self.faults.extend(report.faults.iter().map(|fault| format!("audit chain: {fault}")));
        Ok(())
    }

    /// No signature without its record; once all is settled, no record without its signature either.
    async fn reconcile(
        &mut self,
        house: &House,
        links: impl Iterator<Item = String> + Send,
        unsettled: bool,
    ) -> Result<()> {
        let found = house.authority.reconcile(links).await?;
        for discrepancy in found.discrepancies {
            if !(unsettled && matches!(discrepancy, Discrepancy::NeverSigned { .. })) {
                self.faults.push(format!("reconciliation: {} ({discrepancy:?})", discrepancy.code()));
            }
        }
        Ok(())
    }

    /// What somebody was told is on record.
    async fn told_is_kept(&mut self, house: &House) -> Result<()> {
        let labels = labels(house).await?;
        for (number, id) in &self.told.prepared {
            let filter = AwardFilter { number: Some(number.clone()), ..AwardFilter::default() };
            let awards = house.authority.awards(&filter, AwardId::new(0), 10).await?;
            let kept = awards.iter().any(|award| award.id == *id && award.draft.award.number == *number);
            self.expect(kept, || format!("lost: {number} was prepared"));
            let approved = awards.iter().any(|award| !award.state.is_draft() && !award.state.is_rejected());
            self.expect(approved || !self.told.approved.contains(number), || {
                format!("lost approval: {number} was approved")
            });
            self.expect(approved == labels.contains_key(number), || format!("{number} is half-approved"));
        }
        for number in &self.told.approved {
            self.expect(labels.contains_key(number), || format!("lost approval: {number} has no label"));
        }
        for (number, entry) in &self.told.entries {
            let kept = labels.get(number).is_none_or(|label| label.status_ref == *entry);
            self.expect(kept, || format!("{number} has another status entry than was told"));
        }
        for (wish, number) in &self.told.not_done {
            let filter = AwardFilter { number: Some(number.clone()), ..AwardFilter::default() };
            let done = match wish {
                Wish::Prepare => !house.authority.awards(&filter, AwardId::new(0), 1).await?.is_empty(),
                Wish::Approve => labels.contains_key(number),
                Wish::Suspend => labels.get(number).is_some_and(|label| label.status == Status::Suspended),
                Wish::Photograph => house.picture().await? == NEW_PICTURE,
            };
            self.expect(!done, || format!("it was said that nothing was done, and it is: {wish:?} {number}"));
        }
        for number in &self.told.suspended {
            let kept = labels.get(number).is_some_and(|label| label.status == Status::Suspended);
            self.expect(kept, || format!("lost suspension: {number} was suspended"));
        }
        let kept = !self.told.photographed || house.picture().await? == NEW_PICTURE;
        self.expect(kept, || "lost: the product was given its new picture".to_owned());
        Ok(())
    }

    /// After a publication readers find what the records say.
    async fn settled(&mut self, house: &House) -> Result<Seen> {
        let place = publication(self.folder);
        let seen = self.reader.look(&place, self.now);
        self.faults.extend(seen.faults.iter().map(|fault| format!("after the restart: {fault}")));
        for (number, label) in labels(house).await? {
            let found = match label.status {
                Status::Valid => &seen.in_force,
                _ => &seen.revoked,
            };
            self.expect(found.contains(&number), || {
                format!("after the restart: {number} is {:?} on record, and not out there", label.status)
            });
        }
        let picture = house.picture().await?;
        self.expect(seen.pictures.contains(&picture), || {
            "after the restart: the picture on record is not out there".to_owned()
        });
        for path in half_written(&place)? {
            self.faults.push(format!("after the restart: {} is left over", path.display()));
        }
        Ok(seen)
    }

    /// No status entry ever stands for two labels: not on record, and not in anything that was signed.
    async fn entries_are_used_once(
        &mut self,
        house: &House,
        signed: impl Iterator<Item = (StatusRef, LabelNumber)>,
    ) -> Result<()> {
        let recorded = labels(house).await?.into_values().map(|label| (label.status_ref, label.number));
        let told = self.told.entries.iter().map(|(number, entry)| (*entry, number.clone()));
        let mut owners: BTreeMap<StatusRef, LabelNumber> = BTreeMap::new();
        for (entry, number) in recorded.chain(told).chain(signed) {
            if let Some(other) = owners.insert(entry, number.clone())
                && other != number
            {
                self.faults.push(format!("{entry:?} is used twice: by {other} and {number}"));
            }
        }
        Ok(())
    }

    fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.faults.push(otherwise());
        }
    }
}

async fn labels(house: &House) -> Result<BTreeMap<LabelNumber, LabelRecord>> {
    let mut all = BTreeMap::new();
    let mut after = LabelId::new(0);
    loop {
        let page = house.authority.labels(&LabelFilter::default(), after, 1_000).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = last.id;
        all.extend(page.into_iter().map(|label| (label.number.clone(), label)));
    }
}
