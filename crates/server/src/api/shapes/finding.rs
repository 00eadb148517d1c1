//! What a check found, as the API shows it.

use carillon_domain::limits::{Fix, Link, Violation};
use carillon_domain::media::Fit;
use serde::Serialize;
use utoipa::ToSchema;

/// A finding of a check.
#[derive(Debug, Serialize, ToSchema)]
pub struct Finding {
    /// Path of the field.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// What is wrong and what would fix it.
    pub message: String,
    /// The limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<serde_json::Value>,
    /// The value found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
    /// What would be done about it on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<FindingFix>,
    /// Words of the message that lead somewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<FindingLink>>)]
    pub links: Vec<FindingLink>,
}

/// Words of a message that lead somewhere: some networks want what they refer to one press away.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingLink {
    /// The words, as the message has them.
    #[schema(example = "Music Usage Confirmation")]
    pub words: String,
    /// Where they lead.
    pub url: String,
}

/// What would be done about a finding on request.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingFix {
    /// `rendition`: `POST /api/v1/media/{media}/renditions` makes a copy that the network takes.
    #[schema(example = "rendition")]
    pub action: &'static str,
    /// The file.
    pub media: String,
    /// Where the shape has to change: `pad` (the usual way) or `crop`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<String>>)]
    pub fit: Vec<Fit>,
}

impl From<&Fix> for FindingFix {
    fn from(fix: &Fix) -> Self {
        let Fix::Rendition { media, fit } = fix;
        Self { action: "rendition", media: media.to_string(), fit: fit.clone() }
    }
}

impl From<&Link> for FindingLink {
    fn from(link: &Link) -> Self {
        Self { words: link.words.clone(), url: link.url.clone() }
    }
}

impl From<&Violation> for Finding {
    fn from(v: &Violation) -> Self {
        Self {
            field: v.field.clone(),
            code: v.code.clone(),
            message: v.message.clone(),
            limit: v.limit.clone(),
            value: v.value.clone(),
            fix: v.fix.as_ref().map(FindingFix::from),
            links: v.links.iter().map(FindingLink::from).collect(),
        }
    }
}
