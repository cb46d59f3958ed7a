//! The times of the work that is cut off: fixed, so that it is the same each time.

use verilabel_label::Timestamp;

use crate::Result;

/// When the authority is founded.
pub(crate) fn founded() -> Result<Timestamp> {
    Ok("2026-11-22T09:00:00Z".parse()?)
}

/// When the work is done.
pub(crate) fn day() -> Result<Timestamp> {
    Ok(founded()?.plus_seconds(3_600))
}

/// When it is taken up again: at once.
pub(crate) fn restart() -> Result<Timestamp> {
    Ok(day()?.plus_seconds(1))
}

/// The time that it is, for what runs on the real clock.
#[expect(clippy::disallowed_methods, reason = "a binary reads its clock in one place")]
pub(crate) fn now() -> Result<Timestamp> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(Timestamp::from_seconds(i64::try_from(since.as_secs())?)?)
}
