//! Beside another network that plays some of the same hosts.

use super::*;

/// All registered networks at once.
fn net() -> Net {
    Net { bench: Bench::registered() }
}

#[tokio::test]
async fn a_login_and_a_post_find_their_way_by_host() {
    let net = net();
    let page = net.page().await;
    net.text_post(&page, "ours").await;
    assert_eq!(net.ledger().len(), 1);
    let shown = testing::open(&net.bench.sandbox, "https://www.facebook.com/marafields").await;
    assert!(shown.snippet(20_000).contains("ours"));
    let missing = testing::open(&net.bench.sandbox, "https://www.facebook.com/nobody").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_other_networks_login_goes_to_the_other() {
    let net = net();
    let scope = "instagram_basic,instagram_content_publish,pages_show_list,business_management";
    let back = testing::approve(&net.bench.sandbox, &dialog(scope), "marafields").await;
    let code = parameter(&back, "code").unwrap();
    let exchange = async |secret: &str| {
        let params = [("client_id", APP), ("client_secret", secret), ("redirect_uri", BACK), ("code", &code)];
        net.send(Call::get("raw", format!("{GRAPH}/oauth/access_token")).query(params)).await
    };
    let user = token_in(&exchange("sandbox-secret-instagram").await);
    let issued = net.bench.world.tokens();
    assert!(issued.find("instagram", &user).is_some() && issued.find("facebook", &user).is_none());
}

#[tokio::test]
async fn uploads_go_to_whom_they_belong() {
    let net = net();
    let page = net.page().await;
    let answer = ok(&net.on(&page, "video_reels", &[("upload_phase", "start")]).await);
    let url = answer["upload_url"].as_str().unwrap();
    let call = Call::post("raw", Safety::Invisible, url)
        .header(http::header::AUTHORIZATION, &format!("OAuth {}", page.token))
        .header(http::HeaderName::from_static("offset"), "0")
        .header(http::HeaderName::from_static("file_size"), "4");
    let body = crate::kit::http::Body::Bytes(Bytes::from_static(b"film"));
    assert_eq!(ok(&net.send(call.body("application/octet-stream", body)).await)["success"], true);
}

#[tokio::test]
async fn by_path_the_first_segment_says_whose_it_is() {
    let net = net();
    let url = format!("http://127.0.0.1:8081/facebook/graph.facebook.com/v26.0/me?access_token={APP}");
    let reply = net.send(Call::get("raw", url)).await;
    assert_eq!(refusal(&reply).1, 100, "{}", reply.snippet(300));
    let pages = testing::open(&net.bench.sandbox, "http://127.0.0.1:8081/facebook/www.facebook.com/").await;
    assert!(pages.snippet(20_000).contains("Harbor Light Coffee"));
}
