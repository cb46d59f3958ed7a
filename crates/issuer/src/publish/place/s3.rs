//! S3-compatible stores. Endpoint, region and keys come from the environment (`AWS_ENDPOINT`, `AWS_REGION`,
//! `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_ALLOW_HTTP`, …), never from the URL.

use std::sync::Arc;

use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, S3ConditionalPut};
use object_store::prefix::PrefixStore;

use super::{Place, parse, wrong};
use crate::publish::PublicationError;

/// Opens `BUCKET/PREFIX`, in path style.
pub(super) fn open(url: &str, rest: &str) -> Result<Place, PublicationError> {
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let prefix = prefix.trim_end_matches('/');
    if bucket.is_empty() || bucket.contains('@') {
        return Err(wrong(url, "it must be s3://BUCKET/PREFIX, with keys in the environment only"));
    }
    // Whoever installed another provider before has chosen; both give the same TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let bucket = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_virtual_hosted_style_request(false)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .build()
        .map_err(|e| wrong(url, &e.to_string()))?;
    let store: Arc<dyn ObjectStore> = if prefix.is_empty() {
        Arc::new(bucket)
    } else {
        Arc::new(PrefixStore::new(bucket, parse(prefix).map_err(|e| wrong(url, &e.to_string()))?))
    };
    Ok(Place { store, local: None })
}
