//! Headers that every answer has.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Scripts, styles and everything else come from this server alone; nothing is evaluated but WebAssembly; whoever
/// would write markup or load a script by address goes through the page's one policy of that name.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
     trusted-types verilabel";

/// A page that scans needs the camera, and may keep the screen on, share, and paste. Nothing else is allowed.
const PERMISSIONS: &str = "camera=(self), clipboard-read=(self), clipboard-write=(self), fullscreen=(self), \
     screen-wake-lock=(self), web-share=(self), accelerometer=(), bluetooth=(), display-capture=(), \
     encrypted-media=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), \
     microphone=(), midi=(), payment=(), publickey-credentials-create=(), publickey-credentials-get=(), serial=(), \
     usb=(), xr-spatial-tracking=()";

/// What scripts may do that are workers.
const POLICY_OF_SCRIPTS: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
     frame-ancestors 'none'";
/// What any other file may do that somebody opens by itself.
const POLICY_OF_FILES: &str = "default-src 'none'; frame-ancestors 'none'";

/// A year.
const TRANSPORT: &str = "max-age=31536000";
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// What an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// A document that browsers show: what it may do is said in full.
    Document,
    /// A script of the page.
    Script,
    /// Another file that the page loads. Nothing is said that matters for documents alone: there are many such files.
    Page,
    /// Verifiers of other origins, too: what an authority publishes is for everybody.
    Everybody,
}

/// The headers that every answer has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Common {
    /// Whether the server speaks TLS, and so may ask to be spoken to by nothing else (RFC 6797).
    pub(crate) tls: bool,
}

impl Common {
    pub(crate) fn headers(self, reach: Reach) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut put = |name, value| headers.insert(name, HeaderValue::from_static(value));
        put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        put(header::REFERRER_POLICY, "no-referrer");
        if self.tls {
            put(header::STRICT_TRANSPORT_SECURITY, TRANSPORT);
        }
        let policy = match reach {
            Reach::Document => CONTENT_SECURITY_POLICY,
            Reach::Script => POLICY_OF_SCRIPTS,
            Reach::Page | Reach::Everybody => POLICY_OF_FILES,
        };
        put(header::CONTENT_SECURITY_POLICY, policy);
        if reach == Reach::Document {
            put(PERMISSIONS_POLICY, PERMISSIONS);
            put(OPENER_POLICY, "same-origin");
        }
        if reach == Reach::Everybody {
            put(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
            put(RESOURCE_POLICY, "cross-origin");
        } else {
            put(RESOURCE_POLICY, "same-origin");
        }
        headers
    }
}
