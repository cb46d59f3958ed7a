//! Pages of lists: a cursor says after which row the next page begins.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;

/// Rows of a page if nothing is said.
const DEFAULT: u32 = 50;
/// Most rows of a page.
const MOST: u32 = 200;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// The rows, in the order in which they came to be.
    pub(super) items: Vec<T>,
    /// What to give as `cursor` for the next page; none after the last.
    pub(super) next: Option<String>,
}

/// Which page of a list that is not filtered.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Where the page begins: `next` of the page before.
    pub(super) cursor: Option<String>,
    /// Rows of the page.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
}

/// Where a page begins, and how long it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice {
    list: &'static str,
    after: i64,
    limit: u32,
}

impl Slice {
    /// Reads `cursor` and `limit` of a list.
    pub(super) fn new(list: &'static str, cursor: Option<&str>, limit: Option<u32>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(DEFAULT);
        if !(1..=MOST).contains(&limit) {
            let detail = format!("limit is {limit}; it must lie between 1 and {MOST}");
            return Err(Problem::new(StatusCode::BAD_REQUEST, "query-invalid", detail));
        }
        let after = match cursor {
            None => 0,
            Some(cursor) => place(list, cursor).ok_or_else(|| {
                let detail = "the cursor is none of this list: begin without one";
                Problem::new(StatusCode::BAD_REQUEST, "cursor-invalid", detail)
            })?,
        };
        Ok(Self { list, after, limit })
    }

    /// The row that the page follows.
    pub(super) fn after(self) -> i64 {
        self.after
    }

    /// Rows to read: one more than is shown tells whether there is a next page.
    pub(super) fn rows(self) -> u32 {
        self.limit + 1
    }

    /// Makes a page of what was read.
    pub(super) fn page<R, T>(
        self,
        mut rows: Vec<R>,
        id: impl Fn(&R) -> i64,
        show: impl Fn(R) -> T,
    ) -> Page<T> {
        let most = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let last = rows.last().filter(|_| more).map(id);
        let next = last.map(|last| URL_SAFE_NO_PAD.encode(format!("{} {last}", self.list)));
        Page { items: rows.into_iter().map(show).collect(), next }
    }
}

fn place(list: &str, cursor: &str) -> Option<i64> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (of, after) = text.split_once(' ')?;
    (of == list).then(|| after.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another_and_end() {
        let all: Vec<i64> = (1..=7).collect();
        let mut cursor: Option<String> = None;
        let mut seen = Vec::new();
        loop {
            let slice = Slice::new("numbers", cursor.as_deref(), Some(3)).unwrap();
            let rows: Vec<i64> = all.iter().copied().filter(|n| *n > slice.after()).take(4).collect();
            let page = slice.page(rows, |n| *n, |n| n);
            seen.push(page.items);
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, [vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let page = Slice::new("awards", None, Some(1)).unwrap().page(vec![1, 2], |n| *n, |n| n);
        let cursor = page.next.unwrap();
        assert!(Slice::new("awards", Some(&cursor), None).is_ok());
        for cursor in [cursor.as_str(), "", "AAAA", "%", "bm9uc2Vuc2U"] {
            assert_eq!(
                Slice::new("labels", Some(cursor), None).unwrap_err().code(),
                "cursor-invalid",
                "{cursor}"
            );
        }
        for limit in [0, 201] {
            assert_eq!(Slice::new("labels", None, Some(limit)).unwrap_err().code(), "query-invalid");
        }
    }
}
