//! Embedded files: what is served, how, and that nothing is carried along unused.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::http::{Method, StatusCode};
use carillon_server::assets;

use crate::support::TestApp;

/// Bytes that a first visit may take, as they travel.
const FIRST_VISIT: usize = 250_000;
/// Those of them that may be scripts of our own.
const OUR_SCRIPTS: usize = 60_000;

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

/// Whatever a page ever loads of the embedded files stays small together.
#[tokio::test]
async fn what_every_page_loads_is_small() {
    let app = TestApp::new().await;
    let page = app.request(Method::GET, "/nothing", &[("accept-encoding", "br")], "").await;
    let mut total = page.bytes().len();
    for path in assets::paths().filter(|p| !p.contains("greek") && !p.ends_with("LICENSE")) {
        let answer = app.request(Method::GET, &assets::url(path), &[("accept-encoding", "br")], "").await;
        total += answer.bytes().len();
    }
    assert!(total < FIRST_VISIT, "{total} bytes");
}

/// What somebody waits for who was never here: the page, and each file that it or one of its scripts names.
#[tokio::test]
async fn a_first_visit_is_small() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let session = format!("carillon_session={}", browser.cookie("carillon_session").expect("session"));
    let mut pages = vec![("/sign-in".to_owned(), "")];
    pages.extend(
        ["overview", "calendar", "compose", "library"].map(|p| (format!("{home}/{p}"), session.as_str())),
    );
    for (path, cookie) in pages {
        let plain = app.request(Method::GET, &path, &[("cookie", cookie)], "").await;
        assert_eq!(plain.status, StatusCode::OK, "{path}");
        for tag in between(&plain.text(), "<script ", '>') {
            // The look is known before anything is drawn; nothing else may hold that up.
            let waits =
                tag.contains(" defer") || tag.contains("type=\"module\"") || tag.contains("/js/theme.js");
            assert!(waits, "{path} is drawn late because of {tag}");
        }
        let mut files = files_in(&plain.text());
        let mut scripts: Vec<String> = files.iter().filter(|file| file.ends_with(".js")).cloned().collect();
        while let Some(script) = scripts.pop() {
            for name in between(&app.get(&script).await.text(), "from './", '\'') {
                let folder = script.rsplit_once('/').expect("a folder").0;
                let file = format!("{folder}/{name}");
                if files.insert(file.clone()) {
                    scripts.push(file);
                }
            }
        }
        let rare = files.iter().find(|file| file.contains("/tus.min.js"));
        assert!(rare.is_none(), "{path}: only who uploads needs what uploads");
        let headers = [("accept-encoding", "br"), ("cookie", cookie)];
        let mut total = app.request(Method::GET, &path, &headers, "").await.bytes().len();
        let mut ours = 0;
        for file in &files {
            let answer = app.request(Method::GET, file, &headers, "").await;
            assert_eq!(answer.status, StatusCode::OK, "{file}");
            total += answer.bytes().len();
            ours += if file.contains("/js/") { answer.bytes().len() } else { 0 };
        }
        assert!(ours > 0 && files.len() > 5, "{path}: {files:?}");
        assert!(total <= FIRST_VISIT && ours <= OUR_SCRIPTS, "{path}: {total} bytes, {ours} of our scripts");
    }
}

/// A file that is in the folder and not in the list would be lost, and so would one that is only in the list.
#[tokio::test]
async fn the_styles_of_all_themes_are_served_as_one() {
    let app = TestApp::new().await;
    let served = app.get(&assets::url("css/app.css")).await.text();
    let mut themes = Vec::new();
    read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("static/css/app"), &mut themes);
    assert!(themes.len() > 20, "{} files", themes.len());
    for theme in &themes {
        let begin = theme.lines().next().expect("a first line");
        assert!(served.contains(theme.as_str()), "not in assets.rs: the file that begins with {begin}");
    }
    let lines: usize = themes.iter().map(|theme| theme.lines().count()).sum();
    assert_eq!(served.lines().count(), lines + themes.len(), "an empty line ends each");
    assert!(!assets::paths().any(|path| path.starts_with("css/app/")));
}

#[tokio::test]
async fn of_tablers_styles_those_are_served_that_templates_use() {
    let app = TestApp::new().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let served = app.get(&assets::url("vendor/tabler.min.css")).await.text();
    let whole = fs::read_to_string(root.join("static/vendor/tabler.min.css")).expect("the original");
    let mut templates = Vec::new();
    read_all(&root.join("templates"), &mut templates);
    let written = templates.iter().flat_map(|text| quoted_after(text, "class="));
    let words: BTreeSet<String> = written
        .flat_map(|value| value.split([' ', '{', '}', '%']).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let (known, kept) = (classes(&whole), classes(&served));
    let used: BTreeSet<String> = words.intersection(&known).cloned().collect();
    assert!(used.contains("btn-primary") && used.len() > 20, "{used:?}");
    assert!(used.is_subset(&kept), "lost: {:?}", used.difference(&kept).collect::<Vec<_>>());
    // `alert-{{ kind }}` is put together.
    assert!(kept.contains("alert-warning") && !kept.contains("carousel-item"), "{kept:?}");
    for always in [":root{", "@media print{", "@keyframes ", "Copyright"] {
        assert!(served.contains(always), "{always} is lost");
    }
    assert_eq!(served.matches('{').count(), served.matches('}').count());
    assert!(served.len() * 4 < whole.len(), "{} of {} bytes", served.len(), whole.len());
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
    between(text, &format!("{marker}\""), '"')
}

/// What stands between a beginning and the next such letter, wherever it does.
fn between(text: &str, begin: &str, end: char) -> BTreeSet<String> {
    text.split(begin).skip(1).filter_map(|rest| rest.split(end).next()).map(str::to_owned).collect()
}

/// The embedded files that a page names.
fn files_in(page: &str) -> BTreeSet<String> {
    let quoted = page.split('"').filter(|word| word.starts_with("/static/"));
    quoted.filter_map(|word| word.split('#').next()).map(str::to_owned).collect()
}

/// The classes that a style sheet has rules for.
fn classes(styles: &str) -> BTreeSet<String> {
    let names = styles.split('.').skip(1).filter_map(|rest| {
        rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-' && letter != '_').next()
    });
    names
        .filter(|name| name.starts_with(|letter: char| letter.is_ascii_alphabetic()))
        .map(str::to_owned)
        .collect()
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
