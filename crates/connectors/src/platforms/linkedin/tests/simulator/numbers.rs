//! Numbers of pages themselves and of videos, and what is not to be had by day.

use super::*;

const ANALYTICS: &str = "openid profile w_member_social r_member_postAnalytics";

#[tokio::test]
async fn views_of_a_page_are_for_its_administrators() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let page = mara.page().await;
    let base = format!("organizationPageStatistics?q=organization&organization={}", encoded(&page));
    let views = |element: &Value| {
        let views = &element["totalPageStatistics"]["views"];
        let of = |name: &str| views[name]["pageViews"].as_u64().unwrap();
        assert_eq!(of("allPageViews"), of("allDesktopPageViews") + of("allMobilePageViews"));
        of("allPageViews")
    };
    let all = body(&mara.get(&base).await);
    assert!(all["elements"][0]["timeRange"].is_null());
    let end = net.bench.world.now().as_millisecond();
    let range = format!("(timeRange:(start:{},end:{end}),timeGranularityType:DAY)", end - 2 * 86_400_000);
    let daily = body(&mara.get(&format!("{base}&timeIntervals={range}")).await);
    let days: Vec<u64> = daily["elements"].as_array().unwrap().iter().map(views).collect();
    assert!(days.len() == 3 && days.iter().all(|n| *n > 0), "{days:?}");
    assert!(days.iter().sum::<u64>() < views(&all["elements"][0]));
    assert_eq!(mara.get(&base.replace("q=organization", "q=organizationalEntity")).await.status, 400);
    let encoded_range = range.replace('(', "%28").replace(')', "%29").replace(':', "%3A");
    assert_eq!(mara.get(&format!("{base}&timeIntervals={encoded_range}")).await.status, 400);
    let aisha = net.login("aishaokafor", ORGANIZATION).await;
    assert_eq!(refusal(&aisha.get(&base).await), (403, "ACCESS_DENIED".into()));
}

#[tokio::test]
async fn numbers_of_videos_want_a_video_and_its_own_urn() {
    let net = Net::new();
    let poll = json!({ "poll": { "question": "Tea?", "options": [{ "text": "Yes" }, { "text": "No" }],
        "settings": { "duration": "ONE_DAY" } } });
    let mara = net.login("marafields", ORGANIZATION).await;
    let page = mara.page().await;
    let text = mara.publish(&page, "A text", Value::Null).await;
    let asked = mara.publish(&page, "A poll", poll.clone()).await;
    let path = |urn: &str| {
        format!("videoAnalytics?q=entity&entity={}&type=VIDEO_VIEW&aggregation=ALL", encoded(urn))
    };
    assert_eq!(refusal(&mara.get(&path(&text)).await), (400, "INVALID_URN_TYPE".into()));
    assert_eq!(refusal(&mara.get(&path("urn:li:ugcPost:1")).await), (404, "NOT_FOUND".into()));
    assert_eq!(refusal(&mara.get(&path(&asked)).await).0, 400, "it has no video");
    let nikos = net.login("nikospapadakis", ORGANIZATION).await;
    assert_eq!(refusal(&nikos.get(&path(&asked)).await), (403, "ACCESS_DENIED".into()));
    let member = net.login("marafields", ANALYTICS).await;
    let me = member.me().await;
    let asked = member.publish(&me, "A poll", poll).await;
    let path = |urn: &str| {
        format!(
            "memberCreatorVideoAnalytics?q=entity&entity=(ugc:{})&queryType=VIDEO_PLAY&aggregation=TOTAL",
            encoded(urn)
        )
    };
    assert_eq!(refusal(&member.get(&path(&asked)).await).0, 400, "it has no video");
    let plain = net.login("theolund", MEMBER).await;
    assert_eq!(refusal(&plain.get(&path(&asked)).await), (403, "ACCESS_DENIED".into()));
}

#[tokio::test]
async fn some_metrics_of_members_are_not_to_be_had_by_day() {
    let net = Net::new();
    let mara = net.login("marafields", ANALYTICS).await;
    let range = "dateRange=(start:(year:2026,month:10,day:30),end:(year:2026,month:11,day:2))";
    let path = |metric: &str, by: &str| {
        format!("memberCreatorPostAnalytics?q=me&queryType={metric}&aggregation={by}&{range}")
    };
    for (metric, daily) in [
        ("IMPRESSION", 200),
        ("REACTION", 200),
        ("POST_SAVE", 200),
        ("MEMBERS_REACHED", 400),
        ("LINK_CLICKS", 400),
        ("FOLLOWER_GAINED_FROM_CONTENT", 400),
        ("PROFILE_VIEW_FROM_CONTENT", 400),
    ] {
        assert_eq!(mara.get(&path(metric, "DAILY")).await.status, daily, "{metric}");
        assert_eq!(mara.get(&path(metric, "TOTAL")).await.status, 200, "{metric}");
    }
}
