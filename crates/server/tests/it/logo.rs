//! A workspace's logo: in the settings, and at the head of reports.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use carillon_domain::permission::Role;
use futures::StreamExt;

use crate::media::jpeg;
use crate::support::desk::Desk;
use crate::support::{Answer, Browser, OWNER, TestApp};

/// Where the settings show the logo, if they do.
fn shown(page: &str) -> Option<String> {
    let picture = page.split("<p class=\"logo-shown\"><img src=\"").nth(1)?;
    picture.split('"').next().map(str::to_owned)
}

/// Whether a report has a picture as wide as a logo may be; nothing else in it has a width.
fn branded(report: &Answer) -> bool {
    assert!(report.bytes().starts_with(b"%PDF-"), "{}", report.text());
    report.bytes().windows(10).any(|bytes| bytes == b"/Width 512")
}

async fn settings(browser: &Browser<'_>, home: &str) -> String {
    browser.get(&format!("{home}/settings")).await.text()
}

#[tokio::test]
async fn a_logo_is_uploaded_shown_printed_replaced_and_removed() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let (logo, report) = (format!("{home}/settings/logo"), format!("{home}/report.pdf"));
    let page = settings(&browser, &home).await;
    assert_eq!(shown(&page), None);
    assert!(page.contains("up to 2 MB. It is made at most 512 pixels"), "{page}");
    assert_eq!(browser.get(&logo).await.status, StatusCode::NOT_FOUND);
    assert!(!branded(&browser.get(&report).await));
    assert!(!browser.get(&format!("{home}/overview")).await.text().contains("print-logo"));

    let saved = browser.upload(&logo, "logo.jpg", &jpeg(1024, 256)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    assert_eq!(saved.header("location"), format!("{home}/settings?saved"));
    let first = shown(&settings(&browser, &home).await).expect("a logo");
    let picture = browser.get(&first).await;
    assert_eq!((picture.status, picture.header("content-type")), (StatusCode::OK, "image/png"));
    assert_eq!(picture.header("content-security-policy"), "default-src 'none'; sandbox");
    let pixels = image::load_from_memory(picture.bytes()).expect("png");
    assert_eq!((pixels.width(), pixels.height()), (512, 128));
    assert!(branded(&browser.get(&report).await));
    let overview = browser.get(&format!("{home}/overview")).await.text();
    assert!(overview.contains("print-logo") && overview.contains(&first), "{overview}");

    assert_eq!(browser.upload(&logo, "logo.jpg", &jpeg(300, 300)).await.status, StatusCode::SEE_OTHER);
    let second = shown(&settings(&browser, &home).await).expect("a logo");
    assert_ne!(first, second, "browsers may keep the old one");

    let removed = browser.post(&format!("{logo}/remove"), &[]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text());
    assert_eq!(shown(&settings(&browser, &home).await), None);
    assert_eq!(browser.get(&second).await.status, StatusCode::NOT_FOUND);
    assert!(!branded(&browser.get(&report).await));
}

#[tokio::test]
async fn an_accounts_page_has_it_on_paper() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let account = format!("{}/accounts/{}", desk.home, desk.account);
    assert!(!owner.get(&account).await.text().contains("print-logo"));
    let saved = owner.upload(&format!("{}/settings/logo", desk.home), "logo.jpg", &jpeg(64, 64)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let logo = shown(&settings(&owner, &desk.home).await).expect("a logo");
    let page = owner.get(&account).await.text();
    assert!(page.contains(&format!("<img class=\"print-logo\" src=\"{logo}\"")), "{page}");
}

#[tokio::test]
async fn a_file_that_is_no_logo_is_explained_and_changes_nothing() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let logo = format!("{home}/settings/logo");
    assert_eq!(browser.upload(&logo, "logo.jpg", &jpeg(64, 64)).await.status, StatusCode::SEE_OTHER);
    let before = shown(&settings(&browser, &home).await);
    let large = vec![0_u8; 2 * 1024 * 1024 + 1];
    let cases: [(&[u8], &str); 4] = [
        (b"just words", "A logo is a PNG or JPEG picture, and this file is none."),
        (b"GIF89a\x01\0\x01\0\0\0\0;", "this is a GIF picture"),
        (&large, "A logo may have up to 2 MB"),
        (b"", "The file is empty."),
    ];
    for (file, why) in cases {
        let refused = browser.upload(&logo, "logo.png", file).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
        assert!(
            refused.text().contains("alert-danger") && refused.text().contains(why),
            "{why}: {}",
            refused.text()
        );
        assert_eq!(shown(&refused.text()), before, "{why}");
    }
    let formless = browser.post(&logo, &[("file", "logo.png")]).await;
    assert_eq!(formless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(shown(&settings(&browser, &home).await), before);
}

