//! Profiles, and posts with their numbers.

use carillon_domain::connector_error::ErrorKind;
use serde_json::{Value, json};

use super::canned::{Answer, PAGE, Stage, no, ok};
use crate::conformance::Session;
use crate::contract::connector::Connector;
use crate::contract::reader::{PostPage, Profile, Reader};
use crate::platforms::linkedin::CONNECTOR;

const LIST: &str = "GET /rest/posts";
const NUMBERS: &str = "GET /rest/organizationalEntityShareStatistics";
const ORGANIZATION: &str = "GET /rest/organizations/2414183";
const SIZE: &str = "GET /rest/networkSizes/urn%3Ali%3Aorganization%3A2414183";

fn reader() -> &'static dyn Reader {
    CONNECTOR.reader().expect("it reads")
}

async fn profile(session: &Session<'_>) -> Result<Profile, ErrorKind> {
    let credential = session.credential();
    reader().profile(&session.cx(&credential)).await.map_err(|e| e.kind)
}

async fn posts(session: &Session<'_>, cursor: Option<&str>) -> Result<PostPage, ErrorKind> {
    let credential = session.credential();
    reader().posts(&session.cx(&credential), cursor).await.map_err(|e| e.kind)
}

fn counts(list: &[crate::contract::reader::Count]) -> Vec<(&str, i64, &str)> {
    list.iter().map(|c| (c.metric.as_str(), c.value, c.native.as_str())).collect()
}

fn denied() -> Answer {
    no(403, &json!({ "status": 403, "serviceErrorCode": 100, "code": "ACCESS_DENIED" }))
}

/// A post made so many days before the beginning of a bench.
fn post(id: &str, commentary: &str, days: i64) -> Value {
    let at = (1_793_610_000 - days * 86_400) * 1_000;
    json!({ "id": id, "author": PAGE, "commentary": commentary, "publishedAt": at, "lifecycleState": "PUBLISHED" })
}

#[tokio::test]
async fn a_page_with_its_followers() {
    let stage = Stage::new();
    let page =
        json!({ "localizedName": "Harbor Light Coffee", "vanityName": "harborlight", "id": 2_414_183 });
    stage.network.on(ORGANIZATION, [ok(&page)]).on(SIZE, [ok(&json!({ "firstDegreeSize": 812 })), denied()]);
    let session = stage.page();
    let read = profile(&session).await.expect("a profile");
    assert_eq!((read.identity.remote_id.as_str(), read.identity.handle.as_str()), (PAGE, "harborlight"));
    assert_eq!(read.identity.meta, session.account.meta, "the login is not forgotten");
    assert_eq!(counts(&read.counts), [("followers", 812, "networkSizes.firstDegreeSize")]);
    let asked = stage.network.asked_of(SIZE);
    assert_eq!(asked[0].query, "edgeType=COMPANY_FOLLOWED_BY_MEMBER");
    // One number that is refused does not lose the profile.
    let read = profile(&session).await.expect("a profile");
    assert_eq!((read.identity.name.as_str(), read.counts.len()), ("Harbor Light Coffee", 0));
}

#[tokio::test]
async fn a_member_has_followers_only_where_the_app_may_count_them() {
    const FOLLOWERS: &str = "GET /rest/memberFollowersCount";
    let stage = Stage::new();
    stage.network.on(FOLLOWERS, [ok(&json!({ "elements": [{ "memberFollowersCount": 95 }] }))]);
    let session = stage.member();
    assert_eq!(profile(&session).await.expect("a profile").counts, []);
    assert!(stage.network.asked_of(FOLLOWERS).is_empty());
    let mut credential = session.credential();
    credential.scopes = vec!["r_member_profileAnalytics".to_owned()];
    session.set_credential(credential);
    let read = profile(&session).await.expect("a profile");
    assert_eq!(counts(&read.counts), [("followers", 95, "memberFollowersCount.memberFollowersCount")]);
}

#[tokio::test]
async fn a_members_posts_can_not_be_listed() {
    let stage = Stage::new();
    let (member, page) = (stage.member(), stage.page());
    assert!(!reader().can_list(&member.account) && reader().can_list(&page.account));
    assert_eq!(posts(&member, None).await, Err(ErrorKind::Rejected));
    assert!(stage.network.asked_of(LIST).is_empty());
}

