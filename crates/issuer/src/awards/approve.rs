//! Deciding about drafts. What is approved is fixed and on record before anything is signed.

use serde::Serialize;
use utoipa::ToSchema;
use verilabel_label::{LabelNumber, Level, SchemeId, Status, StatusRef};
use verilabel_trust::Purpose;
use verilabel_wire::KeyId;

use super::{AwardRecord, award, check_gtins, check_product, label, subject};
use crate::desk::Work;
use crate::evidence::{Evidence, EvidenceRefusal};
use crate::keys::in_use;
use crate::lifecycle::{AwardRule, Note, check_renewal, two_people};
use crate::schema;
use crate::store::insert_rows;
use crate::{AwardId, Decision, LabelAward, LabelId, Refusal, Role, Version};

/// Approves a draft: the label gets its status index, and each code its key and time, to be signed after the
/// commit.
#[derive(Debug, Clone)]
pub struct ApproveAward {
    /// Which.
    pub award: AwardId,
    /// The version that the approver saw.
    pub expected: Option<Version>,
}

/// What an approval made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Approved {
    /// The award.
    pub award: AwardId,
    /// Its version now.
    pub version: Version,
    /// The label.
    pub label: LabelId,
    /// The label's number.
    #[schema(value_type = schema::LabelNumber)]
    pub number: LabelNumber,
    /// Its scheme.
    #[schema(value_type = schema::SchemeId)]
    pub scheme: SchemeId,
    /// The level that was awarded.
    #[schema(value_type = schema::Level)]
    pub level: Level,
    /// Where its status is kept.
    #[schema(value_type = schema::StatusRef)]
    pub status: StatusRef,
    /// Codes that are being signed.
    pub codes: usize,
}

impl Decision for ApproveAward {
    type Outcome = Approved;
    const KIND: &'static str = "approve-award";
    const ROLES: &'static [Role] = &[Role::Approver];

    fn subject(&self) -> String {
        subject(self.award)
    }

    async fn decide(&self, work: &mut Work) -> Result<Approved, Refusal> {
        let record = award(work.db(), self.award).await?;
        record.version.must_be(self.expected)?;
        record.state.must_be_draft()?;
        let approver = work.actor().user()?.id;
        two_people(&record.preparers, approver)?;
        let issuer = work.issuer().await?;
        record.draft.check(&work.register(), &issuer)?;
        check_product(work, &record.draft).await?;
        check_gtins(work, &record.draft).await?;
        let evidence = check_evidence(work, &record)?;
        let key = in_use(&issuer, Purpose::Seal, work.now())?.id();
        let (label, status) = if record.draft.renewal {
            renew_label(work, &record).await?
        } else {
            open_label(work, &record).await?
        };
        let codes = fix_codes(work, &record, label, key).await?;
        sqlx::query(
            "UPDATE awards SET state = 'approved', approver = $1, decided_at = $2, evidence = $3,
             version = version + 1 WHERE id = $4",
        )
        .bind(approver.number())
        .bind(work.now().seconds())
        .bind(evidence)
        .bind(self.award.number())
        .execute(work.db())
        .await?;
        sqlx::query("UPDATE award_gtins SET counts = 1 WHERE award = $1")
            .bind(self.award.number())
            .execute(work.db())
            .await?;
        let number = record.draft.award.number.clone();
        let facts = [
            ("entry", status.index.to_string()),
            ("key", key.to_string()),
            ("label", number.to_string()),
            ("list", status.list.to_string()),
        ];
        work.record(Self::KIND, self.subject(), facts)?;
        work.wants_minting();
        let version = Version::new(record.version.number() + 1);
        let LabelAward { scheme, level, .. } = record.draft.award;
        Ok(Approved { award: self.award, version, label, number, scheme, level, status, codes })
    }
}

/// The foreign label is looked at again: what held when the draft was made may not hold now.
fn check_evidence(work: &Work, record: &AwardRecord) -> Result<Option<String>, Refusal> {
    let found = Evidence::take(&record.draft, work.context().pack().as_deref(), work.now())?;
    let agrees = match (&found, &record.evidence) {
        (None, None) => true,
        (Some(now), Some(then)) => now.agrees_with(then),
        _ => false,
    };
    if !agrees {
        return Err(EvidenceRefusal::Changed.into());
    }
    found
        .map(|evidence| serde_json::to_string(&evidence))
        .transpose()
        .map_err(|e| Refusal::damaged("evidence", &e))
}

