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

const ALL: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("x-frame-options"), "DENY"),
];
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// A year.
const TRANSPORT: &str = "max-age=31536000";

/// Who may use what is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The page alone.
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
        let mut headers: HeaderMap =
            ALL.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
        let of = HeaderValue::from_static;
        match reach {
            Reach::Page => headers.insert(RESOURCE_POLICY, of("same-origin")),
            Reach::Everybody => {
                headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, of("*"));
                headers.insert(RESOURCE_POLICY, of("cross-origin"))
            }
        };
        if self.tls {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, of(TRANSPORT));
        }
        headers
    }
}
