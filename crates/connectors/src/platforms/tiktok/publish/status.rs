//! How a post stands at TikTok. Source: developers.tiktok.com, "Get Video Status" (Nov 2026).

use carillon_domain::connector_error::ConnectorError;
use serde_json::Value;

use crate::contract::cx::Cx;
use crate::kit::http::Safety;
use crate::platforms::tiktok::api::Api;
use crate::platforms::tiktok::errors::op;
use crate::platforms::tiktok::wire::{StatusData, StatusIn};

/// How a post stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Status {
    pub step: Step,
    /// TikTok's word for it.
    pub word: String,
    /// So many bytes TikTok has of an upload, where it says so.
    pub uploaded: Option<u64>,
    /// So many bytes it has fetched.
    pub fetched: Option<u64>,
}

/// The step in which it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// TikTok receives the bytes, or works on them.
    Uploading,
    /// TikTok fetches the files, or works on them.
    Fetching,
    /// The draft is in the inbox.
    InInbox,
    /// It is posted. The post's id comes after TikTok has looked at it, and never for one that is not public.
    Posted(Option<String>),
    /// It was given up for this reason. Nothing was posted.
    Failed(String),
    /// A word that is not documented.
    Unknown,
}

impl Status {
    /// Whether all of so many bytes are there.
    pub(super) fn has_all(&self, total: u64) -> bool {
        self.uploaded.is_some_and(|bytes| bytes >= total && total > 0)
            || matches!(self.step, Step::InInbox | Step::Posted(_))
    }

    /// In words, for a person.
    pub(super) fn evidence(&self, publish_id: &str) -> String {
        let bytes = match (self.uploaded, self.fetched) {
            (Some(bytes), _) => format!(" It has {bytes} bytes."),
            (None, Some(bytes)) => format!(" It has fetched {bytes} bytes."),
            (None, None) => String::new(),
        };
        format!("TikTok says {} of the post {publish_id}.{bytes}", self.word)
    }
}

/// Asks TikTok.
pub(super) async fn ask(cx: &Cx<'_>, publish_id: &str) -> Result<Status, ConnectorError> {
    let api = Api::of(cx);
    let body = StatusIn { publish_id };
    let call = api.post(op::STATUS, Safety::Read, "/v2/post/publish/status/fetch/", &body);
    Ok(read(api.ask(call).await?))
}

fn read(data: StatusData) -> Status {
    let step = match data.status.as_str() {
        "PROCESSING_UPLOAD" => Step::Uploading,
        "PROCESSING_DOWNLOAD" => Step::Fetching,
        "SEND_TO_USER_INBOX" => Step::InInbox,
        "PUBLISH_COMPLETE" => Step::Posted(data.publicaly_available_post_id.iter().flatten().find_map(id)),
        "FAILED" => Step::Failed(data.fail_reason.unwrap_or_default()),
        _ => Step::Unknown,
    };
    Status { step, word: data.status, uploaded: data.uploaded_bytes, fetched: data.downloaded_bytes }
}

/// An id, which is a number of 64 bits; as text in some answers.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => number.as_u64().map(|id| id.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_all_of_their_digits() {
        let of = |ids: &str| {
            let text = format!("{{\"status\":\"PUBLISH_COMPLETE\",\"publicaly_available_post_id\":{ids}}}");
            read(serde_json::from_str(&text).expect("an answer")).step
        };
        let id = || Step::Posted(Some("7590123456789012345".to_owned()));
        assert_eq!(of("[7590123456789012345]"), id());
        assert_eq!(of("[\"7590123456789012345\"]"), id());
        assert_eq!(of("[18446744073709551615]"), Step::Posted(Some("18446744073709551615".to_owned())));
        for none in ["[]", "null", "[null]", "[1.5]", "[\"\"]"] {
            assert_eq!(of(none), Step::Posted(None), "{none}");
        }
    }
}
