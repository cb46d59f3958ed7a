//! What is needed to write a run out: each unit follows from the record and the authority's secrets.

use verilabel_label::{Gs1Path, LabelClaims, LabelNumber, Serial, StatusRef};
use verilabel_wire::{LinkBase, Profile, PublicKey, Sign};

use super::serials::{Counting, SCATTERED_BITS, gathered, scattered};
use super::{RunRecord, RunSigning};
use crate::lifecycle::Draft;
use crate::status::{Permutation, Places, Seed};
use crate::{LabelAward, Minted, Refusal, Serials, mint};

/// A run that can be written out, all of it or from where it stopped, any number of times: the same units.
#[derive(Debug, Clone)]
pub struct RunPlan {
    record: RunRecord,
    award: LabelAward,
    key: PublicKey,
    profile: Profile,
    base: LinkBase,
    places: Places,
    serials: Numbering,
}

#[derive(Debug, Clone)]
enum Numbering {
    Counting(Counting),
    Scattered(Permutation),
}

/// One box of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its serial number.
    pub serial: Serial,
    /// Its canonical GS1 path.
    pub path: Gs1Path,
    /// Where its status is kept.
    pub status: StatusRef,
    /// What is stated of it.
    pub claims: LabelClaims,
}

impl RunPlan {
    pub(crate) fn new(
        record: RunRecord,
        draft: &Draft,
        key: PublicKey,
        base: LinkBase,
        places: Places,
        secret: &Seed,
    ) -> Result<Self, Refusal> {
        let award = draft.award.clone();
        let profile = draft.profile();
        let serials = match &record.serials {
            Serials::Consecutive(first) => Numbering::Counting(Counting::new(first, record.units)?),
            Serials::Scattered => Numbering::Scattered(Permutation::new(secret, SCATTERED_BITS)),
        };
        Ok(Self { record, award, key, profile, base, places, serials })
    }

    /// The run.
    #[must_use]
    pub fn record(&self) -> &RunRecord {
        &self.record
    }

    /// The public half of the key that signs it.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// With what it is signed.
    #[must_use]
    pub fn signing(&self) -> RunSigning {
        RunSigning { key: self.key.id(), issued_at: self.record.issued_at }
    }

    /// The label that it is of.
    #[must_use]
    pub fn number(&self) -> &LabelNumber {
        &self.award.number
    }

    /// How much travels in its seals.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Where its links live.
    #[must_use]
    pub fn base(&self) -> &LinkBase {
        &self.base
    }

    /// What is awarded to one box.
    #[must_use]
    pub fn award_of(&self, serial: Serial) -> LabelAward {
        LabelAward { gtin: self.record.gtin, serial: Some(serial), ..self.award.clone() }
    }

    /// Which unit has a serial number, if one has.
    #[must_use]
    pub fn unit_of(&self, serial: &Serial) -> Option<u32> {
        let n = match &self.serials {
            Numbering::Counting(counting) => counting.place(serial)?,
            Numbering::Scattered(permutation) => {
                let allocation = i64::try_from(permutation.invert_wide(gathered(serial)?)).ok()?;
                u32::try_from(allocation.checked_sub(self.record.first_index)?).ok()?
            }
        };
        (n < self.record.units).then_some(n)
    }

    /// The n-th unit, from 0.
    ///
    /// # Errors
    /// Beyond the run's end.
    pub fn unit(&self, n: u32) -> Result<Unit, Refusal> {
        if n >= self.record.units {
            return Err(Refusal::not_found("unit", &n));
        }
        let allocation = self.record.first_index + i64::from(n);
        let serial = match &self.serials {
            Numbering::Counting(counting) => counting.at(n)?,
            Numbering::Scattered(permutation) => {
                scattered(permutation.apply_wide(u64::try_from(allocation).unwrap_or_default()))?
            }
        };
        let status = self.places.place(allocation)?;
        let path = Gs1Path::of_unit(self.record.gtin, serial.clone());
        let claims = self.award.claims(status, self.record.issued_at)?;
        Ok(Unit { serial, path, status, claims })
    }

    /// Signs the n-th unit's label link.
    ///
    /// # Errors
    /// Beyond the run's end, and those of the signer.
    pub fn mint(&self, n: u32, signer: &dyn Sign) -> Result<Minted, Refusal> {
        self.sign(&self.unit(n)?, signer)
    }

    pub(super) fn sign(&self, unit: &Unit, signer: &dyn Sign) -> Result<Minted, Refusal> {
        Ok(mint(&unit.claims, &unit.path, self.profile, &self.base, signer)?)
    }
}
