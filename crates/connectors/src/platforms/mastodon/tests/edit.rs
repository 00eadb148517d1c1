//! Another text for what is public.

use carillon_domain::connector_error::ErrorKind;

use super::*;
use crate::contract::publisher::{CANNOT_EDIT, Editor};

fn cut(when: When) -> Fault {
    Fault::once("mastodon", "statuses.edit", when, FaultKind::Cut)
}

#[tokio::test]
async fn the_files_and_the_warning_stay() {
    for server in [SOCIAL, ROOMY, VINTAGE] {
        let bench = bench();
        let session = connected(&bench, server).await;
        let photos: Vec<_> = (0..3).map(|n| bench.library.jpeg(100 + n, 80, Some("a boat"))).collect();
        let mut post = draft("tpyo", photos);
        post.options.insert("spoiler_text".to_owned(), json!("Boats"));
        let id = session.publish(&post).await.remote_ids().remove(0);
        let before = public(&bench).remove(0);
        post.root.text = "typo".to_owned();
        let credential = session.credential();
        CONNECTOR.edit(&session.cx(&credential), &id, &post).await.expect("changed");
        let after = public(&bench);
        assert_eq!((after.len(), after[0].text.as_str()), (1, "typo"), "{server}");
        assert_eq!((&after[0].media, after[0].media.len()), (&before.media, 3), "{server}");
        let shown = network::get(&session, &format!("/api/v1/statuses/{id}")).await;
        assert_eq!(shown["spoiler_text"], "Boats");
        assert_eq!(shown["media_attachments"].as_array().map(Vec::len), Some(3));
        assert!(shown["edited_at"].is_string(), "{shown}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_looked_at() {
    for (when, worked) in [(When::After, true), (When::Before, false)] {
        let bench = bench();
        let session = connected(&bench, SOCIAL).await;
        let id = session.publish(&draft("before", [])).await.remote_ids().remove(0);
        let credential = session.credential();
        let cx = session.cx(&credential);
        bench.world.faults().add(cut(when));
        let result = CONNECTOR.edit(&cx, &id, &draft("after", [])).await;
        assert_eq!(result.is_ok(), worked, "{when:?}: {result:?}");
        CONNECTOR.edit(&cx, &id, &draft("after", [])).await.expect("once more does no harm");
        assert_eq!(public(&bench)[0].text, "after");
    }
}

#[tokio::test]
async fn votes_are_not_taken_away() {
    let mut poll = draft("Tea or coffee?", []);
    let options = json!({ "options": ["Tea", "Coffee"], "duration_minutes": 60, "multiple": false });
    poll.options.insert("poll".to_owned(), options);
    let refused = CONNECTOR.refusal(&poll.options).expect("refused");
    assert_eq!((&refused.kind, refused.code.as_str()), (&ErrorKind::Rejected, CANNOT_EDIT));
}

#[tokio::test]
async fn servers_without_the_call_say_so() {
    let bench = bench();
    let session = connected(&bench, ODD).await;
    let id = session.publish(&draft("before", [])).await.remote_ids().remove(0);
    let credential = session.credential();
    let refused = CONNECTOR.edit(&session.cx(&credential), &id, &draft("after", [])).await;
    assert_eq!(refused.expect_err("refused").code, CANNOT_EDIT);
    assert_eq!(public(&bench)[0].text, "before");
}
