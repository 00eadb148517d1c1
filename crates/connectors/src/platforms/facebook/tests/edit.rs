//! Another text for what is public.

use carillon_domain::connector_error::ErrorKind;
use serde_json::json;

use super::stage::{Stage, Trouble, error, kind};
use crate::conformance::{Session, draft};
use crate::contract::publisher::{CANNOT_EDIT, Editor, Publisher};
use crate::platforms::facebook::Facebook;

fn editor(session: &Session) -> &'static dyn Editor {
    session.connector.publisher().unwrap().editor().unwrap()
}

#[tokio::test]
async fn every_kind_but_stories_takes_another_text_and_keeps_its_files() {
    for index in 0..5 {
        let stage = Stage::new();
        let session = stage.page().await;
        let credential = session.credential();
        let cx = session.cx(&credential);
        let (mut post, _) = kind(&stage, index);
        let id = session.publish(&post).await.remote_ids().remove(0);
        let before = stage.ledger().remove(0);
        post.root.text = "Mended — ö".to_owned();
        editor(&session).edit(&cx, &id, &post).await.unwrap();
        let after = stage.ledger();
        assert_eq!((after.len(), after[0].text.as_str()), (1, "Mended — ö"), "{index}");
        assert_eq!((&after[0].media, &after[0].remote_id), (&before.media, &before.remote_id));
    }
}

#[tokio::test]
async fn a_lost_answer_is_looked_at() {
    let troubles = [
        (Trouble::LostAfter, true),
        (Trouble::Hiding(500, error(2, None)), true),
        (Trouble::LostBefore, false),
        (Trouble::Instead(500, error(2, None)), false),
    ];
    for (trouble, worked) in troubles {
        let stage = Stage::new();
        let session = stage.page().await;
        let credential = session.credential();
        let cx = session.cx(&credential);
        let editor = editor(&session);
        let id = session.publish(&draft("before", [])).await.remote_ids().remove(0);
        stage.script("posts.update", trouble.clone());
        let result = editor.edit(&cx, &id, &draft("after", [])).await;
        assert_eq!(result.is_ok(), worked, "{trouble:?}: {result:?}");
        // Once more does no harm.
        editor.edit(&cx, &id, &draft("after", [])).await.unwrap();
        assert_eq!((stage.ledger().len(), stage.ledger()[0].text.as_str()), (1, "after"));
    }
}

#[tokio::test]
async fn what_can_not_be_changed_is_refused_in_words() {
    for index in [5, 6] {
        let stage = Stage::new();
        let (story, _) = kind(&stage, index);
        let refused = Facebook.editor().unwrap().refusal(&story.options).unwrap();
        assert_eq!((&refused.kind, refused.code.as_str()), (&ErrorKind::Rejected, CANNOT_EDIT));
    }
    let stage = Stage::new();
    let session = stage.page().await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    let id = session.publish(&draft("words", [])).await.remote_ids().remove(0);
    stage.script("posts.update", Trouble::Instead(200, json!({ "success": false })));
    let refused = editor(&session).edit(&cx, &id, &draft("other", [])).await;
    assert_eq!(refused.unwrap_err().code, "not_changed");
}
