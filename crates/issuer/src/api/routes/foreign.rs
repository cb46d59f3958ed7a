//! Labels of other schemes.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use verilabel_label::SchemeId;

use crate::api::app::App;
use crate::api::auth::Reader;
use crate::api::body::Ask;
use crate::api::once::Kept;
use crate::api::problem::Problem;
use crate::{Evidence, schema};

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(judge))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// The label link.
    #[param(max_length = 4_296)]
    link: String,
    /// The scheme that an award would be of.
    #[param(value_type = schema::SchemeId)]
    scheme: SchemeId,
}

/// What an award may rest on a foreign label
///
/// Judged offline by the authority's own trust pack; nothing is put on record.
#[utoipa::path(get, operation_id = "foreign_judge", path = "/v1/foreign-labels", tag = "awards", params(Which),
    responses((status = 200, body = Evidence)), extensions(("x-roles" = json!(["officer", "approver", "auditor", "operator"]))))]
async fn judge(_: Reader, State(app): State<Arc<App>>, Ask(which): Ask<Which>) -> Result<Kept, Problem> {
    let (authority, now) = (app.authority().clone(), app.now());
    let judged =
        tokio::task::spawn_blocking(move || authority.judge_foreign(&which.link, &which.scheme, now));
    let evidence = judged.await.map_err(|_| Problem::broken("internal"))??;
    Ok(Kept::read(&evidence))
}
