//! From the dialog to a token of 60 days, and what becomes of it.

use serde_json::json;

use super::*;

const DAY: u64 = 86_400;

#[tokio::test]
async fn a_login_leads_to_a_token_of_sixty_days_under_either_name() {
    let net = Net::new();
    for (site, graph, number) in [
        ("threads.net", "graph.threads.net", true),
        ("www.threads.net", "graph.threads.net", true),
        ("threads.com", "graph.threads.com", false),
        ("www.threads.com", "graph.threads.com", false),
    ] {
        let back = testing::approve(&net.bench.sandbox, &dialog(site, SCOPES), "marafields").await;
        assert_eq!(back.fragment(), Some("_"), "{back}");
        assert_eq!(parameter(&back, "state").as_deref(), Some("s"));
        let short = ok(&net.redeem(graph, &parameter(&back, "code").unwrap()).await);
        assert_eq!(short["user_id"].is_u64(), number, "{short}");
        let long = ok(&net.exchange(short["access_token"].as_str().unwrap()).await);
        assert_eq!((&long["token_type"], &long["expires_in"]), (&json!("bearer"), &json!(5_183_944)));
        let me = id(&net.get("me", long["access_token"].as_str().unwrap(), &[]).await);
        assert_eq!(short["user_id"].to_string().trim_matches('"'), me);
    }
}

