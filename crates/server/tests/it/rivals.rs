//! What users of other publishing tools complain about, where HTTP is the edge. `docs/reference/rivals.md` lists all of it by number.

mod connecting;
mod outcomes;
mod planning;
mod setup;

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::browser::{self, Decision};
use carillon_connectors::sandbox::persona::PERSONAS;
use serde_json::{Value, json};

use crate::calendar::{counted, place};
use crate::support::Browser;
use crate::support::desk::{Desk, on_both_desks};

on_both_desks!(no_13_readiness_tells_how_old_the_oldest_due_post_is, super::oldest_due);
on_both_desks!(no_16_pages_and_api_take_the_same_path, super::same_path);
on_both_desks!(no_18_scheduling_judges_the_new_date_and_keeps_it, super::new_date);
on_both_desks!(no_20_a_member_of_linkedin_is_asked_for_nothing_of_pages, super::connecting::member_scopes);
on_both_desks!(no_21_pages_of_linkedin_have_a_login_of_their_own, super::connecting::page_scopes);
on_both_desks!(no_22_every_server_of_mastodon_is_connected_by_its_name, super::connecting::many_servers);
on_both_desks!(no_24_a_missing_permission_says_what_to_do, super::outcomes::permission);
on_both_desks!(no_25_whatever_x_answers_connecting_is_never_a_500, super::connecting::broken_x);
on_both_desks!(no_27_a_zone_of_ones_own_costs_the_calendar_nothing, super::own_zone);
on_both_desks!(no_28_a_press_on_a_day_proposes_no_time_of_chance, super::planning::pressed_day);
on_both_desks!(no_29_the_calendar_is_right_in_every_zone_whoever_looks, super::every_zone);
on_both_desks!(no_33_what_a_network_can_not_fetch_is_said_while_composing, super::planning::out_of_reach);
on_both_desks!(
    no_38_tiktoks_rules_stand_where_the_post_is_made,
    super::planning::unaudited,
    &super::UNAUDITED
);
on_both_desks!(
    no_39_plain_http_on_a_network_of_ones_own_lets_people_in,
    super::setup::by_address,
    &super::LAN
);
on_both_desks!(no_41_the_page_about_networks_needs_the_database_alone, super::setup::networks);
on_both_desks!(no_42_who_may_not_publish_leaves_it_to_who_may, super::planning::left_to_others);
on_both_desks!(no_46_text_and_time_of_what_is_planned_change_at_once, super::planning::both_changed);
on_both_desks!(no_48_tiles_of_a_month_tell_the_time, super::times_on_tiles);
on_both_desks!(no_50_what_x_refuses_is_said_with_its_cause, super::outcomes::cause_of_x);

/// The operator says that TikTok has not audited the app.
const UNAUDITED: [(&str, &str); 1] = [("platforms.tiktok.audited", "no")];
/// An installation in a network of one's own, without https.
const LAN: [(&str, &str); 2] =
    [("server.listen", "0.0.0.0:8080"), ("server.public_url", "http://192.168.1.5:8080")];

/// A time in so many minutes, as people write it.
fn in_minutes(desk: &Desk, minutes: i64) -> String {
    let at = desk.app.engine.clock.now() + carillon_domain::time::SignedDuration::from_mins(minutes);
    at.to_string()
}

/// The address to which a network's page sends the browser of somebody back who agrees there.
async fn agreed(desk: &Desk, page: &url::Url) -> String {
    for persona in PERSONAS {
        if let Ok(back) = browser::walk(&desk.sandbox, page, persona.key, Decision::Allow).await {
            return format!("{}?{}", back.path(), back.query().expect("a code"));
        }
    }
    panic!("nobody could sign in at {page}");
}

async fn oldest_due(desk: Desk) {
    let at = in_minutes(&desk, 10);
    desk.post("Nobody is at work", json!({ "status": "scheduled", "scheduled_at": at })).await;
    let overdue = || async {
        let ready = desk.app.get("/readyz").await;
        assert_eq!(ready.status, StatusCode::OK, "{}", ready.text());
        ready.json()["oldest_overdue_seconds"].as_i64().expect("a number")
    };
    assert_eq!(overdue().await, 0, "it is not due yet");
    desk.app.clock.advance(std::time::Duration::from_secs(25 * 60));
    assert_eq!(overdue().await, 15 * 60, "the process lives, and nothing goes out");
    desk.work_for_hours(1).await;
    assert_eq!(desk.public("Nobody is at work"), 1);
    assert_eq!(overdue().await, 0);
    desk.app.dispose().await;
}

