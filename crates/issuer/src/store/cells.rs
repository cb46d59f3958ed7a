//! Cells of a row, read strictly.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;
use verilabel_label::Timestamp;

use crate::Refusal;

/// Reads cells by the name of their column. What does not read is damage, and is named.
pub(crate) trait Cells {
    fn text(&self, column: &'static str) -> Result<String, Refusal>;
    fn maybe_text(&self, column: &'static str) -> Result<Option<String>, Refusal>;
    fn int(&self, column: &'static str) -> Result<i64, Refusal>;
    fn maybe_int(&self, column: &'static str) -> Result<Option<i64>, Refusal>;

    fn parsed<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<T, Refusal> {
        self.text(column)?.parse().map_err(|e: T::Err| Refusal::damaged(column, &e))
    }

    fn maybe_parsed<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<Option<T>, Refusal> {
        self.maybe_text(column)?
            .map(|text| text.parse().map_err(|e: T::Err| Refusal::damaged(column, &e)))
            .transpose()
    }

    fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, Refusal> {
        serde_json::from_str(&self.text(column)?).map_err(|e| Refusal::damaged(column, &e))
    }

    fn number<T: TryFrom<i64, Error: Display>>(&self, column: &'static str) -> Result<T, Refusal> {
        T::try_from(self.int(column)?).map_err(|e| Refusal::damaged(column, &e))
    }

    fn flag(&self, column: &'static str) -> Result<bool, Refusal> {
        Ok(self.int(column)? != 0)
    }

    fn time(&self, column: &'static str) -> Result<Timestamp, Refusal> {
        Timestamp::from_seconds(self.int(column)?).map_err(|e| Refusal::damaged(column, &e))
    }

    fn maybe_time(&self, column: &'static str) -> Result<Option<Timestamp>, Refusal> {
        self.maybe_int(column)?
            .map(|seconds| Timestamp::from_seconds(seconds).map_err(|e| Refusal::damaged(column, &e)))
            .transpose()
    }
}

impl Cells for AnyRow {
    fn text(&self, column: &'static str) -> Result<String, Refusal> {
        Ok(self.try_get(column)?)
    }

    fn maybe_text(&self, column: &'static str) -> Result<Option<String>, Refusal> {
        Ok(self.try_get(column)?)
    }

    fn int(&self, column: &'static str) -> Result<i64, Refusal> {
        Ok(self.try_get(column)?)
    }

    fn maybe_int(&self, column: &'static str) -> Result<Option<i64>, Refusal> {
        Ok(self.try_get(column)?)
    }
}

/// A time as it stands in a column.
pub(crate) fn time_column(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::seconds)
}
