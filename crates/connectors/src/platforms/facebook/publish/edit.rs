//! Another text for what is public. Only what the same app made can be changed; the same text twice has no second effect.
//! Source: Pages API - Posts, "Update a post" (copy of 2026).

use async_trait::async_trait;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::api::{self, Graph};
use super::super::options::{self, Asked};
use super::super::{Facebook, wire};
use super::rejected;
use crate::contract::cx::Cx;
use crate::contract::publisher::{CANNOT_EDIT, Editor};
use crate::kit::graph::look::folded;

#[async_trait]
impl Editor for Facebook {
    fn refusal(&self, options: &Map<String, Value>) -> Option<ConnectorError> {
        let (options, _) = options::read(options);
        let cause = "A story on Facebook has no text that could be changed.";
        let is_story = options.asked == Some(Asked::Story);
        is_story.then(|| rejected(CANNOT_EDIT, cause, "Publish another story."))
    }

    async fn edit(&self, cx: &Cx<'_>, remote_id: &str, draft: &Draft) -> Result<(), ConnectorError> {
        let token = api::page_token(cx)?;
        change(&Graph::of(cx, &token), remote_id, draft).await
    }
}

async fn change(graph: &Graph<'_>, remote_id: &str, draft: &Draft) -> Result<(), ConnectorError> {
    // Of a video whose post Facebook did not name, only the video itself is known.
    let field = if remote_id.contains('_') { "message" } else { "description" };
    let url = graph.url(remote_id);
    let params = vec![(field, draft.root.text.clone())];
    match graph.client().post::<wire::Success>("posts.update", url, params).await {
        Ok(answer) if answer.done() => Ok(()),
        Ok(_) => {
            let cause = "Facebook did not change the post.";
            Err(rejected("not_changed", cause, "Change it on the Page itself."))
        }
        Err(error) if matches!(error.kind, ErrorKind::Transient | ErrorKind::Ambiguous) => {
            if reads(graph, remote_id, field, &draft.root.text).await { Ok(()) } else { Err(error) }
        }
        Err(error) => Err(error),
    }
}

/// Whether the post has this text now, as far as Facebook shows it.
async fn reads(graph: &Graph<'_>, remote_id: &str, field: &'static str, text: &str) -> bool {
    let fields = vec![("fields", format!("id,{field}"))];
    let found = graph.get::<Text>("posts.read", remote_id, fields).await;
    found.is_ok_and(|found| folded(&found.words.unwrap_or_default()) == folded(text))
}

#[derive(Deserialize)]
struct Text {
    #[serde(alias = "message", alias = "description")]
    words: Option<String>,
}
