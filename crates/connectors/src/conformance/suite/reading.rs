//! Profile and posts come back as they are.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::Timestamp;
use url::Url;

use super::samples::plain;
use super::{Bench, Session, Subject, assert_errands};
use crate::sandbox::{Attached, Author, Elsewhere};

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
    let own = elsewhere(subject, &bench, &session).await;
    bench.clock.advance(Duration::from_secs(600));
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
        assert_errands(subject, &bench, "reading");
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
    if let Some((id, at)) = own {
        assert!(bench.live(subject).iter().any(|item| item.remote_id == id && item.at == at), "{name}: {id}");
        let found: Vec<_> = posts.iter().filter(|p| p.remote_id == id).collect();
        assert_eq!(found.len(), 1, "{name}: {id} among {posts:?}");
        assert!(found[0].text.contains(OWN), "{name}: {found:?}");
        assert!(at.duration_since(found[0].published_at).as_secs().abs() < 2, "{name}: {found:?}");
        assert_eq!(posts[0].remote_id, id, "{name}: the newest");
    }
    for (id, text) in published {
        let found: Vec<_> = posts.iter().filter(|p| p.remote_id == id).collect();
        assert_eq!(found.len(), 1, "{name}: {id} among {posts:?}");
        assert_eq!(found[0].text, text, "{name}");
    }
    assert_errands(subject, &bench, "reading");
}

const OWN: &str = "Made in the app, by hand.";

/// A post that its author makes on the network's own pages, in a form that the network takes; `None` where the simulated side makes none.
async fn elsewhere(subject: Subject, bench: &Bench, session: &Session<'_>) -> Option<(String, Timestamp)> {
    let server = session.account.server.as_deref().and_then(|url| Url::parse(url).ok());
    let author =
        Author { account: &session.account.remote_id, server: server.as_ref().and_then(Url::host_str) };
    let file = async |head: &[u8]| {
        let bytes = [head, &[0; 200]].concat().into();
        let blob = bench.world.blobs().store_bytes(bytes).await.expect("room");
        Attached { blob, alt: "A quay".to_owned(), size: (640, 640), milliseconds: Some(9_000) }
    };
    let (picture, film) = (file(&[0xff, 0xd8, 0xff]).await, file(b"\0\0\0\x18ftypisom").await);
    let made = [None, Some(&picture), Some(&film)].into_iter().find_map(|file| {
        let what = Elsewhere { text: OWN, file, hides_likes: false };
        bench.sandbox.post_elsewhere(subject.name(), &author, &what)
    });
    made.map(|id| (id, bench.world.now()))
}
