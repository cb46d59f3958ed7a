//! Pictures of products.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sqlx::AnyConnection;
use verilabel_trust::PicturePath;
use verilabel_wire::sha256;

use super::product;
use crate::desk::Work;
use crate::store::Cells;
use crate::{Decision, ProductId, Refusal, Role, Version, hex};

/// The format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
}

impl PictureKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Png, Self::Jpeg, Self::WebP];

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
        }
    }
}

/// A picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its format.
    pub kind: PictureKind,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// SHA-256 of the file, in hexadecimal, and its path in the publication folder.
    fn digest_and_path(&self) -> (String, String) {
        let digest = hex::encode(&sha256(&self.bytes));
        let path = format!("pictures/{digest}.{}", self.kind.extension());
        (digest, path)
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

/// Gives a product a picture; whoever hands it in has looked whether it is one.
#[derive(Debug, Clone)]
pub struct PutPicture {
    /// The product.
    pub product: ProductId,
    /// The version of the product that the officer saw.
    pub expected: Option<Version>,
    /// The picture.
    pub picture: Picture,
}

impl Decision for PutPicture {
    type Outcome = ();
    const KIND: &'static str = "put-picture";
    const ROLES: &'static [Role] = &[Role::Officer];

    fn subject(&self) -> String {
        format!("product {}", self.product)
    }

    async fn decide(&self, work: &mut Work) -> Result<(), Refusal> {
        product(work.db(), self.product).await?.version.must_be(self.expected)?;
        let (last, _) = work.chain_end();
        let (digest, path) = self.picture.digest_and_path();
        sqlx::query("UPDATE products SET picture = $1, version = version + 1 WHERE id = $2")
            .bind(&path)
            .bind(self.product.number())
            .execute(work.db())
            .await?;
        sqlx::query(
            "INSERT INTO pictures (product, kind, bytes, seq, path) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (product) DO UPDATE SET kind = excluded.kind, bytes = excluded.bytes, seq = excluded.seq,
             path = excluded.path",
        )
        .bind(self.product.number())
        .bind(self.picture.kind.media_type())
        .bind(STANDARD.encode(&self.picture.bytes))
        .bind(last.number() + 1)
        .bind(&path)
        .execute(work.db())
        .await?;
        work.record(Self::KIND, self.subject(), [("sha256", digest)])?;
        Ok(())
    }
}

/// The picture of a product.
pub(crate) async fn picture(connection: &mut AnyConnection, id: ProductId) -> Result<Picture, Refusal> {
    let row = sqlx::query("SELECT kind, bytes FROM pictures WHERE product = $1 AND path <> ''")
        .bind(id.number())
        .fetch_optional(connection)
        .await?
        .ok_or_else(|| Refusal::not_found("picture of product", &id))?;
    let kind = row.text("kind")?;
    let kind = PictureKind::ALL.into_iter().find(|known| known.media_type() == kind);
    let bytes = STANDARD.decode(row.text("bytes")?).map_err(|e| Refusal::damaged("bytes", &e))?;
    Ok(Picture { kind: kind.ok_or_else(|| Refusal::damaged("kind", &"no format"))?, bytes })
}

/// The file that is published at that path; none that is not what its name says.
pub(crate) async fn picture_at(
    connection: &mut AnyConnection,
    path: &PicturePath,
) -> Result<Option<Vec<u8>>, Refusal> {
    let row = sqlx::query("SELECT bytes FROM pictures WHERE path = $1 LIMIT 1")
        .bind(path.as_str())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let bytes = STANDARD.decode(row.text("bytes")?).ok();
    Ok(bytes.filter(|bytes| path.as_str().contains(&hex::encode(&sha256(bytes)))))
}

/// Takes the picture of a product away, unless it is at that path.
pub(super) async fn keep_only(
    work: &mut Work,
    product: ProductId,
    path: Option<&str>,
) -> Result<(), Refusal> {
    let (last, _) = work.chain_end();
    sqlx::query("UPDATE pictures SET path = '', bytes = '', seq = $1 WHERE product = $2 AND path <> '' AND path <> $3")
        .bind(last.number() + 1)
        .bind(product.number())
        .bind(path.unwrap_or_default())
        .execute(work.db())
        .await?;
    Ok(())
}
