use serde_json::json;

use super::*;

fn account() -> Account {
    Account {
        id: "acct_1".to_owned(),
        platform: "mastodon".to_owned(),
        server: Some("social.mastodon.localhost".to_owned()),
        remote_id: "7".to_owned(),
        only_pictures: false,
        threads: true,
        choices: serde_json::Map::new(),
        cap: Some(1),
    }
}

fn post(texts: &[&str]) -> Post {
    Post {
        texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        accounts: vec!["acct_1".to_owned()],
        due_ms: 0,
    }
}

fn item(remote_id: &str, text: &str) -> Value {
    json!({
        "platform": "mastodon", "server": "social.mastodon.localhost:8081", "account": { "remote_id": "7" },
        "remote_id": remote_id, "text": text,
    })
}

fn verdict(publication: &Value, ledger: &[Value]) -> Verdict {
    let mut verdict = Verdict::default();
    let post = post(&["root", "part"]);
    judge(&mut verdict, &Public::of(ledger), &account(), &post, publication, "here");
    verdict
}

fn published() -> Value {
    json!({
        "state": "published", "remote_id": "100",
        "parts": [{ "index": 1, "state": "published", "remote_id": "101" }],
    })
}

#[test]
fn what_is_public_once_under_its_id_is_right() {
    let verdict = verdict(&published(), &[item("100", "root"), item("101", "part")]);
    assert!(verdict.holds() && verdict.published == 1, "{verdict}");
}

#[test]
fn what_is_said_to_be_public_and_is_not_is_lost() {
    assert_eq!(verdict(&published(), &[item("100", "root")]).lost, 1);
    assert_eq!(verdict(&published(), &[item("100", "root"), item("999", "part")]).lost, 1, "another id");
}

#[test]
fn what_is_public_twice_is_doubled() {
    let twice = [item("100", "root"), item("200", "root"), item("101", "part")];
    assert_eq!(verdict(&published(), &twice).doubled, 1);
}

#[test]
fn what_is_said_to_have_failed_must_not_be_public() {
    let failed = json!({ "state": "failed", "remote_id": null, "parts": [] });
    assert!(verdict(&failed, &[]).holds());
    assert_eq!(verdict(&failed, &[item("100", "root")]).lost, 1);
}

#[test]
fn what_goes_out_later_must_not_be_public_yet() {
    let limited = json!({ "state": "scheduled", "error": { "kind": "rate_limited" }, "parts": [] });
    assert!(verdict(&limited, &[]).holds());
    assert_eq!(verdict(&limited, &[item("100", "root")]).lost, 1);
}

#[test]
fn a_doubt_may_be_public_but_not_twice() {
    let doubt = json!({ "state": "unconfirmed", "remote_id": null, "parts": [] });
    assert!(verdict(&doubt, &[]).holds() && verdict(&doubt, &[item("100", "root")]).holds());
    assert_eq!(verdict(&doubt, &[item("100", "root"), item("101", "root")]).doubled, 1);
}

#[test]
fn what_never_ended_is_in_limbo() {
    let open = json!({ "state": "publishing", "remote_id": null, "parts": [] });
    assert_eq!(verdict(&open, &[]).limbo, 1);
}

#[test]
fn a_cap_counts_roots() {
    let mut verdict = Verdict::default();
    let posts = [("post_1", post(&["one", "its part"])), ("post_2", post(&["two"]))];
    let posts = posts.into_iter().map(|(id, post)| (id.to_owned(), post)).collect();
    let begin = super::super::Moment { unix_ms: 0, instant: Instant::now() };
    let planned = Planned { begin, posts };
    let within = Public::of(&[item("1", "one"), item("2", "its part")]);
    caps(&mut verdict, &within, [&account()].into_iter(), &planned);
    assert_eq!(verdict.cap_breaks, 0);
    caps(
        &mut verdict,
        &Public::of(&[item("1", "one"), item("3", "two")]),
        [&account()].into_iter(),
        &planned,
    );
    assert_eq!(verdict.cap_breaks, 1);
}
