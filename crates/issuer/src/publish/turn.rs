//! Whose turn it is, and what each release is to be: on record before anything is written.

use verilabel_label::Timestamp;

use crate::desk::Work;
use crate::publication::mark_files;
use crate::store::Cells;
use crate::{Decision, MarkInPack, PublicationRecord, Refusal, Role, Seq};

/// For how many seconds a turn lasts, unless it is renewed or ended. Whoever comes after a publisher that died waits for
/// it where no folder can be locked, and has to have a change of standing out there within a minute.
pub(super) const TURN: u64 = 40;

/// By how many seconds the clocks of two publishers may differ.
const CLOCKS_DIFFER: u64 = 20;

/// Whether a turn goes on. One that ends later than any begun now was taken by a clock that was ahead, and would hold up
/// everybody for as long; whoever is at work in it all the same learns so before it writes.
fn lasts(until: Timestamp, now: Timestamp) -> bool {
    now < until && until <= now.plus_seconds(TURN + CLOCKS_DIFFER)
}

/// Who publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    /// The folder that it has locked, where it publishes to one.
    pub(super) folder: Option<String>,
    /// What it calls itself.
    pub(super) name: String,
}

impl Holder {
    /// Whether that one publishes to the folder that this one has locked: it did, and died.
    fn has_outlived(&self, other: &str) -> bool {
        let folder = other.split_once('/').map(|(folder, _)| folder);
        folder.is_some() && folder == self.folder.as_deref()
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.folder {
            Some(folder) => write!(f, "{folder}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// Takes the turn, or prolongs it.
#[derive(Debug, Clone)]
pub(super) struct TakeTurn {
    pub(super) holder: Holder,
}

/// Whose turn it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Whoever asked.
    Ours,
    /// Another's.
    Others {
        /// Until when, at the latest.
        until: Timestamp,
    },
}

impl Decision for TakeTurn {
    type Outcome = Turn;
    const KIND: &'static str = "take-turn";
    const ROLES: &'static [Role] = &[];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        "publishing".to_owned()
    }

    async fn decide(&self, work: &mut Work) -> Result<Turn, Refusal> {
        let row =
            sqlx::query("SELECT holder, until FROM publishing WHERE id = 1").fetch_one(work.db()).await?;
        let until = row.time("until")?;
        let (ours, present) = (self.holder.to_string(), row.text("holder")?);
        if present != ours && !self.holder.has_outlived(&present) && lasts(until, work.now()) {
            return Ok(Turn::Others { until });
        }
        sqlx::query("UPDATE publishing SET holder = $1, until = $2 WHERE id = 1")
            .bind(ours)
            .bind(work.now().plus_seconds(TURN).seconds())
            .execute(work.db())
            .await?;
        Ok(Turn::Ours)
    }
}

/// Puts a release on record. Whoever has lost the turn learns it here, before it has written anything that
/// readers look at.
#[derive(Debug, Clone)]
pub(super) struct PlanRelease {
    pub(super) holder: Holder,
    pub(super) version: u64,
    /// The last event that it takes account of.
    pub(super) seq: Seq,
    /// Files of the pack that it brings in.
    pub(super) added: Vec<String>,
    /// Files that it leaves behind.
    pub(super) dropped: Vec<String>,
    /// Lists that have changed and that it cannot have.
    pub(super) behind: Vec<u32>,
}

impl Decision for PlanRelease {
    /// Whether it stands: not if another has the turn, or has used the version.
    type Outcome = bool;
    const KIND: &'static str = "plan-release";
    const ROLES: &'static [Role] = &[];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        format!("release {}", self.version)
    }

    async fn decide(&self, work: &mut Work) -> Result<bool, Refusal> {
        let version = i64::try_from(self.version).map_err(|e| Refusal::damaged("a version", &e))?;
        let row = sqlx::query(
            "SELECT p.holder, (SELECT COALESCE(MAX(version), 0) FROM releases) AS version
             FROM publishing p WHERE p.id = 1",
        )
        .fetch_one(work.db())
        .await?;
        if row.text("holder")? != self.holder.to_string() || row.int("version")? >= version {
            return Ok(false);
        }
        let json = |names: &[String]| serde_json::to_string(names).map_err(|e| Refusal::damaged("names", &e));
        sqlx::query(
            "INSERT INTO releases (version, seq, at, published, added, dropped) VALUES ($1, $2, $3, 0, $4, $5)",
        )
        .bind(version)
        .bind(self.seq.number())
        .bind(work.now().seconds())
        .bind(json(&self.added)?)
        .bind(json(&self.dropped)?)
        .execute(work.db())
        .await?;
        let planned = work.record(Self::KIND, self.subject(), [("through", self.seq.to_string())])?;
        // Their change is later than all that the release has, so that whichever key can sign them then does.
        for list in &self.behind {
            sqlx::query("UPDATE status_lists SET changed_seq = $1 WHERE list = $2")
                .bind(planned.number())
                .bind(i64::from(*list))
                .execute(work.db())
                .await?;
        }
        Ok(true)
    }
}

/// Notes that a release and the files of labels are out there, and ends the turn.
#[derive(Debug, Clone)]
pub(super) struct FinishRelease {
    pub(super) holder: Holder,
    /// The release in the folder, and the one before where that was not finished.
    pub(super) versions: Vec<u64>,
    /// The last event whose codes are out there.
    pub(super) minted: Seq,
    pub(super) mark: MarkInPack,
}

impl Decision for FinishRelease {
    type Outcome = PublicationRecord;
    const KIND: &'static str = MarkInPack::KIND;
    const ROLES: &'static [Role] = &[];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        self.mark.subject()
    }

    async fn decide(&self, work: &mut Work) -> Result<PublicationRecord, Refusal> {
        for version in &self.versions {
            sqlx::query("UPDATE releases SET published = 1 WHERE version = $1")
                .bind(i64::try_from(*version).map_err(|e| Refusal::damaged("a version", &e))?)
                .execute(work.db())
                .await?;
        }
        EndTurn { holder: self.holder.clone() }.decide(work).await?;
        mark_files(work, self.minted).await?;
        self.mark.mark(work, self.minted).await
    }
}

/// Ends the turn.
#[derive(Debug, Clone)]
pub(super) struct EndTurn {
    pub(super) holder: Holder,
}

impl Decision for EndTurn {
    type Outcome = ();
    const KIND: &'static str = "end-turn";
    const ROLES: &'static [Role] = &[];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        "publishing".to_owned()
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        sqlx::query("UPDATE publishing SET holder = '', until = 0 WHERE id = 1 AND holder = $1")
            .bind(self.holder.to_string())
            .execute(work.db())
            .await?;
        Ok(())
    }
}

/// Forgets releases whose files are gone.
#[derive(Debug, Clone)]
pub(super) struct ForgetReleases {
    pub(super) versions: Vec<i64>,
}

impl Decision for ForgetReleases {
    type Outcome = ();
    const KIND: &'static str = "forget-releases";
    const ROLES: &'static [Role] = &[];
    const BY_SYSTEM: bool = true;

    fn subject(&self) -> String {
        "releases".to_owned()
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        for version in &self.versions {
            sqlx::query("DELETE FROM releases WHERE version = $1").bind(version).execute(work.db()).await?;
        }
        Ok(())
    }
}
