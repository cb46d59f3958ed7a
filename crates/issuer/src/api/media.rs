//! Label files and pictures: what takes time to draw or to look through does so beside the service's threads.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use image::{ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use verilabel_symbol::draw::{Fonts, Ink, Resolution};
use verilabel_symbol::{PrintedLabel, SymbolError};

use super::app::App;
use super::body;
use super::problem::Problem;
use super::routes::CodeFile;
use crate::lifecycle::Draft;
use crate::{Artwork, CodeRecord, LabelAward, Picture, PictureKind};

/// Most pixels of a side of a picture.
const MAX_SIDE: u32 = 4_096;
/// Bytes that decoding a picture may take: as many pixels as there may be, each of four bytes, and some.
const MAX_MEMORY: u64 = 72 << 20;
/// Pictures that are looked through at once.
const AT_ONCE: usize = 2;
/// Pixels of a module in PNG files.
const PIXELS: u16 = 8;
/// What a preview says instead of being a label.
const PREVIEW: &str = "PREVIEW - NOT A LABEL";

/// Draws the printed label of a signed code.
pub(super) async fn label(
    app: &App,
    code: &CodeRecord,
    link: &str,
    file: CodeFile,
) -> Result<Vec<u8>, Problem> {
    let draft = app.authority().award(code.award).await?.draft;
    let award = LabelAward { gtin: code.gtin, serial: code.serial.clone(), ..draft.award.clone() };
    let notice = app.authority().issuer().await?.notice;
    draw(app, Draft { award, ..draft }, link.to_owned(), notice, file).await
}

/// Draws how a label will look; its symbol bears no seal.
pub(super) async fn preview(app: &App, draft: Draft) -> Result<Vec<u8>, Problem> {
    let base = app.authority().link_base().await?;
    let link = format!("https://{}{}", base.host(), draft.award.path());
    draw(app, draft, link, Some(PREVIEW.to_owned()), CodeFile::Svg).await
}

async fn draw(
    app: &App,
    draft: Draft,
    link: String,
    banner: Option<String>,
    file: CodeFile,
) -> Result<Vec<u8>, Problem> {
    let base = app.authority().link_base().await?;
    let register = app.authority().register().clone();
    let drawn = spawn_blocking(move || {
        let artwork = Artwork { banner: banner.as_deref(), ..Artwork::default() };
        let fonts = Fonts::default();
        let profile = draft.profile();
        let printed = artwork.print(&link, &draft.award, profile, &base, &register, &fonts);
        written(&artwork, &printed.map_err(|error| undrawable(&error))?.0, file)
    });
    drawn.await.map_err(|_| Problem::broken("internal"))?
}

fn undrawable(error: &SymbolError) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error.to_string())
}

fn written(artwork: &Artwork<'_>, printed: &PrintedLabel, file: CodeFile) -> Result<Vec<u8>, Problem> {
    match file {
        CodeFile::Png => {
            let resolution = Resolution::from_module(PIXELS, artwork.spec.x_dimension);
            printed.drawing.to_png(resolution, Ink::Color).map_err(|error| undrawable(&error.into()))
        }
        CodeFile::Pdf => printed.drawing.to_pdf().map_err(|_| Problem::broken("internal")),
        _ => Ok(printed.drawing.to_svg().into_bytes()),
    }
}

/// Looks through pictures, few at once.
pub(super) struct Lookers(Arc<Semaphore>);

impl Lookers {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// Looks whether a file is the picture that it is said to be, all of it.
    pub(super) async fn checked(&self, sent: body::Picture, patience: Duration) -> Result<Picture, Problem> {
        let kind = PictureKind::ALL.into_iter().find(|kind| kind.media_type() == sent.media_type);
        let kind = kind.ok_or_else(|| {
            let detail = "a picture must be image/png, image/jpeg or image/webp, and the header Content-Type must \
                          say so";
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", detail)
        })?;
        let looked = move || decodes(kind, &sent.bytes).then(|| sent.bytes.to_vec());
        let bytes = self.look(patience, looked).await?.ok_or_else(|| {
            let detail = format!(
                "the file is no {}, has more than {MAX_SIDE} pixels a side, or takes more than {} MiB to look \
                 through",
                kind.media_type(),
                MAX_MEMORY >> 20
            );
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "picture-invalid", detail)
        })?;
        Ok(Picture { kind, bytes })
    }

    /// The permit goes with the work: nobody ends that early, though its request may have ended long ago.
    async fn look<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = timeout(patience, Arc::clone(&self.0).acquire_owned()).await;
        let Ok(Ok(permit)) = permit else { return Err(Problem::overloaded()) };
        let looked = spawn_blocking(move || {
            let looked = work();
            drop(permit);
            looked
        });
        looked.await.map_err(|_| Problem::broken("internal"))
    }
}

fn decodes(kind: PictureKind, bytes: &[u8]) -> bool {
    let format = match kind {
        PictureKind::Png => ImageFormat::Png,
        PictureKind::Jpeg => ImageFormat::Jpeg,
        PictureKind::WebP => ImageFormat::WebP,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    reader.decode().is_ok()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    const SOON: Duration = Duration::from_millis(50);

    #[test]
    fn whoever_went_away_keeps_the_place_until_the_work_is_done() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let lookers = Lookers::new();
            let ends: Vec<_> = (0..AT_ONCE).map(|_| channel::<()>()).collect();
            let mut workers = Vec::new();
            for (end, ended) in ends {
                let gone = timeout(SOON, lookers.look(SOON, move || ended.recv())).await;
                assert!(gone.is_err(), "the request ended before its work");
                workers.push(end);
            }
            let problem = lookers.look(SOON, || ()).await.unwrap_err();
            assert_eq!((problem.status(), problem.code()), (StatusCode::SERVICE_UNAVAILABLE, "overloaded"));
            for worker in workers {
                worker.send(()).unwrap();
            }
            lookers.look(Duration::from_secs(20), || ()).await.unwrap();
        });
    }
}
