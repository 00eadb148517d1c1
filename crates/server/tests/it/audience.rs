//! Who an account's audience is, by API and on its page, from what was kept.

use axum::http::{Method, StatusCode};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::id::{AccountId, Id};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::owner::{self, About, Absent, Number, OwnerLook, Question, Told};
use serde_json::{Value, json};

use crate::support::desk::{Desk, on_both_desks};

/// A number that was told now.
fn number(desk: &Desk, (metric, dimension): (&str, &str), part: &str, value: i64) -> Number {
    Number {
        metric: metric.to_owned(),
        dimension: Some(dimension.to_owned()),
        told: Told {
            part: Some(part.to_owned()),
            window: None,
            value,
            native: "follower_demographics".to_owned(),
            definition: 1,
            as_of: desk.app.engine.clock.now(),
        },
    }
}

/// Keeps an answer, as a reading would have.
async fn keep(desk: &Desk, account: &str, numbers: Vec<Number>, missing: Vec<Absent>) {
    let account: AccountId = account.parse().expect("an id");
    let about = About { workspace: desk.workspace, account, question: Question::Audience };
    let engine = &desk.app.engine;
    let look = OwnerLook { as_of: engine.clock.now(), settled: true, missing };
    let run = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    let kept = engine.db.write(move |tx| {
        Box::pin(async move {
            owner::add(tx, about, &numbers).await?;
            owner::add_look(tx, about, run, &look, None).await
        })
    });
    kept.await.map_err(|e: StoreError| e.to_string()).expect("kept");
}

async fn asked(desk: &Desk, query: &str) -> Value {
    let answer = desk.call(Method::GET, &format!("/api/v1/analytics/audience{query}"), None).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text());
    answer.json()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap_or_else(|| panic!("{name} of {value:#}"))
}

fn split<'a>(item: &'a Value, dimension: &str) -> &'a Value {
    let found = list(item, "splits").iter().find(|split| split["dimension"] == dimension);
    found.unwrap_or_else(|| panic!("{dimension} of {item:#}"))
}

async fn shown(desk: Desk) {
    let account = desk.connect("threads").await;
    let page = format!("{}/accounts/{account}", desk.home);
    let before = desk.owner().await.get(&page).await.text();
    assert!(before.contains("The network was not asked in the last 30 days."), "{before}");
    assert!(!before.contains("gave no data for: Followers by"), "nobody asked it: {before}");
    let nothing = asked(&desk, &format!("?account={account}")).await;
    let item = &nothing["items"][0];
    assert_eq!((&item["asked_at"], &item["no_data"]), (&Value::Null, &json!([])), "nobody asked it");

    let country = |part: &str, value| number(&desk, ("followers", "country"), part, value);
    keep(&desk, &account, vec![country("DE", 300), country("FR", 100)], Vec::new()).await;
    desk.app.clock.advance(std::time::Duration::from_secs(24 * 3_600));
    let numbers = vec![
        country("FR", 90),
        country("DE", 310),
        number(&desk, ("followers", "age"), "25-34", 200),
        number(&desk, ("followers", "age"), "18-24", 50),
    ];
    let cause = ConnectorError::new(ErrorKind::Rejected, "threads", "insights", "refused", "Not for you.");
    let absent = Absent { metrics: vec!["followers".to_owned()], by: Some("gender".to_owned()), cause };
    keep(&desk, &account, numbers, vec![absent]).await;

    let found = asked(&desk, &format!("?account={account}&granularity=day")).await;
    assert_eq!((&found["accounts"], &found["timezone"]), (&json!(1), &json!("Europe/Athens")));
    let item = &found["items"][0];
    assert_eq!((&item["account"], &item["platform"]), (&json!(account), &json!("threads")));
    assert_eq!((&item["offered"], &item["active_hours"]), (&json!(true), &Value::Null));
    let countries = split(item, "country");
    assert_eq!((&countries["metric"], &countries["unit"]), (&json!("followers"), &json!("accounts")));
    assert_eq!(countries["definition"], "followers@1");
    assert_eq!(countries["sources"], json!(["threads:follower_demographics"]));
    assert_eq!(
        countries["parts"],
        json!([
            { "of": "DE", "value": 310, "basis_points": 7_750 },
            { "of": "FR", "value": 90, "basis_points": 2_250 },
        ])
    );
    assert_eq!((&countries["sum"], &countries["from"]), (&json!(400), &Value::Null));
    let points = list(countries, "points");
    assert_eq!(points.len(), 30);
    assert_eq!((&points[28]["values"], &points[29]["values"]), (&json!([300, 100]), &json!([310, 90])));
    assert_eq!(points[0]["values"], json!([null, null]), "a gap");
    let missing = &item["missing"][0];
    assert_eq!((&missing["metrics"], &missing["dimension"]), (&json!(["followers"]), &json!("gender")));
    assert_eq!(missing["error"]["code"], "refused");
    assert_eq!(item["no_data"], json!([{ "metric": "followers", "dimension": "city" }]));
    let plain = asked(&desk, "?platform=threads").await;
    assert!(split(&plain["items"][0], "country").get("points").is_none(), "nobody asked for days");

    let text = desk.owner().await.get(&page).await.text();
    let (_, card) = text.split_once("id=\"audience\"").expect("the section");
    let (card, _) = card.split_once("</section>").expect("its end");
    let ages = card.find("18-24").expect("an age");
    assert!(ages < card.find("25-34").expect("the next one"), "in their order: {card}");
    assert!(card.contains("<rect width=\"7750\""), "{card}");
    assert!(card.contains("77.50") && card.contains("value=\"310\""), "{card}");
    assert!(card.contains("Followers by gender") && card.contains("Not for you."), "{card}");
    assert!(card.contains("gave no data for: Followers by city."), "{card}");
    assert!(card.contains("Together 400"), "what the parts add up to: {card}");
    assert!(!card.contains("<table class=\"heat\">"), "Threads tells no hours: {card}");
    assert!(!text.contains("style=\"") && !text.contains("<script>"), "the policy allows neither");
}
on_both_desks!(what_was_kept_is_shown, super::shown);

