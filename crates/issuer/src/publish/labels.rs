//! The files of labels: link, symbols for printers, credential.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use verilabel_recognition::Register;
use verilabel_symbol::draw::{Fonts, Ink, Resolution};
use verilabel_symbol::{LabelLayout, PrintSpec};
use verilabel_trust::Issuer;
use verilabel_wire::LinkBase;

use super::place::Place;
use super::records::Waiting;
use super::{PublicationError, names};
use crate::Artwork;
use crate::authority::{blocking, link_base};

/// Codes whose files are drawn and written at once.
const AT_ONCE: usize = 4;
/// Pixels of a module in a PNG.
const PIXELS: u16 = 8;

/// A file of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LabelFile {
    /// The label link, in one line.
    Link,
    /// The printed label as SVG.
    Svg,
    /// The printed label as PNG.
    Png,
    /// The printed label as PDF.
    Pdf,
    /// The label credential, where the issuer has a DID.
    Credential,
}

impl LabelFile {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Link, Self::Svg, Self::Png, Self::Pdf, Self::Credential];

    /// Its name in the label's folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => names::LINK,
            Self::Svg => "label.svg",
            Self::Png => "label.png",
            Self::Pdf => "label.pdf",
            Self::Credential => "credential.jwt",
        }
    }

    fn is_drawn(self) -> bool {
        matches!(self, Self::Svg | Self::Png | Self::Pdf)
    }
}

/// Draws and writes the files of labels.
#[derive(Debug, Clone)]
pub(super) struct Press {
    pub(super) files: BTreeSet<LabelFile>,
    pub(super) spec: PrintSpec,
    pub(super) layout: LabelLayout,
    pub(super) fonts: Arc<Fonts>,
    pub(super) register: Arc<Register>,
}

/// What became of some labels' files.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    pub(super) labels: u64,
    /// Labels that could not be drawn, and why the first could not.
    pub(super) not_drawn: u64,
    pub(super) why: Option<String>,
}

impl Press {
    /// Writes the files of these codes. Where several have one place, only the last is written: it takes the
    /// place of the others.
    pub(super) async fn write(
        &self,
        place: &Place,
        issuer: &Arc<Issuer>,
        codes: Vec<Waiting>,
    ) -> Result<Written, PublicationError> {
        let base = link_base(issuer)?;
        let mut by_place = BTreeMap::new();
        for code in codes.into_iter().filter(|code| !code.replaced) {
            let (gtin, serial) = code.place();
            by_place.insert(names::label(gtin, serial), code);
        }
        stream::iter(by_place)
            .map(|(folder, code)| self.write_one(place, folder, code, Arc::clone(issuer), base.clone()))
            .buffer_unordered(AT_ONCE)
            .boxed()
            .try_fold(Written::default(), |sum, drawn| {
                std::future::ready(Ok(Written {
                    labels: sum.labels + 1,
                    not_drawn: sum.not_drawn + u64::from(drawn.is_err()),
                    why: sum.why.or(drawn.err()),
                }))
            })
            .await
    }

    /// Gives why a label could not be drawn: its link and credential are written all the same.
    async fn write_one(
        &self,
        place: &Place,
        folder: String,
        code: Waiting,
        issuer: Arc<Issuer>,
        base: LinkBase,
    ) -> Result<Result<(), String>, PublicationError> {
        let press = self.clone();
        let made = blocking(move || Ok(press.make(&code, &issuer, &base))).await?;
        for (file, bytes) in made.files {
            let name = format!("{folder}/{}", file.name());
            let tag = place.tag(&name).await?;
            place.replace(&name, bytes, tag).await?;
        }
        Ok(made.drawn)
    }

    fn make(&self, code: &Waiting, issuer: &Issuer, base: &LinkBase) -> Made {
        let mut files = Vec::new();
        let drawn = if self.files.iter().any(|file| file.is_drawn()) {
            self.draw(code, issuer, base).map(|drawn| files.extend(drawn))
        } else {
            Ok(())
        };
        files.extend(code.credential.as_ref().map(|text| (LabelFile::Credential, text.clone().into_bytes())));
        // The link is last: where it is, all is.
        files.push((LabelFile::Link, format!("{}\n", code.link).into_bytes()));
        files.retain(|(file, _)| self.files.contains(file));
        Made { files, drawn }
    }

    fn draw(
        &self,
        code: &Waiting,
        issuer: &Issuer,
        base: &LinkBase,
    ) -> Result<Vec<(LabelFile, Vec<u8>)>, String> {
        let artwork = Artwork { spec: self.spec, layout: self.layout, banner: issuer.notice.as_deref() };
        let printed = artwork.print(&code.link, &code.award, code.profile, base, &self.register, &self.fonts);
        let (label, _) = printed.map_err(|e| e.to_string())?;
        let drawing = &label.drawing;
        let resolution = Resolution::from_module(PIXELS, self.spec.x_dimension);
        let mut files = Vec::new();
        for file in self.files.iter().copied().filter(|file| file.is_drawn()) {
            let bytes = match file {
                LabelFile::Svg => drawing.to_svg().into_bytes(),
                LabelFile::Png => drawing.to_png(resolution, Ink::Color).map_err(|e| e.to_string())?,
                LabelFile::Pdf => drawing.to_pdf().map_err(|e| e.to_string())?,
                LabelFile::Link | LabelFile::Credential => continue,
            };
            files.push((file, bytes));
        }
        Ok(files)
    }
}

/// The files of a label, and why it could not be drawn.
struct Made {
    files: Vec<(LabelFile, Vec<u8>)>,
    drawn: Result<(), String>,
}

/// The links that are out there, by the files of labels.
pub(super) async fn links(place: &Place) -> Result<Vec<String>, PublicationError> {
    let names = place.names(names::LABELS, names::LINK).await?;
    let unreadable = |name: &str| PublicationError::Unreachable {
        object: name.to_owned(),
        reason: "it is not text".to_owned(),
    };
    stream::iter(names)
        .map(|name| async move {
            let Some(bytes) = place.read(&name).await? else { return Ok(None) };
            let text = String::from_utf8(bytes).map_err(|_| unreadable(&name))?;
            Ok(Some(text.trim_end().to_owned()))
        })
        .buffered(AT_ONCE)
        .boxed()
        .try_filter_map(|link| std::future::ready(Ok(link)))
        .try_collect()
        .await
}

/// Folders of the labels of these codes.
pub(super) fn folders(codes: &[Waiting]) -> BTreeSet<String> {
    codes
        .iter()
        .map(|code| {
            let (gtin, serial) = code.place();
            names::label(gtin, serial)
        })
        .collect()
}
