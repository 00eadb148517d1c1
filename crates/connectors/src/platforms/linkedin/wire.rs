//! What goes over the wire, exactly as documented: learn.microsoft.com, "Posts API", "Images API", "Videos API", "Organization
//! Access Control", "Organization Lookup", "Share Statistics" (version 202609), and "Authorization Code Flow".

use serde::{Deserialize, Serialize};

/// `GET /v2/userinfo`.
#[derive(Debug, Deserialize)]
pub(super) struct UserInfo {
    pub sub: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub given_name: Option<String>,
    #[serde(default)]
    pub family_name: Option<String>,
    #[serde(default)]
    pub picture: Option<String>,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Elements<T> {
    #[serde(default = "Vec::new")]
    pub elements: Vec<T>,
    #[serde(default)]
    pub paging: Paging,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Paging {
    #[serde(default)]
    pub links: Vec<Link>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    pub rel: String,
    #[serde(default)]
    pub href: String,
}

/// A role of the member at an organisation.
#[derive(Debug, Deserialize)]
pub(super) struct Acl {
    #[serde(default)]
    pub organization: Option<String>,
    #[serde(default, rename = "organizationTarget")]
    pub organization_target: Option<String>,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub state: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Organization {
    #[serde(default)]
    pub localized_name: Option<String>,
    #[serde(default)]
    pub vanity_name: Option<String>,
}

/// `GET /rest/networkSizes/{urn}`.
#[derive(Debug, Deserialize)]
pub(super) struct NetworkSize {
    #[serde(default, rename = "firstDegreeSize")]
    pub first_degree_size: Option<i64>,
}

/// `GET /rest/memberFollowersCount?q=me`.
#[derive(Debug, Deserialize)]
pub(super) struct MemberFollowers {
    #[serde(default, rename = "memberFollowersCount")]
    pub count: Option<i64>,
}

/// Body of `POST /rest/posts`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatePost<'a> {
    pub author: &'a str,
    /// Little text. The key is required, also where it is empty.
    pub commentary: String,
    pub visibility: &'a str,
    pub distribution: Distribution,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentOut<'a>>,
    pub lifecycle_state: &'a str,
    pub is_reshare_disabled_by_author: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Distribution {
    pub feed_distribution: &'static str,
    pub target_entities: [(); 0],
    pub third_party_distribution_channels: [(); 0],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ContentOut<'a> {
    Media(MediaOut<'a>),
    MultiImage { images: Vec<MediaOut<'a>> },
    Article(ArticleOut<'a>),
    Poll(PollOut<'a>),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MediaOut<'a> {
    pub id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_text: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct ArticleOut<'a> {
    pub source: &'a str,
    pub title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct PollOut<'a> {
    pub question: &'a str,
    pub options: Vec<PollOption<'a>>,
    pub settings: PollSettings,
}

#[derive(Debug, Serialize)]
pub(super) struct PollOption<'a> {
    pub text: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct PollSettings {
    pub duration: &'static str,
}

/// A post as LinkedIn lists it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Post {
    pub id: String,
    pub author: String,
    pub commentary: Option<String>,
    pub content: Option<Content>,
    pub created_at: Option<i64>,
    pub published_at: Option<i64>,
    pub lifecycle_state: Option<String>,
    pub reshare_context: Option<serde_json::Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Content {
    pub media: Option<HasId>,
    pub multi_image: Option<MultiImage>,
    pub article: Option<Article>,
    pub poll: Option<Poll>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HasId {
    pub id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MultiImage {
    pub images: Vec<HasId>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Article {
    pub source: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Poll {
    pub question: String,
}

/// Body of `?action=initializeUpload`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Initialize<T> {
    pub initialize_upload_request: T,
}

#[derive(Debug, Serialize)]
pub(super) struct OwnerRequest<'a> {
    pub owner: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VideoRequest<'a> {
    pub owner: &'a str,
    pub file_size_bytes: u64,
    pub upload_captions: bool,
    pub upload_thumbnail: bool,
}

/// `{"value": …}`.
#[derive(Debug, Deserialize)]
pub(super) struct Value<T> {
    pub value: T,
}

/// Where a picture or document goes in one piece, and its URN.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WholeUpload {
    pub upload_url: String,
    #[serde(alias = "image", alias = "document")]
    pub urn: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VideoUpload {
    pub video: String,
    #[serde(default)]
    pub upload_token: String,
    #[serde(default)]
    pub upload_urls_expire_at: Option<i64>,
    pub upload_instructions: Vec<Instruction>,
}

/// Where which bytes go; the last byte counts in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Instruction {
    pub upload_url: String,
    pub first_byte: u64,
    pub last_byte: u64,
}

/// Body of `?action=finalizeUpload`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Finalize<'a> {
    pub finalize_upload_request: FinalizeRequest<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FinalizeRequest<'a> {
    pub video: &'a str,
    pub upload_token: &'a str,
    pub uploaded_part_ids: &'a [String],
}

/// `GET /rest/images/{urn}`, and the same of videos and documents.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asset {
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub processing_failure_reason: Option<String>,
}

/// An element of the statistics of posts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShareStatistics {
    #[serde(default)]
    pub share: Option<String>,
    #[serde(default)]
    pub ugc_post: Option<String>,
    #[serde(default)]
    pub total_share_statistics: Totals,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Totals {
    pub impression_count: Option<i64>,
    pub unique_impressions_count: Option<i64>,
    pub click_count: Option<i64>,
    pub like_count: Option<i64>,
    pub comment_count: Option<i64>,
    pub share_count: Option<i64>,
}

/// Error body of the API, and of the token endpoint.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ErrorBody {
    pub service_error_code: Option<i64>,
    pub code: Option<String>,
    pub message: Option<String>,
    pub error_details: Option<ErrorDetails>,
    pub error: Option<String>,
    #[serde(rename = "error_description")]
    pub error_description: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ErrorDetails {
    pub input_errors: Vec<InputError>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct InputError {
    pub code: Option<String>,
    pub description: Option<String>,
}
