//! A post's numbers over time, on its pages and by API.

use axum::http::{Method, StatusCode};
use carillon_domain::id::{AccountId, Id};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::permission::Role;
use carillon_store::StoreError;
use carillon_store::repo::remote_post::{self, RemotePostRow};
use carillon_store::repo::snapshot::{self, Subject};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::desk::{Desk, on_both_desks};

impl Desk {
    /// A post that was found on the account, as old as this in days, with its likes by hours of its age; answers its id.
    async fn found(&self, text: &str, days: i64, looks: &[(i64, i64)]) -> String {
        let engine = &self.app.engine;
        let account: AccountId = self.account.parse().expect("an id");
        let published_at = engine.clock.now() - SignedDuration::from_hours(24 * days);
        let seen = |(hour, likes): &(i64, i64)| Observation {
            as_of: published_at + SignedDuration::from_hours(*hour),
            readings: vec![Reading::new("likes", *likes, "likeCount")],
        };
        let seen: Vec<_> = looks.iter().map(seen).collect();
        let row = RemotePostRow {
            workspace: self.workspace,
            account,
            id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
            remote_id: text.into(),
            url: Some(format!("https://example.com/{days}")),
            text: text.into(),
            kind: None,
            published_at,
            publication: None,
            first_seen_at: published_at,
            seen: seen.last().expect("a look").clone(),
        };
        let (id, run) = (row.id, Id::new(engine.clock.as_ref(), engine.entropy.as_ref()));
        let subject = Subject { workspace: row.workspace, account, id: id.uuid() };
        let put = engine.db.write(move |tx| {
            Box::pin(async move {
                remote_post::put(tx, &row).await?;
                for look in &seen {
                    snapshot::add(tx, subject, run, look).await?;
                }
                Ok(())
            })
        });
        put.await.map_err(|e: StoreError| e.to_string()).expect("a post");
        id.to_string()
    }