#[tokio::test]
async fn scopes_may_be_separated_by_spaces_and_need_the_basic_one() {
    let net = Net::new();
    let user = net.user_with("theolund", "threads_basic threads_delete").await;
    assert_eq!(refusal(&net.create(&user, &[("media_type", "TEXT"), ("text", "x")]).await), (403, 10, 0));
    for scope in ["threads_delete", "threads_basic,threads_nonsense", ""] {
        let page = testing::open(&net.bench.sandbox, dialog("threads.net", scope).as_str()).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{scope}");
    }
    let elsewhere = dialog("graph.threads.net", SCOPES);
    assert_eq!(testing::open(&net.bench.sandbox, elsewhere.as_str()).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_refuses_is_sent_back_with_the_reason() {
    let net = Net::new();
    let back = testing::refuse(&net.bench.sandbox, &dialog("threads.net", SCOPES), "marafields").await;
    let said = ["error", "error_reason", "error_description", "state"].map(|name| parameter(&back, name));
    let want = ["access_denied", "user_denied", "The user denied your request", "s"];
    assert_eq!(said, want.map(|word| Some(word.to_owned())));
}

/// The words of an error at the exchange of a code.
fn login_error(reply: &Reply) -> String {
    let body: Value = reply.json().unwrap();
    let (kind, code) = (&body["error_type"], &body["code"]);
    assert_eq!((reply.status.as_u16(), kind, code), (400, &json!("OAuthException"), &json!(400)));
    body["error_message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_code_is_good_once_for_an_hour_and_for_its_address() {
    let net = Net::new();
    let gone = "Matching code was not found or was already used";
    let code = net.code("marafields", SCOPES).await;
    ok(&net.redeem("graph.threads.net", &code).await);
    assert_eq!(login_error(&net.redeem("graph.threads.net", &code).await), gone);
    let late = net.code("marafields", SCOPES).await;
    net.wait(3_600);
    assert_eq!(login_error(&net.redeem("graph.threads.net", &late).await), gone);
    let code = net.code("marafields", SCOPES).await;
    let attempt = async |secret: &str, redirect: &str| {
        let form = [
            ("client_id", APP),
            ("client_secret", secret),
            ("code", code.as_str()),
            ("grant_type", "authorization_code"),
            ("redirect_uri", redirect),
        ];
        let url = format!("{GRAPH}/oauth/access_token");
        login_error(&net.send(Call::post("raw", Safety::Invisible, url).form(form)).await)
    };
    assert!(attempt("wrong", BACK).await.contains("client secret"));
    assert!(attempt(SECRET, "https://carillon.example/").await.contains("redirect_uri"));
}

#[tokio::test]
async fn a_token_can_be_refreshed_once_it_is_a_day_old() {
    let net = Net::new();
    let short = net.short_token("marafields", SCOPES).await;
    assert_eq!(refusal(&net.refresh(&short).await), (400, 100, 0));
    let long = token_in(&net.exchange(&short).await);
    assert_ne!(net.exchange(&long).await.status, StatusCode::OK, "a long one is not exchanged");
    net.wait(DAY - 1);
    assert!(words(&net.refresh(&long).await).contains("24 hours"));
    net.wait(1);
    assert_eq!(refusal(&net.get("me", &short, &[]).await), (401, 190, 463), "the short one is over");
    let fresh = ok(&net.refresh(&long).await);
    assert_eq!(fresh["expires_in"], 5_183_944);
    let fresh = fresh["access_token"].as_str().unwrap();
    assert_ne!(fresh, long);
    net.wait(59 * DAY);
    assert_eq!(refusal(&net.get("me", &long, &[]).await), (401, 190, 463));
    assert_eq!(refusal(&net.refresh(&long).await), (401, 190, 463), "what is dead stays dead");
    ok(&net.get("me", fresh, &[]).await);
    net.wait(DAY);
    assert_eq!(refusal(&net.get("me", fresh, &[]).await), (401, 190, 463));
}

#[tokio::test]
async fn the_grant_of_a_private_profile_ends_after_ninety_days() {
    let net = Net::new();
    net.set(|s| {
        s.private.insert("marafields".to_owned());
    });
    let (private, public) = (net.user().await, net.user_with("theolund", SCOPES).await);
    net.wait(50 * DAY);
    let private = token_in(&net.refresh(&private.token).await);
    let public = token_in(&net.refresh(&public.token).await);
    net.wait(40 * DAY);
    assert_eq!(refusal(&net.refresh(&private).await), (401, 190, 463));
    ok(&net.refresh(&public).await);
}

#[tokio::test]
async fn what_is_known_of_a_token_is_told() {
    let net = Net::new();
    let user = net.user().await;
    let inspect = async |input: &str| {
        let query = [("input_token", input), ("access_token", user.token.as_str())];
        ok(&net.send(Call::get("raw", format!("{GRAPH}/debug_token")).query(query)).await)["data"].clone()
    };
    let known = inspect(&user.token).await;
    assert_eq!((&known["type"], &known["is_valid"]), (&json!("USER"), &json!(true)));
    assert_eq!(known["user_id"], json!(user.id));
    let lives = known["expires_at"].as_i64().unwrap() - known["issued_at"].as_i64().unwrap();
    assert_eq!(lives, 5_183_944);
    assert!(known["scopes"].as_array().unwrap().contains(&json!("threads_delete")));
    assert_eq!(inspect("THnonsense").await["is_valid"], false);
}

#[tokio::test]
async fn the_app_has_a_token_of_its_own_for_embedding() {
    let net = Net::new();
    let user = net.user().await;
    let post = net.text(&user, "to be embedded").await;
    let link = ok(&net.get(&post, &user.token, &[("fields", "permalink")]).await)["permalink"].clone();
    let query = [("grant_type", "client_credentials"), ("client_id", APP), ("client_secret", SECRET)];
    let reply = net.send(Call::get("raw", "https://graph.threads.net/oauth/access_token").query(query)).await;
    let issued = token_in(&reply);
    assert!(issued.starts_with(&format!("TH|{APP}|")), "{issued}");
    for token in [issued, format!("TH|{APP}|{SECRET}")] {
        let shown = ok(&net.get("oembed", &token, &[("url", link.as_str().unwrap())]).await);
        assert!(shown["html"].as_str().unwrap().contains(link.as_str().unwrap()), "{shown}");
        assert_eq!((&shown["type"], &shown["version"]), (&json!("rich"), &json!("1.0")));
        assert_eq!(refusal(&net.get("me", &token, &[]).await).1, 190, "it is nobody's");
    }
    let own = net.get("oembed", &user.token, &[("url", link.as_str().unwrap())]).await;
    assert_eq!(refusal(&own).1, 190);
}

#[tokio::test]
async fn the_api_has_one_version_and_two_names() {
    let net = Net::new();
    let user = net.user().await;
    for path in ["https://graph.threads.net/v2.0/me", "https://graph.threads.net/me/threads"] {
        assert_eq!(refusal(&net.get(path, &user.token, &[]).await), (400, 2500, 0), "{path}");
    }
    let site = net.get("https://www.threads.net/v1.0/me", &user.token, &[]).await;
    assert_eq!(site.status, StatusCode::NOT_FOUND);
    assert_eq!(id(&net.get("https://graph.threads.com/v1.0/me", &user.token, &[]).await), user.id);
    let query = [("access_token", user.token.as_str())];
    let in_query = net.send(Call::get("raw", format!("{GRAPH}/{}/", user.id)).query(query)).await;
    assert_eq!(id(&in_query), user.id);
    assert_eq!(refusal(&net.send(Call::get("raw", format!("{GRAPH}/me"))).await).1, 190);
}
