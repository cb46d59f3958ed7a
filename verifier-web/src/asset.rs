//! A file in memory, with everything that an answer needs made ahead.

use std::fmt::Write as _;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use ring::digest::{SHA256, digest};

use crate::headers::{Common, Reach};
use crate::negotiate::{Coding, has};

/// How long a browser may keep a file without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// For good: its name changes with its content.
    ForGood,
    /// It asks each time whether there is a newer one.
    Ask,
}

/// A file, packed in each way that there is.
#[derive(Debug)]
pub(crate) struct Asset {
    /// The best first; the last is not packed.
    variants: Vec<Variant>,
}

#[derive(Debug)]
struct Variant {
    coding: Coding,
    body: Bytes,
    tag: HeaderValue,
    headers: HeaderMap,
    /// The headers that say that nothing changed.
    unchanged: HeaderMap,
}

impl Asset {
    /// `variants`: the best first; the last is not packed.
    pub(crate) fn new(
        name: &str,
        variants: Vec<(Coding, Bytes)>,
        keep: Keep,
        common: Common,
        reach: Reach,
    ) -> Self {
        let varies = variants.len() > 1;
        let media_type = media_type(name);
        let reach = match media_type.split(';').next() {
            Some("text/html") if reach == Reach::Page => Reach::Document,
            Some("text/javascript") if reach == Reach::Page => Reach::Script,
            _ => reach,
        };
        let variant = |(coding, body): (Coding, Bytes)| {
            let mut unchanged = common.headers(reach);
            let keep = match keep {
                Keep::ForGood => "public, max-age=31536000, immutable",
                Keep::Ask => "no-cache",
            };
            unchanged.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
            if varies {
                unchanged.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
            }
            let tag = tag(&body, coding);
            unchanged.insert(header::ETAG, tag.clone());
            let mut headers = unchanged.clone();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
            if let Some(coding) = coding.name() {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            Variant { coding, body, tag, headers, unchanged }
        };
        Self { variants: variants.into_iter().map(variant).collect() }
    }

    /// Bytes that it takes in memory, about.
    pub(crate) fn weight(&self) -> u64 {
        self.variants.iter().map(|variant| u64::try_from(variant.body.len()).unwrap_or(u64::MAX)).sum()
    }

    /// Answers GET or HEAD.
    pub(crate) fn answer(&self, method: &Method, request: &HeaderMap) -> Response {
        let accepted = self.variants.iter().find(|variant| variant.coding.is_accepted(request));
        let Some(variant) = accepted else { return Response::default() };
        let mut response = Response::new(Body::empty());
        if has(request, &variant.tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.headers_mut() = variant.unchanged.clone();
            return response;
        }
        *response.headers_mut() = variant.headers.clone();
        if method != Method::HEAD {
            *response.body_mut() = Body::from(variant.body.clone());
        }
        response
    }
}

/// A strong tag (RFC 9110 §8.8.3): the content's hash, and the coding.
fn tag(body: &[u8], coding: Coding) -> HeaderValue {
    let mut text = String::from("\"");
    for byte in digest(&SHA256, body).as_ref().iter().take(16) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    if let Some(coding) = coding.name() {
        text.push('-');
        text.push_str(coding);
    }
    text.push('"');
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// The media type that a name tells; of a publication, as docs/spec/publication.md names its files.
fn media_type(name: &str) -> &'static str {
    let last = name.rsplit('/').next().unwrap_or(name);
    match last.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        Some("json") if last == "did.json" => "application/did+json",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("wav") => "audio/wav",
        Some("pdf") => "application/pdf",
        Some("txt" | "csv") => "text/plain; charset=utf-8",
        Some("jwt") => "application/vc+jwt",
        Some("gz") => "application/gzip",
        Some("cwt") => "application/statuslist+cwt",
        None if last.ends_with("-revocation") || last.ends_with("-suspension") => "application/vc+jwt",
        None if last.bytes().all(|b| b.is_ascii_digit()) => "application/statuslist+cwt",
        _ => "application/octet-stream",
    }
}
