//! Another text for what is public. The files stay, because the call names them again; the same text twice has no second effect.
//!
//! Source: docs.joinmastodon.org, "statuses API methods", "Edit a status" (2 July 2026): the whole status is sent again, and the votes
//! of a poll that is sent again are lost.

use async_trait::async_trait;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;
use http::Method;
use serde_json::{Map, Value};

use super::rejected;
use crate::contract::cx::Cx;
use crate::contract::publisher::{CANNOT_EDIT, Editor};
use crate::kit::http::Safety;
use crate::platforms::mastodon::api::{Server, segment};
use crate::platforms::mastodon::{Mastodon, options, wire};

const EDIT: &str = "statuses.edit";

#[async_trait]
impl Editor for Mastodon {
    fn refusal(&self, options: &Map<String, Value>) -> Option<ConnectorError> {
        let (options, _) = options::read(options);
        let cause = "Changing a post with a poll takes all votes away that were given.";
        let action = "If that is meant, change it at the server by hand.";
        options.poll.is_some().then(|| rejected(CANNOT_EDIT, cause, action))
    }

    async fn edit(&self, cx: &Cx<'_>, remote_id: &str, draft: &Draft) -> Result<(), ConnectorError> {
        let (options, _) = options::read(&draft.options);
        let server = Server::of(cx);
        let path = format!("/api/v1/statuses/{}", segment(remote_id));
        let now: wire::Status = server.read(server.get("statuses.get", &path)).await?;
        let body = wire::EditedStatus {
            status: &draft.root.text,
            media_ids: now.media_attachments.iter().map(|file| file.id.as_str()).collect(),
            sensitive: options.sensitive,
            spoiler_text: &options.spoiler,
            language: options.language.as_deref(),
        };
        let call = server.call(EDIT, Safety::Invisible, Method::PUT, &path).json(&body);
        match server.send(call).await {
            Ok(_) => Ok(()),
            // It was there a moment ago: servers before 3.5 and some other software know no such call.
            Err(error) if matches!(error.remote.status, Some(404 | 405 | 501)) => Err(rejected(
                CANNOT_EDIT,
                "This server lets no program change posts.",
                "Delete the post and publish it again.",
            )),
            Err(error) if matches!(error.kind, ErrorKind::Transient | ErrorKind::Ambiguous) => {
                if reads(&server, &path, &draft.root.text).await { Ok(()) } else { Err(error) }
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether the status has this text now, as far as the server tells.
async fn reads(server: &Server<'_>, path: &str, text: &str) -> bool {
    let call = server.get("statuses.source", &format!("{path}/source"));
    let source = server.read::<wire::StatusSource>(call).await;
    source.is_ok_and(|source| source.text.trim() == text.trim())
}
