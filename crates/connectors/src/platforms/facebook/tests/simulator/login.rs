//! From the dialog to Pages' tokens, and what becomes of them.

use http::StatusCode;
use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn a_login_leads_to_the_tokens_of_pages_that_do_not_run_out() {
    let net = Net::new();
    let user = net.user("marafields").await;
    let fields = [("fields", "id,name,access_token,category,tasks")];
    let pages = ok(&net.get("me/accounts", &user, &fields).await);
    let names: Vec<_> = pages["data"].as_array().unwrap().iter().map(|p| p["name"].clone()).collect();
    assert_eq!(names, ["Mara Fields", "Harbor Light Coffee"]);
    assert!(pages["data"][1]["tasks"].as_array().unwrap().contains(&json!("CREATE_CONTENT")));
    let (page, token) = (&pages["data"][0]["id"], pages["data"][0]["access_token"].as_str().unwrap());
    let known = inspect(&net, token).await;
    assert_eq!(
        (&known["type"], &known["is_valid"], &known["expires_at"]),
        (&json!("PAGE"), &json!(true), &json!(0))
    );
    assert_eq!(&known["profile_id"], page);
    net.wait(59 * 86_400);
    assert_eq!(inspect(&net, &user).await["is_valid"], true);
    net.wait(2 * 86_400);
    assert_eq!(refusal(&net.get("me/accounts", &user, &[]).await), (401, 190, 463));
    let gone = inspect(&net, &user).await;
    assert_eq!((&gone["is_valid"], &gone["error"]["subcode"]), (&json!(false), &json!(463)));
    assert_eq!(id(&net.get("me", token, &[]).await), page.as_str().unwrap());
}

async fn inspect(net: &Net, token: &str) -> Value {
    let app = format!("{APP}|{SECRET}");
    let query = [("input_token", token), ("access_token", app.as_str())];
    let reply = net.send(Call::get("raw", format!("{GRAPH}/debug_token")).query(query)).await;
    ok(&reply)["data"].clone()
}

#[tokio::test]
async fn pages_of_a_business_are_found_through_it() {
    let net = Net::new();
    let user = net.user("theolund").await;
    let names = async |path: &str| {
        let list = ok(&net.get(path, &user, &[("fields", "id,name,tasks")]).await);
        let names = list["data"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names("me/accounts").await, ["Theo Lund", "Lund's old bakery"]);
    let businesses = ok(&net.get("me/businesses", &user, &[]).await);
    let business = businesses["data"][0]["id"].as_str().unwrap();
    assert_eq!(names(&format!("{business}/owned_pages")).await, ["Fernweh Bikes"]);
    assert_eq!(names(&format!("{business}/client_pages")).await, ["Aisha Okafor"]);
    let owned = ok(&net.get(&format!("{business}/owned_pages"), &user, &[("fields", "access_token")]).await);
    let page = Page {
        id: owned["data"][0]["id"].as_str().unwrap().to_owned(),
        token: owned["data"][0]["access_token"].as_str().unwrap().to_owned(),
    };
    net.text_post(&page, "by a Business").await;
    let same = ok(&net.get(&page.id, &user, &[("fields", "access_token")]).await);
    assert_eq!(same["access_token"].as_str(), Some(page.token.as_str()));
    let other = net.user("aishaokafor").await;
    assert_eq!(refusal(&net.get(&format!("{business}/owned_pages"), &other, &[]).await), (400, 100, 33));
}

#[tokio::test]
async fn only_chosen_pages_and_permissions_are_given() {
    let net = Net::new();
    let page = testing::open(&net.bench.sandbox, dialog(SCOPES).as_str()).await.snippet(30_000);
    assert!(page.contains("data-step=\"login\"") && page.contains("Mara Fields"), "{page}");
    let mut consent = dialog(SCOPES);
    consent.query_pairs_mut().append_pair("sandbox_persona", "marafields");
    let page = testing::open(&net.bench.sandbox, consent.as_str()).await.snippet(30_000);
    assert!(page.contains("Harbor Light Coffee") && page.contains("pages_manage_posts"), "{page}");
    let chosen = page.split("name=\"sandbox_page\" value=\"").nth(2).unwrap().split('"').next().unwrap();
    let mut decision = consent.clone();
    decision
        .query_pairs_mut()
        .append_pair("sandbox_page", chosen)
        .append_pair("sandbox_scope", "pages_show_list")
        .append_pair("sandbox_decision", "allow");
    let reply = testing::open(&net.bench.sandbox, decision.as_str()).await;
    let back = Url::parse(reply.header("location").unwrap()).unwrap();
    let code = parameter(&back, "code").unwrap();
    let user = token_in(&net.tokens(&[("redirect_uri", BACK), ("code", &code)]).await);
    let pages = ok(&net.get("me/accounts", &user, &[]).await);
    assert_eq!(pages["data"].as_array().unwrap().len(), 1);
    assert_eq!(pages["data"][0]["id"], chosen);
    let permissions = ok(&net.get("me/permissions", &user, &[]).await);
    let status = |name: &str| {
        let all = permissions["data"].as_array().unwrap();
        all.iter().find(|p| p["permission"] == name).unwrap()["status"].clone()
    };
    assert_eq!(
        (status("pages_show_list"), status("pages_manage_posts")),
        (json!("granted"), json!("declined"))
    );
    let page =
        Page { id: chosen.to_owned(), token: pages["data"][0]["access_token"].as_str().unwrap().to_owned() };
    assert_eq!(refusal(&net.on(&page, "feed", &[("message", "no")]).await), (403, 200, 0));
    assert_eq!(refusal(&net.get(&page.id, &page.token, &[]).await), (403, 10, 0));
}

#[tokio::test]
async fn a_refusal_comes_back_and_a_code_is_good_once() {
    let net = Net::new();
    let back = testing::refuse(&net.bench.sandbox, &dialog(SCOPES), "marafields").await;
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&back, "error_reason").as_deref(), Some("user_denied"));
    let bad = testing::open(&net.bench.sandbox, dialog("pages_show_list,instagram_basic").as_str()).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);

    let code = async || {
        let back = testing::approve(&net.bench.sandbox, &dialog(SCOPES), "marafields").await;
        parameter(&back, "code").unwrap()
    };
    let first = code().await;
    token_in(&net.tokens(&[("redirect_uri", BACK), ("code", &first)]).await);
    let again = net.tokens(&[("redirect_uri", BACK), ("code", &first)]).await;
    assert_eq!(refusal(&again), (400, 100, 36_009));
    let second = code().await;
    let elsewhere = net.tokens(&[("redirect_uri", "https://else.example/"), ("code", &second)]).await;
    assert_eq!(refusal(&elsewhere), (400, 100, 36_008));
    let third = code().await;
    net.wait(600);
    assert_eq!(refusal(&net.tokens(&[("redirect_uri", BACK), ("code", &third)]).await), (400, 100, 36_007));
    let wrong = [("client_id", APP), ("client_secret", "no"), ("code", "x")];
    let reply = net.send(Call::get("raw", format!("{GRAPH}/oauth/access_token")).query(wrong)).await;
    assert_eq!(refusal(&reply).1, 1);
}

