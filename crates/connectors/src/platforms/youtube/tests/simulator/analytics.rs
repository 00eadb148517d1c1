//! `reports.query`: combinations, days and rows.

use super::super::reports::Reports;
use super::super::wire::Exchange;
use super::*;

async fn report(net: &Net, query: &str) -> Reply {
    let url = format!("https://youtubeanalytics.googleapis.com/v2/reports?ids=channel==MINE&{query}");
    net.call(Method::GET, &url, None).await
}

const WEEK: &str = "startDate=2026-10-20&endDate=2026-10-26";

async fn rows(net: &Net, query: &str) -> Vec<Vec<Value>> {
    let body = json_of(&report(net, query).await);
    assert_eq!(body["kind"], "youtubeAnalytics#resultTable");
    serde_json::from_value(body["rows"].clone()).unwrap_or_default()
}

async fn analyst() -> Net {
    let mut net = Net::new().await;
    net.token = net.sign_in("marafields", &["yt-analytics.readonly"]).await;
    net
}

#[tokio::test]
async fn only_some_combinations_are_supported() {
    let net = analyst().await;
    let good = [
        "metrics=views,likes,subscribersGained",
        "metrics=views&dimensions=day",
        "metrics=views,comments&dimensions=country&sort=-views",
        "metrics=viewerPercentage&dimensions=ageGroup,gender",
        "metrics=views,estimatedMinutesWatched&dimensions=insightTrafficSourceType",
        "metrics=views&dimensions=insightTrafficSourceDetail&filters=insightTrafficSourceType==YT_SEARCH&sort=-views&maxResults=25",
        "metrics=views&dimensions=deviceType,operatingSystem",
        "metrics=views&dimensions=video&sort=-views&maxResults=200",
        "metrics=shares&dimensions=sharingService",
        "metrics=averageViewDuration&dimensions=subscribedStatus",
    ];
    for query in good {
        json_of(&report(&net, &format!("{WEEK}&{query}")).await);
    }
    let bad = [
        "metrics=views&dimensions=ageGroup",
        "metrics=viewerPercentage",
        "metrics=views&dimensions=day,month",
        "metrics=likes&dimensions=insightTrafficSourceType",
        "metrics=views&dimensions=insightTrafficSourceDetail&sort=-views&maxResults=25",
        "metrics=views&dimensions=video&maxResults=200",
        "metrics=views&dimensions=video&sort=-views&maxResults=201",
        "metrics=views&dimensions=video&sort=views&maxResults=10",
        "metrics=views&dimensions=month",
        "metrics=audienceWatchRatio&dimensions=elapsedVideoTimeRatio",
        "metrics=views&sort=-likes",
    ];
    for query in bad {
        let reply = report(&net, &format!("{WEEK}&{query}")).await;
        assert_eq!(refused(&reply), (400, "badRequest".to_owned()), "{query}");
        assert!(reply.snippet(300).contains("The query is not supported."), "{query}");
    }
    let unknown = report(&net, &format!("{WEEK}&metrics=thumbnailImpressions")).await;
    assert!(unknown.snippet(300).contains("Unknown identifier (thumbnailImpressions)"));
    assert_eq!(
        refused(&report(&net, &format!("{WEEK}&metrics=estimatedRevenue")).await).1,
        "insufficientPermissions"
    );
    let url = format!(
        "https://youtubeanalytics.googleapis.com/v2/reports?ids=channel==UCother&{WEEK}&metrics=views"
    );
    assert_eq!(refused(&net.call(Method::GET, &url, None).await), (403, "forbidden".to_owned()));
}