#[tokio::test]
async fn hours_are_a_map_of_the_week() {
    let desk = Desk::new().await;
    let account = desk.connect("instagram").await;
    let online = |day: i64, hour: i64| {
        // Days of Athens: 22 h UTC is its midnight in winter.
        let began: Timestamp = "2026-11-01T22:00:00Z".parse().expect("a time");
        let window = (
            began + SignedDuration::from_hours(24 * day),
            began + SignedDuration::from_hours(24 * (day + 1)),
        );
        let value = if hour == 19 { 500 } else { 100 };
        let one = number(&desk, ("followers_online", "hour"), &hour.to_string(), value);
        Number { told: Told { window: Some(window), ..one.told }, ..one }
    };
    let days: Vec<_> = (0..7).flat_map(|day| (0..24).map(move |hour| (day, hour))).collect();
    // One hour was not told.
    let told = days.iter().filter(|at| **at != (0, 3)).map(|(day, hour)| online(*day, *hour));
    keep(&desk, &account, told.collect(), Vec::new()).await;
    desk.app.clock.advance(std::time::Duration::from_secs(60));
    let found = asked(&desk, &format!("?account={account}")).await;
    let hours = &found["items"][0]["active_hours"];
    assert_eq!((&hours["definition"], &hours["told"]), (&json!("followers_online@1"), &json!(167)));
    let cells = list(hours, "cells");
    assert_eq!(cells.len(), 168);
    // The first of these days is a Monday.
    assert_eq!(cells[3], json!({ "weekday": 1, "hour": 3, "value": null }));
    assert_eq!(cells[24 + 19], json!({ "weekday": 2, "hour": 19, "value": 500.0 }));

    let text = desk.owner().await.get(&format!("{}/accounts/{account}", desk.home)).await.text();
    let (_, card) = text.split_once("id=\"audience\"").expect("the section");
    let (card, _) = card.split_once("</section>").expect("its end");
    assert!(card.contains("Active hours") && card.contains("500 followers online"), "{card}");
    assert_eq!(card.matches("<td class=\"heat-").count(), 168);
    assert_eq!(card.matches("<td class=\"heat-none\"").count(), 1, "{card}");
    assert!(card.contains("not told") && card.contains("in hours of Europe/Athens"), "{card}");
}

#[tokio::test]
async fn a_network_that_tells_nothing_says_so() {
    let desk = Desk::new().await;
    let found = asked(&desk, "").await;
    let item = &found["items"][0];
    assert_eq!((&item["platform"], &item["offered"]), (&json!("bluesky"), &json!(false)));
    assert_eq!((&item["splits"], &item["no_data"]), (&json!([]), &json!([])));
    let text = desk.owner().await.get(&format!("{}/accounts/{}", desk.home, desk.account)).await.text();
    assert!(text.contains("This network tells programs nothing about who follows."), "{text}");
}
