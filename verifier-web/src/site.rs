//! What is answered to which request.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::get;

use crate::address::Address;
use crate::answer::{not_found, out_of_reach, text, unwanted_body, wrong_method};
use crate::headers::{Common, Reach};
use crate::metrics::Metrics;
use crate::options::Options;
use crate::page::Page;
use crate::publication::{NoFile, Publication};
use crate::server::Trouble;

/// Where the publication's first root metadata stands.
const FIRST_ROOT: &str = "pack/metadata/1.root.json";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything that is served.
pub(crate) struct Site {
    common: Common,
    page: Page,
    publication: Publication,
    /// Folder and name of the root metadata.
    root: (Publication, String),
    shelf: Option<Publication>,
    metrics: Metrics,
}

impl Site {
    pub(crate) fn new(options: &Options, common: Common) -> Result<Self, Trouble> {
        let page = Page::read(&options.app, common)?;
        let readable = |folder: &Path| {
            let unreadable = |source| Trouble::Folder { folder: folder.to_owned(), source };
            crate::publication::check(folder).map_err(unreadable)
        };
        readable(&options.publication)?;
        let root = options.root.clone().unwrap_or_else(|| options.publication.join(FIRST_ROOT));
        if !root.is_file() {
            return Err(Trouble::NoRoot(root));
        }
        if let Some(shelf) = &options.shelf {
            readable(shelf)?;
        }
        let pages = |folder: PathBuf| Publication::new(folder, common, Reach::Page);
        let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let beside = root.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Self {
            common,
            page,
            publication: Publication::new(options.publication.clone(), common, Reach::Everybody),
            root: (pages(beside.to_owned()), name),
            shelf: options.shelf.clone().map(pages),
            metrics: Metrics::new(),
        })
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    async fn answer(&self, address: Address<'_>, request: &Parts) -> Response {
        let Self { common, .. } = *self;
        if !matches!(request.method, Method::GET | Method::HEAD) {
            return wrong_method(common);
        }
        match address {
            Address::Page => self.of_page("/index.html", request),
            Address::App => self.of_page(request.uri.path(), request),
            Address::Root => self.of_folder(&self.root.0, &self.root.1, request).await,
            Address::Publication(path) => self.of_folder(&self.publication, path, request).await,
            Address::Shelf(path) => match &self.shelf {
                Some(boxes) => self.of_folder(boxes, path, request).await,
                None => not_found(common),
            },
            Address::Nowhere => not_found(common),
        }
    }

    fn of_page(&self, path: &str, request: &Parts) -> Response {
        match self.page.file(path) {
            Some(file) => file.answer(&request.method, &request.headers),
            None => not_found(self.common),
        }
    }

    async fn of_folder(&self, folder: &Publication, path: &str, request: &Parts) -> Response {
        match folder.file(path).await {
            Ok(file) => file.asset.answer(&request.method, &request.headers),
            Err(NoFile::Missing) => not_found(self.common),
            Err(trouble) => {
                self.metrics.trouble();
                // The path may name a product.
                tracing::warn!(%trouble, "a published file cannot be read");
                out_of_reach(self.common)
            }
        }
    }
}

/// The site without what is for its operators.
pub(crate) fn public(site: &Arc<Site>) -> Router {
    Router::new().fallback(files).with_state(Arc::clone(site))
}

/// Health and metrics alone.
pub(crate) fn operations(site: &Arc<Site>) -> Router {
    for_operators().fallback(nothing).with_state(Arc::clone(site))
}

/// Both.
pub(crate) fn everything(site: &Arc<Site>) -> Router {
    for_operators().fallback(files).with_state(Arc::clone(site))
}

fn for_operators() -> Router<Arc<Site>> {
    Router::new().route("/healthz", get(health)).route("/metrics", get(metrics))
}

async fn files(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (request, body) = request.into_parts();
    let address = Address::of(request.uri.path());
    let response =
        if body.is_end_stream() { site.answer(address, &request).await } else { unwanted_body(site.common) };
    site.metrics.answered(address.kind(), response.status().as_u16());
    tracing::debug!(kind = address.kind(), status = response.status().as_u16(), "answered");
    response
}

async fn health(State(site): State<Arc<Site>>) -> Response {
    text(site.common, StatusCode::OK, "text/plain; charset=utf-8", "ok\n".to_owned())
}

async fn metrics(State(site): State<Arc<Site>>) -> Response {
    match site.metrics.text() {
        Ok(metrics) => text(site.common, StatusCode::OK, OPEN_METRICS, metrics),
        Err(_) => out_of_reach(site.common),
    }
}

async fn nothing(State(site): State<Arc<Site>>) -> Response {
    not_found(site.common)
}
