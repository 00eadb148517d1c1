//! Complaints 39 and 41: getting in and looking around on a small installation.

use axum::http::{Method, StatusCode};

use crate::support::OWNER;
use crate::support::desk::Desk;

pub async fn by_address(desk: Desk) {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("email", OWNER.0)
        .append_pair("password", OWNER.1)
        .finish();
    for host in ["192.168.1.5:8080", "10.0.0.7:8080", "bells.lan:8080"] {
        let origin = format!("http://{host}");
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("host", host),
            ("origin", origin.as_str()),
        ];
        let signed_in = desk.app.request(Method::POST, "/sign-in", &headers, &form).await;
        assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "{host}: {}", signed_in.text());
        let cookie = signed_in.header("set-cookie").to_owned();
        assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "browsers would drop it: {cookie}");
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        let (mut path, mut answer) = (signed_in.header("location").to_owned(), signed_in);
        for _ in 0..4 {
            assert!(path.starts_with('/') && !path.starts_with("/sign-in"), "{host} leads back: {path}");
            answer = desk
                .app
                .request(Method::GET, &path, &[("host", host), ("cookie", cookie.as_str())], "")
                .await;
            if answer.status == StatusCode::OK {
                break;
            }
            path = answer.header("location").to_owned();
        }
        assert_eq!(answer.status, StatusCode::OK, "{host}: {path}");
        assert!(answer.text().contains("unencrypted"), "it works, with a warning: {}", answer.text());
    }
    desk.app.dispose().await;
}

pub async fn networks(desk: Desk) {
    let owner = desk.owner().await;
    desk.work().await;
    let page = owner.get(&format!("{}/networks", desk.home)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("Bluesky"), "{}", page.text());
    let ready = desk.app.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK, "{}", ready.text());
    assert_eq!(ready.json()["status"], "ok");
    desk.app.dispose().await;
}
