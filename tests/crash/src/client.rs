//! A client of the interface that asks again, under the same idempotency key, until it has an answer.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::sync::watch;

use crate::Result;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Before it is asked again.
const PAUSE: Duration = Duration::from_millis(20);

/// A client.
#[derive(Clone)]
pub(crate) struct Client {
    http: HttpClient<HttpConnector, Full<Bytes>>,
    /// Where the service is, while there is one.
    service: watch::Receiver<Option<SocketAddr>>,
}

/// A request.
pub(crate) struct Ask<'a> {
    pub(crate) token: &'a str,
    pub(crate) path: String,
    /// The idempotency key and the body of a POST.
    pub(crate) post: Option<(String, String)>,
    /// The version that was seen.
    pub(crate) version: Option<i64>,
}

impl Client {
    pub(crate) fn new(service: watch::Receiver<Option<SocketAddr>>) -> Self {
        Self { http: HttpClient::builder(TokioExecutor::new()).build_http(), service }
    }

    /// Asks until there is an answer. One that is none of success is an error, unless it says to come again.
    pub(crate) async fn ask(&mut self, ask: &Ask<'_>) -> Result<Value> {
        loop {
            let address = *self.service.wait_for(Option::is_some).await?;
            let Some(address) = address else { continue };
            if let Ok(Ok((status, body))) = tokio::time::timeout(PATIENCE, self.once(address, ask)).await {
                match status {
                    _ if status.is_success() => return Ok(serde_json::from_slice(&body)?),
                    StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {}
                    _ => {
                        let body = String::from_utf8_lossy(&body).into_owned();
                        return Err(format!("{}: {status}: {body}", ask.path).into());
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn once(&self, address: SocketAddr, ask: &Ask<'_>) -> Result<(StatusCode, Bytes)> {
        let mut request = Request::builder()
            .uri(format!("http://{address}{}", ask.path))
            .header("authorization", format!("Bearer {}", ask.token));
        if let Some(version) = ask.version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        let mut body = String::new();
        if let Some((key, text)) = &ask.post {
            request = request.method(Method::POST).header("content-type", "application/json");
            request = request.header("idempotency-key", key);
            body.clone_from(text);
        }
        let (head, body) = self.http.request(request.body(Full::new(body.into()))?).await?.into_parts();
        Ok((head.status, body.collect().await?.to_bytes()))
    }
}
