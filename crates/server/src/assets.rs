//! Styles, scripts, fonts and icons, built into the program.
//!
//! All of them live under one version, the hash of everything: so relative references between them work, an address never
//! changes its content, and browsers may keep it for ever.
//!
//! Our own styles are kept by theme and served as one file. Of Tabler's, only those are served that a page uses; `build.rs` leaves
//! out the others.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::http::App;
use crate::urls;

#[derive(RustEmbed)]
#[folder = "static/"]
#[exclude = "*.toml"]
#[exclude = "vendor/tabler.min.css"]
struct Files;

/// Where Tabler's styles are served, and what is left of them.
const TABLER: (&str, &[u8]) =
    ("vendor/tabler.min.css", include_bytes!(concat!(env!("OUT_DIR"), "/tabler.min.css")));

/// Where our own styles are served that every page loads.
const APP: &str = "css/app.css";
/// The folder that has them, and its files in the order in which they are served: of two rules of the same weight the later one wins.
const APP_FOLDER: &str = "css/app/";
const APP_STYLES: [&str; 22] = [
    "tokens",
    "base",
    "frame",
    "controls",
    "signs",
    "rows",
    "pages",
    "posts",
    "media",
    "library",
    "connections",
    "numbers",
    "charts",
    "saved",
    "import",
    "notes",
    "paper",
    "queue",
    "find",
    "failures",
    "guide",
    "previews",
];

struct Asset {
    plain: Bytes,
    mime: &'static str,
    /// Filled at the first request that wants it: compressing well takes time that a start should not wait for.
    brotli: Arc<OnceLock<Option<Bytes>>>,
}

struct Assets {
    version: String,
    by_path: HashMap<String, Asset>,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let mut files: Vec<(String, Bytes)> = Files::iter()
        .filter(|path| !path.starts_with(APP_FOLDER))
        .filter_map(|path| Some((path.to_string(), embedded(&path)?)))
        .collect();
    files.push((TABLER.0.to_owned(), Bytes::from_static(TABLER.1)));
    files.push((APP.to_owned(), app_styles()));
    let mut hash = Sha256::new();
    let mut by_path = HashMap::new();
    for (path, plain) in files {
        hash.update(path.as_bytes());
        hash.update(Sha256::digest(&plain));
        let mime = mime(&path);
        by_path.insert(path, Asset { plain, mime, brotli: Arc::default() });
    }
    Assets { version: hex::encode(&hash.finalize()[..8]), by_path }
});

fn embedded(path: &str) -> Option<Bytes> {
    Some(match Files::get(path)?.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    })
}

fn app_styles() -> Bytes {
    let mut styles = Vec::new();
    for name in APP_STYLES {
        let Some(file) = embedded(&format!("{APP_FOLDER}{name}.css")) else { continue };
        styles.extend_from_slice(&file);
        styles.push(b'\n');
    }
    styles.into()
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// The address of an embedded file, for templates.
pub fn url(path: &str) -> String {
    debug_assert!(ASSETS.by_path.contains_key(path), "no embedded file {path}");
    urls::asset(&ASSETS.version, path)
}

/// The address of an icon of the sprite, for `<use href>`.
pub fn icon(name: &str) -> String {
    format!("{}#{name}", url("vendor/icons.svg"))
}

/// Marks a literal as the name of an icon, where it is kept before it is drawn; a test compares with the sprite.
pub const fn glyph(name: &'static str) -> &'static str {
    name
}

/// The reference to a network's mark.
pub fn brand(platform: &str) -> String {
    icon(&format!("brand-{platform}"))
}

/// All embedded paths.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ASSETS.by_path.keys().map(String::as_str)
}

/// The route of the files.
pub fn routes() -> Router<App> {
    Router::new().route(urls::ASSET, get(serve))
}

async fn serve(Path((version, path)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.by_path.get(&path).filter(|_| version == ASSETS.version) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let brotli = if accepts.split(',').any(|e| e.trim().split(';').next() == Some("br")) {
        compressed(asset).await
    } else {
        None
    };
    let is_compressed = brotli.is_some();
    let mut response = Response::new(Body::from(brotli.unwrap_or_else(|| asset.plain.clone())));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.mime));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_compressed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

async fn compressed(asset: &'static Asset) -> Option<Bytes> {
    if asset.mime.starts_with("font/") || asset.mime == "image/png" {
        return None;
    }
    if let Some(done) = asset.brotli.get() {
        return done.clone();
    }
    let cell = asset.brotli.clone();
    let plain = asset.plain.clone();
    let task = tokio::task::spawn_blocking(move || cell.get_or_init(|| compress(&plain)).clone());
    task.await.ok().flatten()
}

fn compress(plain: &[u8]) -> Option<Bytes> {
    // The tables for one file take 30 MB for a moment, and a browser asks for all files at once.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, 9, 22);
    writer.write_all(plain).ok()?;
    Some(writer.into_inner().into())
}
