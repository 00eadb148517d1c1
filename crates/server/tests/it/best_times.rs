//! When an account's posts do best, by API and on its page: what few posts may say, and what many do.

use std::ops::RangeInclusive;

use axum::http::{Method, StatusCode};
use carillon_domain::id::{AccountId, Id, WorkspaceId};
use carillon_domain::insight::best_times::WeekHour;
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::permission::Role;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_engine::usecase::sync;
use carillon_store::StoreError;
use carillon_store::repo::remote_post::{self, RemotePostRow};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::analytics::{owner, read_account, work};
use crate::support::TestApp;

/// So many posts at all hours of the last months, as readings would have left them; those in the good hours of Athens did four times
/// as well.
pub async fn planted(
    app: &TestApp,
    workspace: WorkspaceId,
    account: AccountId,
    good: RangeInclusive<u8>,
    how_many: i64,
) {
    let zone = TimeZone::get("Europe/Athens").expect("a zone");
    let first: Timestamp = "2026-06-01T00:30:00Z".parse().expect("a time");
    let row = |n: i64| {
        let time = first + SignedDuration::from_hours(37 * n);
        let is_good = good.contains(&WeekHour::at(time, &zone).hour());
        let likes = (if is_good { 400 } else { 100 }) + 7 * (n % 5);
        RemotePostRow {
            workspace,
            account,
            id: Id::new(app.engine.clock.as_ref(), app.engine.entropy.as_ref()),
            remote_id: format!("planted {n}"),
            url: None,
            text: format!("Planted {n}"),
            kind: None,
            published_at: time,
            publication: None,
            first_seen_at: time,
            seen: Observation {
                as_of: time + SignedDuration::from_hours(60),
                readings: vec![Reading::new("likes", likes, "likeCount")],
            },
        }
    };
    let rows: Vec<RemotePostRow> = (0..how_many).map(row).collect();
    let put = app.engine.db.write(move |tx| {
        Box::pin(async move {
            for row in &rows {
                remote_post::put(tx, row).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    put.await.expect("posts");
}

async fn asked(app: &TestApp, token: &str, query: &str) -> Value {
    let answer = app.api(Method::GET, &format!("/api/v1/analytics/best-times{query}"), token, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text());
    answer.json()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().expect(name)
}

#[tokio::test]
async fn a_young_post_says_nothing_and_one_post_hardly_more() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (made, token) = app.stranger("ada@example.com", Role::Owner).await;
    let account = read_account(&app, &sandbox, made.workspace.id).await;
    let found = asked(&app, &token, "").await;
    assert_eq!((&found["accounts"], &found["timezone"]), (&json!(1), &json!(made.workspace.timezone)));
    let item = &found["items"][0];
    assert_eq!((&item["account"], &item["platform"]), (&json!(account.to_string()), &json!("bluesky")));
    assert_eq!((&item["posts"], &item["of"]), (&json!(0), &json!(0)), "it is a minute old: {item:#}");
    assert_eq!((&item["basis"], &item["definition"]), (&Value::Null, &Value::Null));
    assert_eq!((&item["trust"], &item["coverage"]), (&json!("general"), &json!(0.8)));

    app.clock.advance(std::time::Duration::from_secs(50 * 3_600));
    sync::request(&app.engine, &owner(made.workspace.id), account).await.expect("a run");
    work(&app).await;
    let found = asked(&app, &token, &format!("?account={account}")).await;
    let item = &found["items"][0];
    assert_eq!((&item["posts"], &item["of"]), (&json!(1), &json!(1)), "it was read again: {item:#}");
    assert_eq!((&item["basis"], &item["definition"]), (&json!("engagements"), &json!("engagements@1")));
    assert_eq!((&item["per_follower"], &item["trust"]), (&json!(true), &json!("general")));
    let cells = list(item, "cells");
    let places: Vec<_> = cells.iter().map(|cell| (cell["weekday"].as_u64(), cell["hour"].as_u64())).collect();
    let want: Vec<_> = (1..=7).flat_map(|day| (0..24).map(move |hour| (Some(day), Some(hour)))).collect();
    assert_eq!(places, want);
    assert_eq!(cells.iter().filter_map(|cell| cell["posts"].as_u64()).sum::<u64>(), 1);
    for cell in cells {
        let [low, value, high] = ["low", "value", "high"].map(|name| cell[name].as_f64().expect("a number"));
        assert!(0.0 < low && low < value && value < high, "{cell}");
    }
}

#[tokio::test]
async fn many_posts_recommend_hours_and_when_they_come_next() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (browser, home) = app.owner().await;
    let workspace: WorkspaceId = home.trim_start_matches("/w/").parse().expect("id");
    let account = read_account(&app, &sandbox, workspace).await;
    let token = app.people().create_token_by_operator(workspace, "test", Role::Analyst).await.expect("token");
    let here = format!("{home}/accounts/{account}");
    let few = browser.get(&here).await;
    assert_eq!(few.status, StatusCode::OK, "{}", few.text());
    let few = few.text();
    assert!(few.contains("Best times") && few.contains("that takes 12 at least"), "{few}");
    assert!(few.contains("No post of the last year has settled"), "{few}");
    assert!(few.contains("Hours are those of Europe/Athens."), "{few}");
    assert!(!few.contains("class=\"best-slots\""), "nothing is recommended that rests on nothing: {few}");

    let line = browser.get(&format!("{here}/best-times")).await;
    assert_eq!(line.status, StatusCode::OK, "{}", line.text());
    assert!(line.text().contains("too few posts to tell yet"), "{}", line.text());
    assert!(line.text().starts_with("<a "), "it goes into its place, which stays: {}", line.text());

    planted(&app, workspace, account, 8..=12, 80).await;
    let found = asked(&app, token.secret.expose(), "").await;
    let item = &found["items"][0];
    assert_eq!((&item["posts"], &item["trust"]), (&json!(80), &json!("own")), "{item:#}");
    assert_eq!(found["timezone"], "Europe/Athens");
    let slots = list(item, "slots");
    assert_eq!(slots.len(), 10);
    let now = app.engine.clock.now();
    let zone = TimeZone::get("Europe/Athens").expect("a zone");
    for slot in slots {
        let next: Timestamp = slot["next_at"].as_str().and_then(|text| text.parse().ok()).expect("a time");
        let hour = WeekHour::at(next, &zone);
        assert_eq!(
            (slot["weekday"].as_u64(), slot["hour"].as_u64()),
            (Some(u64::from(hour.weekday()) + 1), Some(u64::from(hour.hour()))),
            "{slot}"
        );
        assert!(next > now, "{slot}");
        assert_eq!(slot["next_local"], zone.to_datetime(next).to_string(), "{slot}");
    }
    let best = &slots[0];
    let hour = best["hour"].as_u64().expect("an hour");
    assert!((7..=13).contains(&hour) && best["low"].as_f64() > Some(1.0), "{best}");

    let text = browser.get(&here).await.text();
    assert!(text.contains("From 80 posts of the last year, by engagements."), "{text}");
    let (_, map) = text.split_once("<table class=\"heat\">").expect("a map");
    let (map, _) = map.split_once("</table>").expect("its end");
    assert_eq!(map.matches("<th scope=\"row\">").count(), 7);
    assert_eq!(map.matches("<th scope=\"col\">").count(), 24);
    assert_eq!(map.matches("<td class=\"heat-").count(), 168);
    assert!(map.contains("class=\"heat-6\""), "what stands out is seen: {map}");
    assert!(map.contains(", one post") && map.contains(", 0 posts"), "{map}");
    let (_, words) = text.split_once("class=\"best-slots\"").expect("words");
    let (words, _) = words.split_once("</ol>").expect("their end");
    assert_eq!(words.matches("<li>").count(), 3, "{words}");
    let day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let day = day[usize::try_from(best["weekday"].as_u64().expect("a day")).expect("small") - 1];
    assert!(words.contains(&format!("<b>{day} {hour}:00</b>")), "the best one first: {words}");
    let line = browser.get(&format!("{here}/best-times")).await.text();
    assert!(line.contains(&format!("<b>{day} {hour}:00, ")) && !line.contains("too few"), "{line}");
    let place = here.rsplit_once("/accounts/").expect("an account").0;
    let connections = browser.get(&format!("{place}/connections")).await.text();
    let place = format!("id=\"best-{account}\" hx-preserve=\"true\" hx-get=\"{here}/best-times\"");
    assert!(connections.contains(&place), "{connections}");
    let next = best["next_at"].as_str().expect("a time");
    assert!(
        words.contains(&format!("datetime=\"{next}\"")) && words.contains("if the interval holds"),
        "{words}"
    );
    assert!(!text.contains("style=\"") && !text.contains("<script>"), "the policy allows neither: {text}");
}
