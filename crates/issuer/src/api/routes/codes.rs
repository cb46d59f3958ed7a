//! Codes on packages, and their files.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::app::App;
use crate::api::auth::Reader;
use crate::api::body::Id;
use crate::api::media;
use crate::api::once::Kept;
use crate::api::problem::Problem;
use crate::{CodeId, CodeRecord};

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(one)).routes(routes!(file))
}

/// A code on a package
#[utoipa::path(get, operation_id = "codes_one", path = "/v1/codes/{id}", tag = "labels", params(("id" = CodeId, Path)),
    responses((status = 200, body = CodeRecord)), extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn one(_: Reader, State(app): State<Arc<App>>, Id(id): Id<CodeId>) -> Result<Kept, Problem> {
    Ok(Kept::read(&app.authority().code(id).await?))
}

/// A file of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::api) enum CodeFile {
    /// The label link: the text of the symbol.
    Link,
    /// The printed label, to scale.
    Svg,
    /// The printed label, eight pixels a module.
    Png,
    /// The printed label, to scale.
    Pdf,
    /// The label credential (`vc+jwt`).
    Credential,
}

impl CodeFile {
    fn media_type(self) -> &'static str {
        match self {
            Self::Link => "text/plain; charset=utf-8",
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
            Self::Credential => "application/vc+jwt",
        }
    }
}

/// A file of a code
///
/// There is none before the code is signed.
#[utoipa::path(get, operation_id = "codes_file", path = "/v1/codes/{id}/{file}", tag = "labels",
    params(("id" = CodeId, Path), ("file" = inline(CodeFile), Path)),
    responses((status = 200, content((String = "text/plain"), (Vec<u8> = "image/svg+xml"), (Vec<u8> = "image/png"), (Vec<u8> = "application/pdf"), (String = "application/vc+jwt")))), extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn file(
    _: Reader,
    State(app): State<Arc<App>>,
    path: Result<Path<(CodeId, CodeFile)>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let nothing = |what: &str| Problem::new(StatusCode::NOT_FOUND, "not-found", what);
    let Ok(Path((id, file))) = path else { return Err(nothing("there is nothing at this address")) };
    let code = app.authority().code(id).await?;
    let signed = code.link.clone().ok_or_else(|| nothing("the code is not signed yet"));
    let bytes = match file {
        CodeFile::Link => signed?.into_bytes(),
        CodeFile::Credential => {
            code.credential.ok_or_else(|| nothing("the code has no credential yet"))?.into_bytes()
        }
        CodeFile::Svg | CodeFile::Png | CodeFile::Pdf => media::label(&app, &code, &signed?, file).await?,
    };
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type()))], bytes).into_response())
}
