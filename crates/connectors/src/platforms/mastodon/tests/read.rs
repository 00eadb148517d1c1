use super::*;
use crate::contract::people::{People, Person};
use crate::contract::reader::Reader;
use crate::platforms::mastodon::limits::Meta;

#[tokio::test]
async fn the_profile_has_its_totals() {
    for server in ALL {
        let bench = bench();
        let session = connected(&bench, server).await;
        assert!(session.publish(&draft("one", [])).await.is_published());
        let credential = session.credential();
        let profile = CONNECTOR.profile(&session.cx(&credential)).await.expect("profile");
        assert_eq!(profile.identity, session.account, "{server}");
        let count = |metric: &str| profile.counts.iter().find(|c| c.metric == metric).map(|c| c.value);
        assert_eq!(count("posts"), Some(1));
        assert!(count("followers").is_some_and(|n| n > 0) && count("following").is_some_and(|n| n > 0));
        assert_eq!(count("views"), None, "there is no reach here");
    }
}

#[tokio::test]
async fn limits_are_read_again_after_a_day() {
    let bench = bench();
    let mut session = connected(&bench, ROOMY).await;
    let mut meta = Meta::of(&session.account);
    meta.limits.characters = 7;
    session.account.meta = meta.to_value();
    let credential = session.credential();
    let limit = async |session: &Session<'_>| {
        let profile = CONNECTOR.profile(&session.cx(&credential)).await.expect("profile");
        Meta::of(&profile.identity).limits.characters
    };
    assert_eq!(limit(&session).await, 7);
    bench.clock.advance(Duration::from_secs(24 * 3600));
    bench.world.faults().add(fault("instance.get", When::Before, FaultKind::Status).status(503).times(9));
    assert_eq!(limit(&session).await, 7, "what was known stays while the server does not tell");
    bench.world.faults().clear();
    assert_eq!(limit(&session).await, 5_000);
}

#[tokio::test]
async fn posts_come_in_pages_with_their_numbers() {
    for server in ALL {
        let bench = bench();
        let session = connected(&bench, server).await;
        for n in 0..85 {
            assert!(session.publish(&draft(&format!("post {n} & more\nline"), [])).await.is_published());
            bench.clock.advance(Duration::from_secs(10));
        }
        bench.clock.advance(Duration::from_secs(3 * 86_400));
        let credential = session.credential();
        let cx = session.cx(&credential);
        let (mut all, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
        loop {
            let page = CONNECTOR.posts(&cx, cursor.as_deref()).await.expect("page");
            all.extend(page.posts);
            pages += 1;
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!((all.len(), pages), (85, 3), "{server}");
        assert_eq!(all[0].text, "post 84 & more\nline");
        assert_eq!(all[84].text, "post 0 & more\nline");
        assert!(all.is_sorted_by(|a, b| a.published_at >= b.published_at));
        let metrics: Vec<&str> = all[0].counts.iter().map(|c| c.metric.as_str()).collect();
        let want: &[&str] = if matches!(server, SOCIAL | ROOMY) {
            &["comments", "shares", "likes", "quotes"]
        } else {
            &["comments", "shares", "likes"]
        };
        assert_eq!(metrics, want, "{server}");
        assert!(all.iter().any(|p| p.counts[2].value > 0));
    }
}

#[tokio::test]
async fn kinds_and_replies_are_there() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let poll = json!({ "poll": { "options": ["a", "b"], "duration_minutes": 60 } });
    let mut thread = draft("root", [bench.library.jpeg(9, 9, None)]);
    thread.parts = vec![part("answer")];
    assert!(session.publish(&thread).await.is_published());
    assert!(session.publish(&with_options(draft("poll", []), poll)).await.is_published());
    bench.clock.advance(Duration::from_secs(60));
    let credential = session.credential();
    let posts = CONNECTOR.posts(&session.cx(&credential), None).await.expect("page").posts;
    let seen: Vec<(&str, Option<&str>)> =
        posts.iter().map(|p| (p.text.as_str(), p.kind.as_deref())).collect();
    assert_eq!(seen, [("poll", Some("poll")), ("answer", Some("status")), ("root", Some("image"))]);
    let comments = posts[2].counts.iter().find(|c| c.metric == "comments").expect("comments");
    assert_eq!((comments.value, comments.native.as_str()), (1, "replies_count"));
}

#[tokio::test]
async fn people_are_found_by_their_names_where_the_server_looks() {
    for server in [SOCIAL, VINTAGE] {
        let bench = bench();
        let session = connected(&bench, server).await;
        let credential = session.credential();
        let cx = session.cx(&credential);
        for words in ["theol", "@theolund", "Theo Lu"] {
            let found = CONNECTOR.find(&cx, words, 8).await.expect("people");
            assert_eq!(found[0], Person { handle: "theolund".into(), name: "Theo Lund".into() }, "{words}");
        }
        assert!(CONNECTOR.find(&cx, "nobody here & there", 8).await.expect("people").is_empty());
        assert_eq!(CONNECTOR.find(&cx, "a", 2).await.expect("people").len(), 2);
    }
    let bench = bench();
    let session = connected(&bench, ODD).await;
    let credential = session.credential();
    let refused = CONNECTOR.find(&session.cx(&credential), "theo", 8).await.expect_err("no such thing there");
    assert_eq!(refused.kind, carillon_domain::connector_error::ErrorKind::Rejected, "{refused:?}");
}