#[tokio::test]
async fn a_page_token_of_a_short_one_runs_out_with_it() {
    let net = Net::new();
    let short = net.short_token("marafields", SCOPES).await;
    let pages = ok(&net.get("me/accounts", &short, &[]).await);
    let token = pages["data"][0]["access_token"].as_str().unwrap();
    let limit = inspect(&net, token).await["expires_at"].as_i64().unwrap();
    assert_eq!(limit, inspect(&net, &short).await["expires_at"].as_i64().unwrap());
    net.wait(5_400);
    assert_eq!(refusal(&net.get("me", token, &[]).await), (401, 190, 463));
    let late = [("grant_type", "fb_exchange_token"), ("fb_exchange_token", short.as_str())];
    assert_eq!(refusal(&net.tokens(&late).await), (401, 190, 463));
}

#[tokio::test]
async fn the_proof_is_required_when_the_app_says_so() {
    let net = Net::new();
    let user = net.user("marafields").await;
    let bare = |proof: &'static str| {
        let call = Call::get("raw", format!("{GRAPH}/me/accounts{proof}")).bearer(&Secret::new(&user));
        net.send(call)
    };
    assert_eq!(refusal(&bare("").await), (400, 100, 0));
    assert_eq!(refusal(&bare("?appsecret_proof=00").await), (400, 100, 0));
    net.set(|s| s.proof_optional = true);
    ok(&bare("").await);
    assert_eq!(refusal(&bare("?appsecret_proof=00").await), (400, 100, 0), "a wrong one never does");
}

#[tokio::test]
async fn taking_back_ends_all_tokens_or_one_permission() {
    let net = Net::new();
    let user = net.user("marafields").await;
    let pages = ok(&net.get("me/accounts", &user, &[]).await);
    let page = Page {
        id: pages["data"][0]["id"].as_str().unwrap().to_owned(),
        token: pages["data"][0]["access_token"].as_str().unwrap().to_owned(),
    };
    assert_eq!(ok(&net.delete("me/permissions/pages_manage_posts", &user).await)["success"], true);
    assert_eq!(refusal(&net.on(&page, "feed", &[("message", "no")]).await).1, 200);
    assert_eq!(refusal(&net.delete("me/permissions", &page.token).await), (400, 100, 33));
    assert_eq!(ok(&net.delete("me/permissions", &user).await)["success"], true);
    assert_eq!(refusal(&net.get("me", &user, &[]).await), (401, 190, 458));
    assert_eq!(refusal(&net.get("me", &page.token, &[]).await), (401, 190, 458));
}

#[tokio::test]
async fn tokens_are_good_for_what_they_are_for() {
    let net = Net::new();
    let user = net.user("theolund").await;
    let pages = ok(&net.get("me/accounts", &user, &[("fields", "id,access_token,tasks")]).await);
    let page = |index: usize| Page {
        id: pages["data"][index]["id"].as_str().unwrap().to_owned(),
        token: pages["data"][index]["access_token"].as_str().unwrap().to_owned(),
    };
    let (own, bakery) = (page(0), page(1));
    let with_user = net.post(&format!("{}/feed", own.id), &user, &[("message", "x")]).await;
    assert_eq!(refusal(&with_user), (400, 190, 2_069_032));
    let elsewhere = net.post(&format!("{}/feed", bakery.id), &own.token, &[("message", "x")]).await;
    assert_eq!(refusal(&elsewhere), (400, 100, 33));
    assert_eq!(refusal(&net.on(&bakery, "feed", &[("message", "x")]).await), (403, 200, 0), "only ANALYZE");
    ok(&net.get(&bakery.id, &bakery.token, &[("fields", "followers_count")]).await);
    assert_eq!(refusal(&net.get("me", "EAAGnonsense", &[]).await).1, 190);
    assert_eq!(refusal(&net.get("https://graph.facebook.com/v20.0/me", &user, &[]).await).1, 2500);
}
