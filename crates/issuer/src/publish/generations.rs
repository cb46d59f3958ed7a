//! What old releases refer to stays for whoever is still reading them, and then goes.

use std::collections::BTreeSet;

use verilabel_label::Timestamp;

use super::records::{self, ReleaseRecord};
use super::turn::ForgetReleases;
use super::{Keep, PublicationError, Publisher, names};

/// Seconds between two looks for what may go.
const PAUSE: u64 = 30;
/// Most releases whose files go at once.
const AT_ONCE: usize = 64;

impl Publisher {
    /// Removes files that no kept release refers to.
    pub(super) async fn clean(&mut self, now: Timestamp) -> Result<(), PublicationError> {
        let Some(present) = self.memory.present.clone() else { return Ok(()) };
        // A clock that was ahead then is no reason to wait.
        if self.memory.cleaned_at.is_some_and(|at| at <= now && now < at.plus_seconds(PAUSE)) {
            return Ok(());
        }
        let releases = {
            let mut snapshot = self.authority.snapshot().await?;
            records::releases(snapshot.connection()).await?
        };
        let current = i64::try_from(present.version).unwrap_or(i64::MAX);
        let outdated = outdated(&releases, current, self.settings.keep, now);
        let in_use: BTreeSet<String> = present.files().collect();
        let files = outdated.files.difference(&in_use).map(|file| names::pack(file)).collect();
        self.place.remove_all(files).await?;
        if !outdated.versions.is_empty() {
            self.decide(ForgetReleases { versions: outdated.versions }).await?;
        }
        self.memory.cleaned_at = Some(now);
        Ok(())
    }
}

/// What may go.
#[derive(Debug, PartialEq, Eq)]
struct Outdated {
    versions: Vec<i64>,
    files: BTreeSet<String>,
}

/// A release's row names what it left behind; that may go when enough releases and enough time have come after
/// it. A release that never came about leaves what it brought in. What a kept release still refers to stays: it
/// is among what a later row left behind, or in use.
fn outdated(releases: &[ReleaseRecord], current: i64, keep: Keep, now: Timestamp) -> Outdated {
    let published: Vec<i64> =
        releases.iter().rev().filter(|r| r.published && r.version <= current).map(|r| r.version).collect();
    // The newest row ends the generation before it, and so on.
    let newest_to_go = published.get(keep.generations.saturating_sub(1)).copied().unwrap_or(0);
    let may_go = |release: &&ReleaseRecord| {
        let old = release.at.plus_seconds(keep.seconds) <= now;
        let enough = if release.published { release.version <= newest_to_go } else { true };
        release.version < current && old && enough
    };
    let going: Vec<&ReleaseRecord> = releases.iter().filter(may_go).take(AT_ONCE).collect();
    let versions: Vec<i64> = going.iter().map(|release| release.version).collect();
    let left_behind = |release: &&ReleaseRecord| {
        if release.published { release.dropped.clone() } else { release.added.clone() }
    };
    let mut files: BTreeSet<String> = going.iter().flat_map(left_behind).collect();
    for kept in releases.iter().filter(|release| !versions.contains(&release.version)) {
        for file in &kept.dropped {
            files.remove(file);
        }
    }
    Outdated { versions, files }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seq;

    fn release(version: i64, published: bool, added: &[&str], dropped: &[&str]) -> ReleaseRecord {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        ReleaseRecord {
            version,
            seq: Seq::new(version),
            at: Timestamp::from_seconds(1_000 + version).unwrap(),
            published,
            added: names(added),
            dropped: names(dropped),
        }
    }

    fn going(
        releases: &[ReleaseRecord],
        current: i64,
        generations: usize,
        now: i64,
    ) -> (Vec<i64>, Vec<String>) {
        let now = Timestamp::from_seconds(now).unwrap();
        let outdated = outdated(releases, current, Keep { generations, seconds: 100 }, now);
        (outdated.versions, outdated.files.into_iter().collect())
    }

    #[test]
    fn files_go_after_enough_releases_and_enough_time() {
        let releases = [
            release(1, true, &["a"], &[]),
            release(2, true, &["b"], &["a"]),
            release(3, true, &["c"], &["b"]),
            release(4, true, &["d"], &["c"]),
        ];
        assert_eq!(going(&releases, 4, 1, 1_050), (vec![], vec![]), "too early");
        assert_eq!(going(&releases, 4, 2, 1_200), (vec![1, 2, 3], vec!["a".into(), "b".into()]));
        assert_eq!(going(&releases, 4, 3, 1_200), (vec![1, 2], vec!["a".into()]));
        assert_eq!(going(&releases, 4, 9, 1_200), (vec![], vec![]), "too few");
    }

    #[test]
    fn a_file_that_came_back_stays_as_long_as_its_last_release() {
        let releases = [
            release(1, true, &["a"], &[]),
            release(2, true, &["b"], &["a"]),
            release(3, true, &["a"], &["b"]),
            release(4, true, &["c"], &["a"]),
            release(5, true, &["d"], &["c"]),
        ];
        assert_eq!(going(&releases, 5, 4, 9_999), (vec![1, 2], vec![]));
    }

    #[test]
    fn what_never_came_about_goes_too() {
        let releases = [
            release(1, true, &["a"], &[]),
            release(2, false, &["x"], &["a"]),
            release(3, true, &["b"], &["a"]),
        ];
        assert_eq!(going(&releases, 3, 10, 9_999), (vec![2], vec!["x".into()]));
        assert_eq!(going(&releases[..2], 1, 10, 9_999), (vec![], vec![]), "the highest version is kept");
    }
}
