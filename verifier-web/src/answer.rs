//! Answers that are no files: a sentence for whoever reads it.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::headers::{Common, Reach};

/// Text of this program's own, which nobody is to keep.
pub(crate) fn text(common: Common, status: StatusCode, media_type: &'static str, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    *headers = common.headers(Reach::Document);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn sentence(common: Common, status: StatusCode, words: &str) -> Response {
    text(common, status, "text/plain; charset=utf-8", format!("{words}\n"))
}

pub(crate) fn not_found(common: Common) -> Response {
    let words = "There is nothing at this address. Labels are checked at the start page: /";
    sentence(common, StatusCode::NOT_FOUND, words)
}

pub(crate) fn wrong_method(common: Common) -> Response {
    let words = "Everything here is read alone: with GET or HEAD.";
    let mut response = sentence(common, StatusCode::METHOD_NOT_ALLOWED, words);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

/// Ends the connection: what it carries is not read.
pub(crate) fn unwanted_body(common: Common) -> Response {
    let words = "Nothing is sent to this server: ask without a body.";
    let mut response = sentence(common, StatusCode::PAYLOAD_TOO_LARGE, words);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

pub(crate) fn out_of_reach(common: Common) -> Response {
    let words =
        "What is published cannot be read at the moment. It says nothing about any label: ask again later.";
    let mut response = sentence(common, StatusCode::SERVICE_UNAVAILABLE, words);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
