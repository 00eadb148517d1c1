//! Embedded files: what is served, how, and that nothing is carried along unused.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::http::{Method, StatusCode};
use carillon_server::assets;

use crate::support::TestApp;

#[tokio::test]
async fn files_are_kept_for_ever_and_travel_compressed() {
    let app = TestApp::new().await;
    let path = assets::url("css/app.css");
    let plain = app.get(&path).await;
    assert_eq!(plain.status, StatusCode::OK);
    assert_eq!(plain.header("content-type"), "text/css; charset=utf-8");
    assert!(plain.header("cache-control").contains("immutable"));
    let small = app.request(Method::GET, &path, &[("accept-encoding", "gzip, br")], "").await;
    assert_eq!(small.header("content-encoding"), "br");
    assert!(small.bytes().len() * 3 < plain.bytes().len());
}

#[tokio::test]
async fn another_version_or_a_way_out_of_the_folder_is_not_found() {
    let app = TestApp::new().await;
    let good = assets::url("css/app.css");
    let version = good.split('/').nth(2).expect("version");
    for path in ["/static/0000/css/app.css".to_owned(), format!("/static/{version}/../Cargo.toml")] {
        assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(app.get(&assets::url("vendor/icons.svg")).await.status, StatusCode::OK);
    assert!(!assets::paths().any(|p| p.ends_with(".toml")));
}

/// The first visit of a page, everything of it, stays under 250 KB as transferred.
#[tokio::test]
async fn what_every_page_loads_is_small() {
    let app = TestApp::new().await;
    let page = app.request(Method::GET, "/nothing", &[("accept-encoding", "br")], "").await;
    let mut total = page.bytes().len();
    for path in assets::paths().filter(|p| !p.contains("greek") && !p.ends_with("LICENSE")) {
        let answer = app.request(Method::GET, &assets::url(path), &[("accept-encoding", "br")], "").await;
        total += answer.bytes().len();
    }
    assert!(total < 250_000, "{total} bytes");
}

#[test]
fn the_sprite_holds_the_icons_that_are_used_and_no_others() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sprite = fs::read_to_string(root.join("static/vendor/icons.svg")).expect("sprite");
    let have: BTreeSet<String> = quoted_after(&sprite, "<symbol id=");
    let mut used = BTreeSet::new();
    let mut texts = Vec::new();
    read_all(&root.join("templates"), &mut texts);
    read_all(&root.join("src"), &mut texts);
    for text in &texts {
        used.extend(quoted_after(text, "icon("));
        used.extend(quoted_after(text, "glyph("));
    }
    let brands: BTreeSet<String> = have.iter().filter(|name| name.starts_with("brand-")).cloned().collect();
    let missing: Vec<_> = used.difference(&have).collect();
    let unused: Vec<_> = have.difference(&used).filter(|n| !brands.contains(*n)).collect();
    assert!(missing.is_empty(), "not in vendor.toml: {missing:?}");
    assert!(unused.is_empty(), "in vendor.toml, but not used: {unused:?}");
}

fn quoted_after(text: &str, marker: &str) -> BTreeSet<String> {
    let starts = text.split(marker).skip(1);
    starts.filter_map(|rest| rest.strip_prefix('"')?.split('"').next()).map(str::to_owned).collect()
}

fn read_all(folder: &Path, into: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            read_all(&path, into);
        } else {
            into.push(fs::read_to_string(&path).expect("text"));
        }
    }
}
