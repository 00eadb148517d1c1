//! Another text for what is public; the same text twice has no second effect.
//! Source: learn.microsoft.com, "Posts API", "Update posts" (2026): only the commentary; polls can't be changed.

use async_trait::async_trait;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;
use http::Method;
use serde_json::{Map, Value, json};

use crate::contract::cx::Cx;
use crate::contract::publisher::{CANNOT_EDIT, Editor};
use crate::kit::http::{Call, Safety};
use crate::platforms::linkedin::api::{Api, by_method};
use crate::platforms::linkedin::errors::{PLATFORM, op};
use crate::platforms::linkedin::{LinkedIn, text, urn};

#[async_trait]
impl Editor for LinkedIn {
    fn refusal(&self, options: &Map<String, Value>) -> Option<ConnectorError> {
        let has_poll = options.get("poll").is_some_and(|poll| !poll.is_null());
        let cause = "LinkedIn lets nobody change a post with a poll.";
        has_poll.then(|| {
            ConnectorError::new(ErrorKind::Rejected, PLATFORM, op::EDIT, CANNOT_EDIT, cause)
                .with_action("Delete the post and publish it again.")
        })
    }

    /// Members' posts can't be read, so without an answer nobody can look: sending the same text again is harmless.
    async fn edit(&self, cx: &Cx<'_>, remote_id: &str, draft: &Draft) -> Result<(), ConnectorError> {
        let api = Api::of(cx);
        let url = api.rest(&format!("posts/{}", urn::encoded(remote_id)));
        let call = by_method(Call::new(op::EDIT, Safety::Invisible, Method::POST, url), "PARTIAL_UPDATE");
        let body = json!({ "patch": { "$set": { "commentary": text::to_little(&draft.root.text) } } });
        api.send(call.json(&body)).await.map(drop)
    }
}
