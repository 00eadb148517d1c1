//! Texts that a workspace keeps for its posts: in the settings, and put into posts.

use axum::http::StatusCode;
use carillon_domain::permission::Role;
use serde_json::json;

use crate::support::Browser;
use crate::support::desk::{Desk, on_both_desks};

/// Keeps a text; answers its id, as the page then has it.
async fn keep(browser: &Browser<'_>, home: &str, form: &[(&str, &str)]) -> String {
    let here = format!("{home}/settings/texts");
    let kept = browser.post(&here, form).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let page = browser.get(&here).await.text();
    let name = form.iter().find(|(name, _)| *name == "name").expect("a name").1;
    let row = page.split(&format!("<b>{name}</b>")).nth(1).unwrap_or_else(|| panic!("{page}"));
    let id = row.split("name=\"id\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    id.expect("an id").to_owned()
}

const SIGNATURE: [(&str, &str); 3] = [("kind", "signature"), ("name", "Mine"), ("body", "– {account.name}")];

async fn kept_changed_and_removed(desk: Desk) {
    let owner = desk.owner().await;
    let here = format!("{}/settings/texts", desk.home);
    assert!(owner.get(&here).await.text().contains("No texts yet"));
    let id = keep(&owner, &desk.home, &SIGNATURE).await;
    let page = owner.get(&format!("{here}?edit={id}")).await.text();
    assert!(page.contains(">– {account.name}</textarea>") && page.contains("Change a text"), "{page}");

    let form = [("id", id.as_str()), ("name", "Ours"), ("body", "– The team")];
    assert_eq!(owner.post(&here, &form).await.status, StatusCode::SEE_OTHER);
    let page = owner.get(&here).await.text();
    assert!(page.contains("– The team") && !page.contains("<b>Mine</b>"), "{page}");

    // What was typed comes back with what is wrong with it.
    let form = [("kind", "hashtags"), ("name", "Bells"), ("body", "#one two-three")];
    let refused = owner.post(&here, &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    assert!(
        page.contains("`two-three` is no hashtag") && page.contains("#one two-three</textarea>"),
        "{page}"
    );

    let form = [("id", id.as_str()), ("action", "remove")];
    assert_eq!(owner.post(&here, &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(owner.post(&here, &form).await.status, StatusCode::NOT_FOUND, "it is gone");
    assert!(owner.get(&here).await.text().contains("No texts yet"));
    desk.app.dispose().await;
}
on_both_desks!(texts_are_kept_changed_and_removed, super::kept_changed_and_removed);

#[tokio::test]
async fn who_may_write_may_keep_texts() {
    let desk = Desk::new().await;
    let here = format!("{}/settings/texts", desk.home);
    let writer = desk.member(Role::Contributor).await;
    keep(&writer, &desk.home, &SIGNATURE).await;
    let reader = desk.member(Role::Analyst).await;
    let page = reader.get(&here).await.text();
    assert!(page.contains("<b>Mine</b>") && !page.contains("<textarea"), "{page}");
    assert_eq!(reader.post(&here, &SIGNATURE).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_text_is_put_into_a_post_without_scripts() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let id = keep(&owner, &desk.home, &SIGNATURE).await;
    let compose = format!("{}/compose", desk.home);
    let page = owner.get(&compose).await.text();
    assert!(page.contains("<optgroup label=\"Signatures\">") && page.contains(&id), "{page}");
    let form =
        [("text", "Good evening. "), ("kept_text", id.as_str()), ("timezone", "UTC"), ("action", "insert")];
    let page = owner.post(&compose, &form).await;
    assert_eq!(page.status, StatusCode::OK);
    let page = page.text();
    assert!(page.contains(">Good evening.\n\n– {account.name}</textarea>"), "{page}");
    let form = [("text", "Good evening."), ("kept_text", ""), ("timezone", "UTC"), ("action", "insert")];
    let refused = owner.post(&compose, &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    assert!(page.contains("Choose one of the texts") && page.contains(">Good evening.</textarea>"), "{page}");
    assert!(owner.get(&format!("{}/posts", desk.home)).await.text().contains("No posts yet"));
}

#[tokio::test]
async fn parameters_that_are_kept_go_into_links_of_a_post() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let form = [
        ("kind", "links"),
        ("name", "Campaigns"),
        ("parameter.utm_source", "{network}"),
        ("parameter.utm_medium", ""),
        ("parameter.utm_campaign", "{campaign}"),
    ];
    keep(&owner, &desk.home, &form).await;
    let compose = format!("{}/compose", desk.home);
    let query = "utm_campaign=%7Bcampaign%7D&utm_source=%7Bnetwork%7D";
    let page = owner.get(&compose).await.text();
    assert!(page.contains(&format!("<option value=\"{}\">Campaigns", query.replace('&', "&#38;"))), "{page}");
    let form = |action| {
        [
            ("text", "See https://example.com/a by {account.handle}"),
            ("account", desk.account.as_str()),
            ("links", query),
            ("campaign", "Spring"),
            ("fill_in", "1"),
            ("timezone", "UTC"),
            ("action", action),
        ]
    };
    let tagged = "https://example.com/a?utm_campaign=Spring&#38;utm_source=bluesky";
    let checked = owner.post(&format!("{compose}/check"), &form("")).await.text();
    assert!(checked.contains(&format!("<span class=\"phone-link\">{tagged}</span>")), "{checked}");
    let saved = owner.post(&compose, &form("draft")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let id = saved.header("location").trim_end_matches("?saved").rsplit('/').next().expect("id").to_owned();
    let post = desk.read(&json!({ "id": id })).await;
    assert_eq!(post["link_parameters"], json!({ "utm_campaign": "{campaign}", "utm_source": "{network}" }));
    assert_eq!((&post["campaign"], &post["fill_in"]), (&json!("Spring"), &json!(true)));

    // The form of the post shows them again, also when nobody keeps them any more.
    let page = owner.get(&format!("{compose}?post={id}")).await.text();
    assert!(page.contains("selected>Campaigns</option>") && page.contains("value=\"Spring\""), "{page}");
    let change = json!({ "link_parameters": { "ref": "x" } });
    let path = format!("/api/v1/posts/{id}");
    desk.call(axum::http::Method::PATCH, &path, Some(change)).await;
    let page = owner.get(&format!("{compose}?post={id}")).await.text();
    assert!(page.contains("<option value=\"ref=x\" selected>ref=x</option>"), "{page}");
}

#[tokio::test]
async fn texts_of_another_workspace_do_not_exist() {
    let desk = Desk::new().await;
    let id = keep(&desk.owner().await, &desk.home, &SIGNATURE).await;
    let (made, _) = desk.app.stranger("eve@example.com", Role::Owner).await;
    let eve = desk.app.browser();
    eve.sign_in("eve@example.com", crate::support::OWNER.1).await;
    let home = format!("/w/{}", made.workspace.id);
    let here = format!("{home}/settings/texts");
    assert_eq!(eve.get(&format!("{here}?edit={id}")).await.status, StatusCode::NOT_FOUND);
    for form in [[("id", id.as_str()), ("action", "remove")], [("id", id.as_str()), ("action", "keep")]] {
        assert_eq!(eve.post(&here, &form).await.status, StatusCode::NOT_FOUND);
    }
    let form = [("text", "a"), ("kept_text", id.as_str()), ("action", "insert")];
    let page = eve.post(&format!("{home}/compose"), &form).await.text();
    assert!(!page.contains("account.name}</textarea>"), "{page}");
    assert!(desk.owner().await.get(&format!("{}/settings/texts", desk.home)).await.text().contains("Mine"));
}
