//! The connector against the compilation of facts about the network, where it is at hand. TikTok publishes no machine-readable
//! description of its API.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::canned::{
    Answer, LIST, REVOKE, SCOPES, STATUS, Stage, TOKEN, USER, credential, flat, identity, ok, posted, status,
    with,
};
use crate::contract::connector::Connector;
use crate::platforms::tiktok::CONNECTOR;
use crate::platforms::tiktok::errors::table::{FAILURES, MEANINGS};
use crate::platforms::tiktok::limits;
use crate::specs;

/// The facts; says so when they are not at hand.
fn facts(test: &str) -> Option<Value> {
    specs::needed(test, "tiktok/tiktok_facts.json")
}

fn list<'a>(facts: &'a Value, name: &str) -> &'a [Value] {
    let list = facts[name].as_array().unwrap_or_else(|| panic!("no {name}"));
    assert!(!list.is_empty(), "{name} is empty");
    list
}

fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

#[test]
fn every_code_and_reason_has_a_meaning() {
    let Some(facts) = facts("tiktok::specs::every_code_and_reason_has_a_meaning") else { return };
    let known: BTreeSet<&str> = MEANINGS.iter().flat_map(|m| m.codes).copied().collect();
    for error in list(&facts, "errors") {
        let code = word(error, "code");
        assert!(code == "ok" || known.contains(code), "{code}");
    }
    for error in list(&facts, "oauth_errors") {
        let code = error.as_str().expect("a word");
        assert!(known.contains(code), "{code}");
    }
    let known: BTreeSet<&str> = FAILURES.iter().flat_map(|m| m.codes).copied().collect();
    for reason in list(&facts, "fail_reasons") {
        assert!(known.contains(word(reason, "reason")), "{reason}");
    }
}

#[test]
fn numbers_and_words_are_those_of_the_facts() {
    let Some(facts) = facts("tiktok::specs::numbers_and_words_are_those_of_the_facts") else { return };
    let privacy: BTreeSet<&str> = limits::PRIVACY.iter().map(|(_, word)| *word).collect();
    let words: BTreeSet<&str> = list(&facts, "privacy_levels").iter().filter_map(Value::as_str).collect();
    assert_eq!(privacy, words);
    let rules = &facts["chunk_rules"];
    let number = |name: &str| rules[name].as_u64().unwrap_or_else(|| panic!("no {name}"));
    assert!(limits::PART >= number("min") && 2 * limits::PART <= number("max"));
    assert!(limits::PARTS <= number("count_max") && limits::MEDIA.video_bytes / limits::PART < limits::PARTS);
    let descriptor = CONNECTOR.descriptor();
    let known = |url: &str| descriptor.endpoints.iter().any(|e| url.starts_with(e.default));
    assert!(known(word(&facts["hosts"], "api")) && known(word(&facts["hosts"], "authorize")));
}

/// Every call that the connector makes to the API is one of the facts', with no other fields.
#[tokio::test]
async fn every_call_is_documented() {
    let Some(facts) = facts("tiktok::specs::every_call_is_documented") else { return };
    let stage = Stage::new();
    let token = json!({ "access_token": "act.new", "refresh_token": "rft.new", "expires_in": 7_200, "scope": SCOPES });
    stage.network.on(TOKEN, [flat(200, &token)]).on(REVOKE, [Answer::Reply(200, vec![], String::new())]);
    stage.network.on(USER, [ok(&json!({ "user": { "open_id": "-000open" } }))]);
    stage.network.on(LIST, [ok(&json!({ "videos": [], "cursor": 0, "has_more": false }))]);
    let session = stage.account();
    for post in [stage.video(5_000), stage.pictures()] {
        stage.network.on(STATUS, [posted()]);
        assert!(session.publish(&post).await.is_published());
        stage.network.on(STATUS, [status("SEND_TO_USER_INBOX")]);
        assert!(session.publish(&with(post, &json!({ "mode": "inbox" }))).await.is_published());
    }
    let credential = credential(SCOPES);
    let cx = session.cx(&credential);
    let reader = CONNECTOR.reader().expect("it reads");
    reader.profile(&cx).await.expect("a profile");
    reader.posts(&cx, None).await.expect("videos");
    let settings = Stage::settings(&[]);
    let cx = stage.bench.auth_cx(&settings, None);
    CONNECTOR.authorizer().refresh(&cx, &identity(), &credential).await.expect("renewed");
    CONNECTOR.authorizer().revoke(&cx, &identity(), &credential).await.expect("ended");

    let documented: Vec<(String, &Value)> = list(&facts, "endpoints")
        .iter()
        .map(|e| (format!("{} {}", word(e, "method"), word(e, "path")), e))
        .collect();
    let mut seen = BTreeSet::new();
    for asked in stage.network.asked().iter().filter(|asked| !asked.what.starts_with("PUT ")) {
        let found = documented.iter().find(|(what, _)| *what == asked.what);
        let (_, endpoint) = found.unwrap_or_else(|| panic!("{} is not documented", asked.what));
        assert_eq!(!asked.query.is_empty(), endpoint["query"].is_array(), "{}", asked.what);
        let fields = form_urlencoded::parse(asked.query.as_bytes()).find(|(name, _)| name == "fields");
        if let Some((_, fields)) = fields {
            let known = known_fields(&facts, &asked.what);
            assert!(fields.split(',').all(|field| known.contains(field)), "{}: {fields}", asked.what);
        }
        seen.insert(word(endpoint, "id").to_owned());
    }
    let expected = [
        "content.init",
        "creator_info",
        "inbox.init",
        "oauth.revoke",
        "oauth.token",
        "status",
        "user.info",
        "video.init",
        "video.list",
    ];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), expected, "what this test covered");
}

fn known_fields<'a>(facts: &'a Value, what: &str) -> BTreeSet<&'a str> {
    if what == USER {
        let scopes = facts["user_fields"].as_object().expect("fields by scope");
        scopes.values().filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect()
    } else {
        list(facts, "video_fields").iter().filter_map(Value::as_str).collect()
    }
}