async fn open_label(work: &mut Work, record: &AwardRecord) -> Result<(LabelId, StatusRef), Refusal> {
    let first = work.allocate(1).await?;
    let status = work.place(first).await?;
    let id = LabelId::new(work.new_id());
    let validity = record.draft.validity()?;
    sqlx::query(
        "INSERT INTO labels (id, number, scheme, award, status, list, entry, valid_from, valid_until,
         changed_at, version) VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9, 1)",
    )
    .bind(id.number())
    .bind(record.draft.award.number.as_str())
    .bind(record.draft.award.scheme.as_str())
    .bind(record.id.number())
    .bind(i64::from(status.list))
    .bind(i64::from(status.index))
    .bind(validity.from().seconds())
    .bind(validity.until().seconds())
    .bind(work.now().seconds())
    .execute(work.db())
    .await?;
    Ok((id, status))
}

/// A renewed label keeps its status index: a suspension holds for its old boxes and its new ones.
async fn renew_label(work: &mut Work, record: &AwardRecord) -> Result<(LabelId, StatusRef), Refusal> {
    let current = label(work.db(), &record.draft.award.number).await?;
    if current.status == Status::Invalid {
        return Err(AwardRule::NothingToRenew.into());
    }
    let present = award(work.db(), current.award).await?;
    check_renewal(&record.draft, &present.draft)?;
    sqlx::query(
        "UPDATE labels SET award = $1, valid_until = $2, changed_at = $3, version = version + 1 WHERE id = $4",
    )
    .bind(record.id.number())
    .bind(record.draft.validity()?.until().seconds())
    .bind(work.now().seconds())
    .bind(current.id.number())
    .execute(work.db())
    .await?;
    Ok((current.id, current.status_ref))
}

async fn fix_codes(
    work: &mut Work,
    record: &AwardRecord,
    label: LabelId,
    key: KeyId,
) -> Result<usize, Refusal> {
    let rows: Vec<_> = record.draft.paths().into_iter().map(|path| (work.new_id(), path)).collect();
    let now = work.now();
    let columns = "id, label, award, path, gtin, serial, key, issued_at, published, replaced";
    insert_rows(work.db(), "codes", columns, &rows, |query, (id, path)| {
        query
            .bind(*id)
            .bind(label.number())
            .bind(record.id.number())
            .bind(path.to_string())
            .bind(path.gtin.as_str().to_owned())
            .bind(path.serial.as_ref().map(ToString::to_string))
            .bind(key.to_string())
            .bind(now.seconds())
            .bind(0_i64)
            .bind(0_i64)
    })
    .await?;
    Ok(rows.len())
}

/// Decides against a draft. Its preparers may take it back themselves.
#[derive(Debug, Clone)]
pub struct RejectAward {
    /// Which.
    pub award: AwardId,
    /// The version that was seen.
    pub expected: Option<Version>,
    /// Why.
    pub note: Note,
}

impl Decision for RejectAward {
    type Outcome = ();
    const KIND: &'static str = "reject-award";
    const ROLES: &'static [Role] = &[Role::Approver, Role::Officer];

    fn subject(&self) -> String {
        subject(self.award)
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        let record = award(work.db(), self.award).await?;
        record.version.must_be(self.expected)?;
        record.state.must_be_draft()?;
        let user = work.actor().user()?.id;
        if !work.actor().has(Role::Approver) && !record.preparers.contains(&user) {
            return Err(Refusal::RoleMissing { roles: &[Role::Approver] });
        }
        sqlx::query(
            "UPDATE awards SET state = 'rejected', approver = $1, decided_at = $2, note = $3,
             version = version + 1 WHERE id = $4",
        )
        .bind(user.number())
        .bind(work.now().seconds())
        .bind(self.note.as_str())
        .bind(self.award.number())
        .execute(work.db())
        .await?;
        work.record(Self::KIND, self.subject(), [("note", self.note.as_str().to_owned())])?;
        Ok(())
    }
}