    async fn curve(&self, id: &str, query: &str) -> Value {
        let path = format!("/api/v1/analytics/posts/{id}/curve{query}");
        let answer = self.call(Method::GET, &path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    }
}

async fn against_the_median(desk: Desk) {
    desk.work().await;
    for n in 1..=5 {
        desk.found(&format!("Before {n}"), 2 + n, &[(1, 2 * n), (2, 5 * n)]).await;
    }
    let id = desk.found("Ours & <b>bold</b>", 2, &[(1, 12), (2, 30), (40, 90)]).await;
    // The newest one is no part of the comparison, but on the overview, since its account was looked at then.
    desk.found("Fresh", 0, &[(0, 3)]).await;
    let curve = desk.curve(&id, "").await;
    assert_eq!(
        (&curve["metric"], &curve["unit"]),
        (&json!("engagements"), &json!("engagements")),
        "{curve:#}"
    );
    assert_eq!(
        (&curve["definition"], &curve["metrics"]),
        (&json!("engagements@1"), &json!(["engagements", "likes"]))
    );
    assert_eq!(curve["sources"], json!(["bluesky:likeCount"]));
    let seen: Vec<_> = curve["points"]
        .as_array()
        .expect("points")
        .iter()
        .map(|p| (&p["age_seconds"], &p["value"]))
        .collect();
    assert_eq!(
        seen,
        [(&json!(3_600), &json!(12)), (&json!(7_200), &json!(30)), (&json!(144_000), &json!(90))]
    );
    let median = &curve["median"];
    assert_eq!(
        (&median["posts"], &median["days"], &median["minimum_posts"]),
        (&json!(5), &json!(90), &json!(5))
    );
    let of: Vec<_> =
        median["points"].as_array().expect("points").iter().take(5).map(|p| p["value"].clone()).collect();
    assert_eq!(of, [json!(6), json!(15), json!(15), json!(15), Value::Null], "{median:#}");
    // What was seen at two hours stands for four, of both.
    let standing = &curve["standing"];
    assert_eq!(
        (&standing["age_seconds"], &standing["median"], &standing["value"]),
        (&json!(14_400), &json!(15), &json!(30))
    );
    assert_eq!(standing["change"], json!({ "value": 15, "basis_points": 10_000 }));

    let browser = desk.owner().await;
    let page = browser.get(&format!("{}/found/{id}", desk.home)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    assert!(text.contains("+100.00 % against the median of 15 at the age of 4 h"), "{text}");
    assert!(text.contains("The median is of 5 posts") && text.contains("class=\"chart-usual\""), "{text}");
    assert!(text.contains("Ours &#38; &#60;b&#62;bold") && text.contains("<svg class=\"chart\""), "{text}");
    assert!(text.contains("https://example.com/2") && text.contains("title=\"bluesky:likeCount\""), "{text}");
    // The table says the same: four ages at which something is known, and the look at forty hours, which stands for two steps.
    assert!(text.contains("<th scope=\"row\" class=\"when\">4 h</th>") && text.contains("42 h"), "{text}");
    assert!(!text.contains("<th scope=\"row\" class=\"when\">5 h</th>"), "a gap has no line: {text}");
    assert!(text.contains(&format!("{}/found/{id}?metric=likes#curves", desk.home)), "{text}");
    assert!(!text.contains("style=\"") && !text.contains("<script>"), "the policy allows neither: {text}");
    let file = format!("{}/export/curve.csv?post={id}", desk.home);
    assert!(text.contains(&format!("href=\"{file}&#38;metric=engagements\"")), "{text}");
    let table = browser.get(&format!("{file}&metric=engagements")).await;
    assert_eq!(table.status, StatusCode::OK, "{}", table.text());
    assert!(
        table.text().contains(",60,12,6,5\r\n") && table.text().contains(",120,30,15,5\r\n"),
        "{}",
        table.text()
    );
    let likes = browser.get(&format!("{}/found/{id}?metric=likes", desk.home)).await.text();
    assert!(likes.contains("#curves\" aria-current=\"true\">Likes"), "{likes}");
    for from in [format!("{}/accounts/{}", desk.home, desk.account), format!("{}/overview", desk.home)] {
        let text = browser.get(&from).await.text();
        assert!(text.contains(&format!("href=\"{}/found/", desk.home)), "{from} leads there: {text}");
    }
    let refused = browser.get(&format!("{}/found/{id}?metric=hugs", desk.home)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let path = format!("/api/v1/analytics/posts/{id}/curve?metric=hugs");
    let refused = desk.call(Method::GET, &path, None).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("metric"))
    );
    let client = desk.member(Role::Client).await;
    assert_eq!(client.get(&format!("{}/found/{id}", desk.home)).await.status, StatusCode::FORBIDDEN);
    let analyst = desk.member(Role::Analyst).await;
    assert_eq!(analyst.get(&format!("{}/found/{id}", desk.home)).await.status, StatusCode::OK);
    desk.app.dispose().await;
}
on_both_desks!(a_post_is_shown_against_the_median_of_its_account, super::against_the_median);

#[tokio::test]
async fn a_post_made_here_shows_its_numbers_on_its_own_page() {
    let desk = Desk::new().await;
    desk.work().await;
    let post = desk.post("A bell", json!({ "status": "now" })).await;
    desk.work().await;
    let browser = desk.owner().await;
    let unread = browser.get(&desk.page(&post)).await.text();
    assert!(!unread.contains("Numbers since publication"), "nobody looked yet: {unread}");
    desk.app.clock.advance(std::time::Duration::from_secs(3_000));
    desk.call(Method::POST, &format!("/api/v1/accounts/{}/sync", desk.account), None).await;
    desk.work().await;
    let page = browser.get(&desk.page(&post)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    assert!(text.contains("Numbers since publication") && text.contains("<svg class=\"chart\""), "{text}");
    assert!(text.contains("No post of the 90 days before it can be compared. It takes 5."), "{text}");
    assert!(text.contains("50 min: "), "when it was looked at: {text}");
    assert!(text.contains("<th scope=\"row\" class=\"when\">50 min</th>"), "in the table, too: {text}");
    let chosen = browser.get(&format!("{}?metric=likes", desk.page(&post))).await;
    assert_eq!(chosen.status, StatusCode::OK);
    assert!(chosen.text().contains("aria-current=\"true\">Likes"), "{}", chosen.text());
    let refused = browser.get(&format!("{}?metric=hugs", desk.page(&post))).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
}