async fn same_path(desk: Desk) {
    let owner = desk.owner().await;
    let form = [
        ("text", "By the page"),
        ("account", desk.account.as_str()),
        ("scheduled_at", "2026-11-24T12:00"),
        ("timezone", "Europe/Athens"),
        ("action", "schedule"),
    ];
    let saved = owner.post(&format!("{}/compose", desk.home), &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let when =
        json!({ "status": "scheduled", "scheduled_at": "2026-11-24T12:00:00", "timezone": "Europe/Athens" });
    desk.post("By the API", when).await;
    let posts = desk.call(Method::GET, "/api/v1/posts", None).await.json();
    let posts = posts["items"].as_array().expect("posts").clone();
    let plan = |post: &Value| {
        let publication = &post["publications"][0];
        [
            &post["status"],
            &post["scheduled_at"],
            &post["timezone"],
            &publication["state"],
            &publication["due_at"],
        ]
        .map(Value::to_string)
    };
    assert_eq!((posts.len(), plan(&posts[0])), (2, plan(&posts[1])), "nothing tells them apart");
    desk.work_for_hours(2).await;
    let items = desk.sandbox.world().ledger().items();
    for text in ["By the page", "By the API"] {
        let at: Vec<_> = items.iter().filter(|i| i.text == text).map(|i| i.at.to_string()).collect();
        assert_eq!(at, ["2026-11-24T10:00:00Z"], "{text}");
    }
    let now = desk.post("By the API, at once", json!({ "status": "now" })).await;
    desk.work().await;
    assert_eq!(desk.read(&now).await["status"], "published");
    desk.app.dispose().await;
}

async fn new_date(desk: Desk) {
    let change = |post: &Value, body: Value| {
        let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
        let desk = &desk;
        async move { desk.call(Method::PATCH, &path, Some(body)).await }
    };
    let refused_for_its_time = |answer: crate::support::Answer| {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("scheduled_at"), &json!("time_in_past")));
    };
    let past = "2026-11-01T09:00:00Z";
    let kept = in_minutes(&desk, 60);
    let good = desk.post("Good date", json!({ "status": "scheduled", "scheduled_at": kept })).await;
    refused_for_its_time(change(&good, json!({ "scheduled_at": past })).await);
    let read = desk.read(&good).await;
    assert_eq!(
        (&read["scheduled_at"], &read["version"]),
        (&good["scheduled_at"], &good["version"]),
        "unchanged"
    );

    let old = desk.post("Old date", json!({ "status": "draft", "scheduled_at": past })).await;
    refused_for_its_time(change(&old, json!({ "status": "scheduled" })).await);
    let new = in_minutes(&desk, 120);
    let moved = change(&old, json!({ "status": "scheduled", "scheduled_at": new })).await;
    assert_eq!(moved.status, StatusCode::OK, "the stored date is not the one that counts: {}", moved.text());

    desk.work_for_hours(3).await;
    let items = desk.sandbox.world().ledger().items();
    for (text, at) in [("Good date", kept), ("Old date", new)] {
        let public: Vec<_> = items.iter().filter(|i| i.text == text).map(|i| i.at.to_string()).collect();
        assert_eq!(public, [at], "{text}");
    }
    desk.app.dispose().await;
}

/// Lets the owner live by another clock than the workspace.
async fn live_in(browser: &Browser<'_>, zone: &str) {
    let own = [("name", "Ada"), ("timezone", zone)];
    assert_eq!(browser.post("/settings/profile", &own).await.status, StatusCode::SEE_OTHER);
}

async fn own_zone(desk: Desk) {
    let owner = desk.owner().await;
    desk.post("A bell", json!({ "status": "draft", "scheduled_at": "2026-12-02T07:00:00Z" })).await;
    let path = format!("{}/calendar?date=2026-12-01", desk.home);
    let (_, alone) = counted(&owner, &path).await;
    live_in(&owner, "America/St_Johns").await;
    let (page, with) = counted(&owner, &path).await;
    assert_eq!(alone, with, "statements");
    assert!(page.text().contains("Draft · 03:30 in America/St_Johns"), "{}", page.text());
    desk.app.dispose().await;
}

async fn every_zone(desk: Desk) {
    let owner = desk.owner().await;
    live_in(&owner, "America/St_Johns").await;
    let instants = [
        "2026-11-30T22:30:00Z",
        "2026-12-01T05:45:00Z",
        "2026-12-01T10:30:00Z",
        "2026-12-02T00:00:00Z",
        "2026-12-31T23:59:00Z",
    ];
    for (n, at) in instants.iter().enumerate() {
        desk.post(&format!("Bell {n}."), json!({ "status": "draft", "scheduled_at": at })).await;
    }
    for zone in [
        "Pacific/Pago_Pago",
        "America/New_York",
        "America/St_Johns",
        "UTC",
        "Europe/Athens",
        "Asia/Kathmandu",
        "Pacific/Kiritimati",
    ] {
        let changed = desk.call(Method::PATCH, "/api/v1/workspace", Some(json!({ "timezone": zone }))).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
        let page = owner.get(&format!("{}/calendar?date=2026-12-15", desk.home)).await.text();
        for (n, at) in instants.iter().enumerate() {
            let there = at.parse::<jiff::Timestamp>().expect("a time").in_tz(zone).expect("a zone");
            let day = place(&page, &there.date().to_string());
            let tile = format!("<time>{}</time>", there.strftime("%H:%M"));
            assert!(day.contains(&format!("Bell {n}.")) && day.contains(&tile), "{at} in {zone}: {day}");
        }
    }
    desk.app.dispose().await;
}

async fn times_on_tiles(desk: Desk) {
    let owner = desk.owner().await;
    let at = json!({ "status": "scheduled", "scheduled_at": "2026-12-02T18:05:00" });
    desk.post("A bell", at).await;
    let page = owner.get(&format!("{}/calendar?view=month&date=2026-12-01", desk.home)).await.text();
    assert!(place(&page, "2026-12-02").contains("<time>18:05</time>"), "{page}");
    desk.app.dispose().await;
}
