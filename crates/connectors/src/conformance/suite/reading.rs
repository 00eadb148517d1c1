//! Profile and posts come back as they are.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;

use super::Subject;
use super::samples::plain;

/// The profile is the account's; the posts are those that were published, newest first, each once.
pub async fn reading(subject: Subject) {
    let name = subject.name();
    let Some(reader) = subject.connector.reader() else { return };
    let bench = subject.bench();
    let session = bench.session(subject).await;
    let mut published = Vec::new();
    for text in ["Read me, one.", "Read me, two.", "Read me, three."] {
        let outcome = session.publish(&plain(subject, &bench, text)).await;
        published.extend(outcome.remote_ids().into_iter().map(|id| (id, text)));
        bench.clock.advance(Duration::from_secs(600));
    }
    let credential = session.credential();
    let cx = session.cx(&credential);
    let profile = reader.profile(&cx).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(profile.identity.remote_id, session.account.remote_id, "{name}");
    assert!(profile.counts.iter().all(|c| !c.native.is_empty()), "{name}: {profile:?}");
    if !reader.can_list(&session.account) {
        // A platform may be readable with one of its logins only, and then says so.
        let refused = reader.posts(&cx, None).await.err();
        let refused = refused.unwrap_or_else(|| panic!("{name}: lists what it says it can't"));
        assert!(subject.flavour.is_some() && refused.code == "unsupported", "{name}: {refused:?}");
        assert!(refused.kind == ErrorKind::Rejected && !refused.action.is_empty(), "{name}: {refused:?}");
        return;
    }
    assert!(profile.counts.iter().any(|c| c.metric == "followers"), "{name}: {profile:?}");

    let mut posts = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..100 {
        let page =
            reader.posts(&cx, cursor.as_deref()).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        posts.extend(page.posts);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(cursor, None, "{name}: the pages never end");
    assert!(posts.windows(2).all(|w| w[0].published_at >= w[1].published_at), "{name}: not newest first");
    for (id, text) in published {
        let found: Vec<_> = posts.iter().filter(|p| p.remote_id == id).collect();
        assert_eq!(found.len(), 1, "{name}: {id} among {posts:?}");
        assert_eq!(found[0].text, text, "{name}");
    }
}