#[tokio::test]
async fn the_newest_days_are_missing_and_the_rest_adds_up() {
    let net = analyst().await;
    // It is the second of November in Los Angeles.
    let days = rows(&net, "startDate=2026-10-25&endDate=2026-11-02&metrics=views&dimensions=day").await;
    let dates: Vec<_> = days.iter().map(|row| row[0].as_str().unwrap()).collect();
    assert_eq!(dates, ["2026-10-25", "2026-10-26", "2026-10-27", "2026-10-28", "2026-10-29", "2026-10-30"]);
    let total = rows(&net, "startDate=2026-10-25&endDate=2026-11-02&metrics=views").await;
    let sum: i64 = days.iter().map(|row| row[1].as_i64().unwrap()).sum();
    assert_eq!(total, [[json!(sum)]]);
    let none =
        json_of(&report(&net, "startDate=2026-11-01&endDate=2026-11-02&metrics=views&dimensions=day").await);
    assert!(none.get("rows").is_none(), "{none}");
    let viewers = rows(&net, &format!("{WEEK}&metrics=viewerPercentage&dimensions=ageGroup,gender")).await;
    let percent: f64 = viewers.iter().map(|row| row[2].as_f64().unwrap()).sum();
    assert!((99.0..=100.01).contains(&percent), "{percent}");
    let months = rows(&net, "startDate=2026-09-01&endDate=2026-10-01&metrics=views&dimensions=month").await;
    assert_eq!(
        months.iter().map(|row| row[0].clone()).collect::<Vec<_>>(),
        [json!("2026-09"), json!("2026-10")]
    );
    let sorted =
        rows(&net, &format!("{WEEK}&metrics=views&dimensions=country&sort=-views&maxResults=2&startIndex=2"))
            .await;
    assert_eq!(sorted.len(), 2);
    assert!(sorted[0][1].as_i64() >= sorted[1][1].as_i64());
}

#[tokio::test]
async fn no_table_is_given_that_is_not_in_use() {
    let test = "platforms::youtube::tests::simulator::analytics::no_table_is_given_that_is_not_in_use";
    let Some(reports) = Reports::needed(test) else { return };
    let net = analyst().await;
    let mut given = 0;
    let metrics = [
        "views",
        "likes",
        "shares",
        "viewerPercentage",
        "averageViewPercentage",
        "audienceWatchRatio",
        "playlistViews",
    ];
    for dimension in reports.names("all_dimensions").into_iter().chain([String::new()]) {
        for metric in metrics {
            for more in [
                "",
                "&sort=-views&maxResults=25",
                "&filters=video==dQw4w9WgXcQ",
                "&filters=insightTrafficSourceType==SHORTS",
            ] {
                let query = format!("{WEEK}&dimensions={dimension}&metrics={metric}{more}");
                if more.contains("sort") && metric != "views" {
                    continue;
                }
                let reply = report(&net, &query).await;
                if reply.status == StatusCode::OK {
                    given += 1;
                    assert!(reports.has(&asked(&query)), "{query}");
                }
            }
        }
    }
    assert!(given > 40, "{given}");
}

fn asked(query: &str) -> Exchange {
    Exchange {
        operation: "reports.query".to_owned(),
        method: "GET".to_owned(),
        url: format!("https://youtubeanalytics.googleapis.com/v2/reports?ids=channel==MINE&{query}"),
        headers: http::HeaderMap::new(),
        body: Bytes::new(),
        reply: None,
        stored: None,
    }
}

#[tokio::test]
async fn a_videos_table_says_what_everybody_sees() {
    let mut net = Net::new().await;
    let all = [EVERYTHING, &["yt-analytics.readonly"]].concat();
    net.token = net.sign_in("marafields", &all).await;
    let id = net.video("Counted").await;
    let hidden = net.upload(&meta("Hidden", "private"), &film("hidden", None)).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = json!({ "snippet": { "videoId": id, "topLevelComment": { "snippet": { "textOriginal": "First!" } } } });
    json_of(&net.post("commentThreads?part=snippet", body).await);
    // From one in the morning of the 2nd to midnight before the 5th.
    net.wait(71 * 3_600 - 60);
    net.token = net.sign_in("marafields", &all).await;
    let shown =
        json_of(&net.get(&format!("videos?part=statistics&id={id}")).await)["items"][0]["statistics"].clone();
    let number = |name: &str| shown[name].as_str().unwrap().parse::<i64>().unwrap();
    net.wait(3 * 86_400);
    net.token = net.sign_in("marafields", &all).await;
    let query = format!(
        "startDate=2026-11-02&endDate=2026-11-04&dimensions=video&metrics=views,likes,dislikes,comments&sort=-views&maxResults=200&filters=video=={id},{hidden},unknown1234"
    );
    let rows = rows(&net, &query).await;
    let want = [
        json!(id),
        json!(number("viewCount")),
        json!(number("likeCount")),
        json!(number("dislikeCount")),
        json!(1),
    ];
    assert_eq!(rows, [want]);
    assert!(number("viewCount") > 0);
    let many = vec!["x"; 501].join(",");
    let refused = refused(&report(&net, &query.replace(&id, &many)).await);
    assert_eq!(refused, (400, "badRequest".to_owned()));
}