#[tokio::test]
async fn posts_with_their_numbers() {
    let stage = Stage::new();
    let elements = json!([
        post("urn:li:share:5", "Tea \\(hot\\) {hashtag|\\#|now}", 1),
        post("urn:li:ugcPost:4", "Waves", 2),
        post("urn:li:share:3", "Nobody looked", 3),
        post("urn:li:share:2", "Long ago", 500),
        { "id": "urn:li:share:1", "commentary": "", "publishedAt": 1, "reshareContext": { "parent": "urn:li:share:9" } },
        { "id": "urn:li:share:0", "commentary": "draft", "publishedAt": 1, "lifecycleState": "DRAFT" },
    ]);
    let links = json!([{ "rel": "next", "href": "/rest/posts?q=author&author=urn%3Ali%3Aorganization%3A2414183&count=50&start=6" }]);
    stage.network.on(
        LIST,
        [ok(&json!({ "paging": { "start": 0, "count": 50, "links": links }, "elements": elements }))],
    );
    let totals = json!({ "impressionCount": 900, "uniqueImpressionsCount": 700, "clickCount": 12, "likeCount": -1,
        "commentCount": 3, "shareCount": 2, "engagement": 0.02 });
    let of = |key: &str, id: &str| {
        ok(
            &json!({ "elements": [{ "organizationalEntity": PAGE, key: id, "totalShareStatistics": totals }] }),
        )
    };
    stage.network.on(NUMBERS, [of("share", "urn:li:share:5"), of("ugcPost", "urn:li:ugcPost:4")]);
    let read = posts(&stage.page(), None).await.expect("posts");
    assert_eq!(read.next.as_deref(), Some("6"));
    let seen: Vec<_> =
        read.posts.iter().map(|p| (p.remote_id.as_str(), p.text.as_str(), p.counts.len())).collect();
    let want = [
        ("urn:li:share:5", "Tea (hot) #now", 6),
        ("urn:li:ugcPost:4", "Waves", 6),
        ("urn:li:share:3", "Nobody looked", 6),
        // Older than the statistics reach: unknown is not zero.
        ("urn:li:share:2", "Long ago", 0),
    ];
    assert_eq!(seen, want);
    let known = [
        ("views", 900, "totalShareStatistics.impressionCount"),
        ("reach", 700, "totalShareStatistics.uniqueImpressionsCount"),
        ("likes", -1, "totalShareStatistics.likeCount"),
        ("comments", 3, "totalShareStatistics.commentCount"),
        ("shares", 2, "totalShareStatistics.shareCount"),
        ("clicks", 12, "totalShareStatistics.clickCount"),
    ];
    assert_eq!(counts(&read.posts[0].counts), known);
    assert!(read.posts[2].counts.iter().all(|c| c.value == 0), "{:?}", read.posts[2]);
    let asked = stage.network.asked_of(NUMBERS);
    let entity = "q=organizationalEntity&organizationalEntity=urn%3Ali%3Aorganization%3A2414183";
    let shares = "List(urn%3Ali%3Ashare%3A5,urn%3Ali%3Ashare%3A3,urn%3Ali%3Ashare%3A2)";
    assert_eq!(
        asked[0].query,
        format!("{entity}&shares={shares}"),
        "structure stays literal, values are encoded"
    );
    assert_eq!(asked[1].query, format!("{entity}&ugcPosts=List(urn%3Ali%3AugcPost%3A4)"));
}

#[tokio::test]
async fn refused_numbers_do_not_lose_the_posts() {
    let stage = Stage::new();
    let elements = json!([post("urn:li:share:5", "One", 1), post("urn:li:ugcPost:4", "Two", 2)]);
    stage.network.on(LIST, [ok(&json!({ "elements": elements }))]);
    stage.network.on(NUMBERS, [denied(), ok(&json!({ "elements": [] }))]);
    let read = posts(&stage.page(), None).await.expect("posts");
    let seen: Vec<_> = read.posts.iter().map(|p| p.counts.len()).collect();
    assert_eq!(seen, [0, 6], "what was refused is unknown; what was answered without the post is zero");
    stage.network.on(NUMBERS, [no(429, &json!({}))]);
    let limited = posts(&stage.page(), None).await;
    assert!(matches!(limited, Err(ErrorKind::RateLimited { .. })), "{limited:?}");
}

#[tokio::test]
async fn a_short_page_is_not_the_end_and_a_circle_is() {
    let stage = Stage::new();
    let page = |start: u32, posts: Value, next: Option<u32>| {
        let link = |next| json!([{ "rel": "prev", "href": "/rest/posts?start=0" }, { "rel": "next", "href": format!("/rest/posts?q=author&start={next}&count=50") }]);
        let links = next.map_or(json!([]), link);
        ok(&json!({ "paging": { "start": start, "count": 50, "links": links }, "elements": posts }))
    };
    stage.network.on(NUMBERS, [ok(&json!({ "elements": [] }))]);
    stage.network.on(
        LIST,
        [
            page(0, json!([post("urn:li:share:9", "a", 1)]), Some(50)),
            page(50, json!([]), Some(100)),
            page(100, json!([post("urn:li:share:8", "b", 2)]), Some(50)),
        ],
    );
    let session = stage.page();
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let read = posts(&session, cursor.as_deref()).await.expect("posts");
        seen.extend(read.posts.into_iter().map(|p| p.remote_id));
        cursor = read.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["urn:li:share:9", "urn:li:share:8"]);
    let starts: Vec<String> = stage.network.asked_of(LIST).into_iter().map(|a| a.query).collect();
    assert!(starts[1].contains("&start=50&") && starts[2].contains("&start=100&"), "{starts:?}");
}