/// The beginning of a part of a form, and what is in it.
fn part(name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--bells\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"logo.jpg\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), bytes].concat()
}

#[tokio::test]
async fn the_form_of_a_logo_has_one_file_and_ends() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let logo = format!("{home}/settings/logo");
    let (file, name) = (part("file", &jpeg(64, 64)), part("name", b"Northlight"));
    let form = |parts: &[&[u8]]| [parts.join(&b"\r\n"[..]), b"\r\n--bells--\r\n".to_vec()].concat();
    let one_part = "The form has the part file, once, and no other.";
    for (what, body, why) in [
        ("two files", form(&[&file, &file]), one_part),
        ("more than a file", form(&[&file, &name]), one_part),
        ("another part", form(&[&name]), one_part),
        ("no part", b"--bells--\r\n".to_vec(), "The form has no part named file."),
        ("no end", file.clone(), "The form ended before it was complete."),
    ] {
        let refused = browser.multipart(&logo, body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        assert!(refused.text().contains(why), "{what}: {}", refused.text());
        assert_eq!(shown(&settings(&browser, &home).await), None, "{what}");
    }
}

#[tokio::test]
async fn a_file_of_any_size_is_too_large_and_not_a_broken_form() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    // More than is read of a form at all.
    let megabyte = Bytes::from(vec![0_u8; 1 << 20]);
    let chunks = std::iter::once(Bytes::from(part("file", b""))).chain(std::iter::repeat_n(megabyte, 66));
    let body = Body::from_stream(futures::stream::iter(chunks).then(|chunk| async move {
        // As on a line, not everything is there at once.
        tokio::task::yield_now().await;
        Ok::<_, std::io::Error>(chunk)
    }));
    let refused = browser.multipart(&format!("{home}/settings/logo"), body).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("A logo may have up to 2 MB"), "{}", refused.text());
    assert_eq!(shown(&refused.text()), None);
}

#[tokio::test]
async fn only_who_manages_the_workspace_changes_its_logo() {
    let desk = Desk::new().await;
    let logo = format!("{}/settings/logo", desk.home);
    let admin = desk.member(Role::Admin).await;
    assert_eq!(admin.upload(&logo, "logo.jpg", &jpeg(64, 64)).await.status, StatusCode::SEE_OTHER);
    for role in [Role::Editor, Role::Client] {
        let member = desk.member(role).await;
        let refused = member.upload(&logo, "logo.jpg", &jpeg(32, 32)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role:?}");
        assert_eq!(member.post(&format!("{logo}/remove"), &[]).await.status, StatusCode::FORBIDDEN);
        let page = settings(&member, &desk.home).await;
        assert!(shown(&page).is_some() && !page.contains("logo-file"), "{role:?}: {page}");
        assert_eq!(member.get(&logo).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_browser_keeps_a_logo_until_there_is_another() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let logo = format!("{home}/settings/logo");
    browser.upload(&logo, "logo.jpg", &jpeg(64, 64)).await;
    let first = browser.get(&logo).await;
    let tag = first.header("etag").to_owned();
    assert_eq!((first.status, first.header("cache-control")), (StatusCode::OK, "private, max-age=86400"));
    let same = browser.get_newer(&logo, &tag).await;
    assert_eq!((same.status, same.bytes()), (StatusCode::NOT_MODIFIED, &b""[..]));
    assert_eq!((same.header("etag"), same.header("cache-control")), (tag.as_str(), "private, max-age=86400"));

    browser.upload(&logo, "logo.jpg", &jpeg(32, 32)).await;
    let other = browser.get_newer(&logo, &tag).await;
    assert_eq!(other.status, StatusCode::OK);
    assert!(other.bytes() != first.bytes() && other.header("etag") != tag);
}

#[tokio::test]
async fn a_logo_of_another_workspace_does_not_exist() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let logo = format!("{home}/settings/logo");
    browser.upload(&logo, "logo.jpg", &jpeg(64, 64)).await;
    let before = browser.get(&logo).await;
    assert_eq!(before.status, StatusCode::OK);
    app.stranger("eve@example.com", Role::Owner).await;
    let eve = app.browser();
    assert_eq!(eve.sign_in("eve@example.com", OWNER.1).await.status, StatusCode::SEE_OTHER);
    for answer in [
        eve.get(&logo).await,
        eve.get_newer(&logo, before.header("etag")).await,
        eve.upload(&logo, "logo.jpg", &jpeg(32, 32)).await,
        eve.post(&format!("{logo}/remove"), &[]).await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text());
    }
    assert_eq!(browser.get(&logo).await.bytes(), before.bytes());
}
