//! A repository behind a web server, over HTTP/1.1 (RFC 9110, RFC 9112), with or without TLS.
//!
//! Whoever is on the other end is not trusted: how much is read, how long it takes and how often it is tried
//! again are bounded. Transport security keeps the curious out; what is true is for metadata to prove.

use std::io::{self, Read};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use ureq::http::{HeaderMap, Response, StatusCode, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use crate::tuf::name::as_url_path;
use crate::tuf::{Repository, UpdateError};

/// How long a server is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a connection, and for the head of an answer.
    pub answer: Duration,
    /// For the body of one answer. What came by then is resumed from, if it was enough.
    pub body: Duration,
    /// The fewest bytes that a body which takes longer must have brought by then.
    pub progress: usize,
    /// Before the second try; each further pause is four times as long.
    pub pause: Duration,
    /// How often a file is tried that brings trouble.
    pub tries: u32,
}

impl Default for Patience {
    /// 15 s for an answer, 30 s for a body unless it brings 64 KiB, three tries.
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(15),
            body: Duration::from_secs(30),
            progress: 64 << 10,
            pause: Duration::from_millis(250),
            tries: 3,
        }
    }
}

/// A repository below two URLs.
#[derive(Debug, Clone)]
pub struct HttpRepository {
    agent: Agent,
    metadata: String,
    targets: String,
    patience: Patience,
}

impl HttpRepository {
    /// The repository with metadata below one URL and targets below another; a slash at their end may be
    /// left out.
    ///
    /// # Errors
    /// [`UpdateError::Unreachable`] if one is no http or https URL.
    pub fn new(metadata: &str, targets: &str, patience: Patience) -> Result<Self, UpdateError> {
        let [metadata, targets] = [base(metadata)?, base(targets)?];
        let is_loopback = |url: &str| {
            let host = url.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
            host.is_some_and(|host| matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]"))
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(4)
            .timeout_connect(Some(patience.answer))
            .timeout_recv_response(Some(patience.answer))
            .timeout_recv_body(Some(patience.body))
            .tls_config(tls)
            .user_agent(concat!("verilabel/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&metadata) && is_loopback(&targets) {
            config = config.proxy(None);
        }
        Ok(Self { agent: config.build().into(), metadata, targets, patience })
    }

    fn fetch(&self, url: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        let mut download = Download { url, limit, received: Vec::new(), validator: None };
        let mut pause = self.patience.pause;
        let mut tries = 1;
        loop {
            let before = download.received.len();
            let trouble = match download.go_on(&self.agent) {
                Ok(Turn::Done) => return Ok(Some(download.received)),
                Ok(Turn::NotThere) => return Ok(None),
                Err(trouble) => trouble,
            };
            let gained = download.received.len().saturating_sub(before);
            match trouble {
                Trouble::Final(error) => return Err(error),
                Trouble::OutOfTime if gained >= self.patience.progress && download.validator.is_some() => {}
                Trouble::OutOfTime => {
                    let (what, received) = (url.to_owned(), gained);
                    return Err(UpdateError::Slow { what, received, seconds: self.patience.body.as_secs() });
                }
                Trouble::Passing(reason) => {
                    if tries >= self.patience.tries {
                        return Err(UpdateError::Unreachable { what: url.to_owned(), reason });
                    }
                    tries += 1;
                    thread::sleep(pause);
                    pause = pause.saturating_mul(4);
                }
            }
        }
    }
}

impl Repository for HttpRepository {
    fn metadata(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        // Names come percent-encoded already.
        self.fetch(&format!("{}{name}", self.metadata), limit)
    }

    fn target(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, UpdateError> {
        self.fetch(&format!("{}{}", self.targets, as_url_path(path)), limit)
    }
}

fn base(url: &str) -> Result<String, UpdateError> {
    let plain = url.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() && uri.query().is_none()
    });
    if !plain {
        let reason = "a URL with http or https and without a query is due".to_owned();
        return Err(UpdateError::Unreachable { what: url.to_owned(), reason });
    }
    Ok(format!("{}/", url.trim_end_matches('/')))
}

/// One file on its way.
struct Download<'a> {
    url: &'a str,
    limit: usize,
    received: Vec<u8>,
    /// The strong entity tag of what was received so far (RFC 9110 §8.8.3), without which nothing is resumed.
    validator: Option<String>,
}

enum Turn {
    Done,
    NotThere,
}

enum Trouble {
    Final(UpdateError),
    OutOfTime,
    /// It may be over the next time.
    Passing(String),
}

impl Download<'_> {
    /// Asks for the file, or for the rest of it.
    fn go_on(&mut self, agent: &Agent) -> Result<Turn, Trouble> {
        let mut request = agent.get(self.url);
        match &self.validator {
            Some(validator) if !self.received.is_empty() => {
                request = request
                    .header(header::RANGE, format!("bytes={}-", self.received.len()))
                    .header(header::IF_RANGE, validator);
            }
            _ => self.received.clear(),
        }
        let mut response = request.call().map_err(Trouble::of)?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT if self.continues(&response) => {}
            StatusCode::OK => self.received.clear(),
            StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::GONE => return Ok(Turn::NotThere),
            status => {
                self.received.clear();
                self.validator = None;
                let again = status.is_server_error()
                    || matches!(
                        status,
                        StatusCode::REQUEST_TIMEOUT
                            | StatusCode::TOO_MANY_REQUESTS
                            | StatusCode::PARTIAL_CONTENT
                            | StatusCode::RANGE_NOT_SATISFIABLE
                    );
                let reason = format!("the server answered {status}");
                return Err(if again {
                    Trouble::Passing(reason)
                } else {
                    Trouble::Final(UpdateError::Unreachable { what: self.url.to_owned(), reason })
                });
            }
        }
        self.validator = strong_tag(response.headers());
        self.read(response.body_mut().as_reader())?;
        Ok(Turn::Done)
    }

    /// Whether a partial answer begins where what was received ends.
    fn continues(&self, response: &Response<Body>) -> bool {
        let range = response.headers().get(header::CONTENT_RANGE).and_then(|range| range.to_str().ok());
        let start = range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse().ok());
        start == Some(self.received.len())
    }

    fn read(&mut self, mut body: impl Read) -> Result<(), Trouble> {
        let mut buffer = vec![0; 32 << 10];
        loop {
            let count = match body.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Trouble::of(error.into())),
            };
            self.received.extend_from_slice(buffer.get(..count).unwrap_or_default());
            if self.received.len() > self.limit {
                let (what, limit) = (self.url.to_owned(), self.limit);
                return Err(Trouble::Final(UpdateError::TooLarge { what, limit }));
            }
        }
    }
}

impl Trouble {
    fn of(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Timeout(ureq::Timeout::RecvBody | ureq::Timeout::RecvResponse) => Self::OutOfTime,
            error => Self::Passing(error.to_string()),
        }
    }
}

fn strong_tag(headers: &HeaderMap) -> Option<String> {
    let tag = headers.get(header::ETAG)?.to_str().ok()?;
    (!tag.starts_with("W/")).then(|| tag.to_owned())
}
