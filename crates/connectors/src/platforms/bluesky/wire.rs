//! What goes over the wire, as the lexicons write it. No logic.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Body of every error.
#[derive(Debug, Default, Deserialize)]
pub struct ErrorBody {
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    pub message: Option<String>,
}

/// Input of `com.atproto.server.createSession`.
#[derive(Serialize)]
pub struct CreateSession<'a> {
    pub identifier: &'a str,
    pub password: &'a str,
}

/// Output of `createSession` and `refreshSession`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub access_jwt: carillon_domain::secret::Secret,
    pub refresh_jwt: carillon_domain::secret::Secret,
    pub did: String,
    pub handle: String,
    #[serde(default)]
    pub did_doc: Option<DidDocument>,
    #[serde(default)]
    pub active: Option<bool>,
    #[serde(default)]
    pub status: Option<String>,
}

/// Claims of a session token that serve as hints.
#[derive(Debug, Default, Deserialize)]
pub struct TokenClaims {
    #[serde(default)]
    pub exp: Option<i64>,
    #[serde(default)]
    pub scope: Option<String>,
}

/// A DID document.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DidDocument {
    pub id: String,
    #[serde(default)]
    pub also_known_as: Vec<String>,
    #[serde(default)]
    pub service: Vec<DidService>,
}

/// A service in a DID document.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DidService {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: Value,
    pub service_endpoint: Value,
}

/// Output of `com.atproto.identity.resolveHandle`.
#[derive(Deserialize)]
pub struct ResolvedHandle {
    pub did: String,
}

/// `/.well-known/oauth-protected-resource`.
#[derive(Deserialize)]
pub struct ProtectedResource {
    #[serde(default)]
    pub authorization_servers: Vec<String>,
}

/// Output of `com.atproto.repo.uploadBlob`. The blob is copied into records unchanged.
#[derive(Deserialize)]
pub struct Uploaded {
    pub blob: Value,
}

/// Input of `com.atproto.repo.putRecord`. `swapRecord: null` means that no record may be there.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PutRecord<'a> {
    pub repo: &'a str,
    pub collection: &'a str,
    pub rkey: &'a str,
    pub record: &'a Value,
    pub swap_record: (),
}

/// Output of `putRecord`.
#[derive(Deserialize)]
pub struct Written {
    pub uri: String,
    pub cid: String,
}

/// Input of `com.atproto.repo.deleteRecord`.
#[derive(Serialize)]
pub struct DeleteRecord<'a> {
    pub repo: &'a str,
    pub collection: &'a str,
    pub rkey: &'a str,
}

/// Output of `com.atproto.repo.getRecord`, and one entry of `listRecords`.
#[derive(Deserialize)]
pub struct Record {
    pub uri: String,
    #[serde(default)]
    pub cid: Option<String>,
    pub value: Value,
}

/// Output of `com.atproto.repo.listRecords`.
#[derive(Deserialize)]
pub struct Records {
    #[serde(default)]
    pub cursor: Option<String>,
    pub records: Vec<Record>,
}

/// Output of `com.atproto.repo.describeRepo`.
#[derive(Deserialize)]
pub struct RepoDescription {
    pub handle: String,
}

/// `app.bsky.actor.defs#profileViewDetailed`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileView {
    pub did: String,
    pub handle: String,
    #[serde(default)]
    pub display_name: Option<String>,
    #[serde(default)]
    pub avatar: Option<String>,
    #[serde(default)]
    pub followers_count: Option<i64>,
    #[serde(default)]
    pub follows_count: Option<i64>,
    #[serde(default)]
    pub posts_count: Option<i64>,
}

/// Output of `app.bsky.actor.searchActorsTypeahead`.
#[derive(Deserialize)]
pub struct Actors {
    #[serde(default)]
    pub actors: Vec<Actor>,
}

/// `app.bsky.actor.defs#profileViewBasic`, of which this much matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    pub handle: String,
    #[serde(default)]
    pub display_name: Option<String>,
}

/// Output of `app.bsky.feed.getAuthorFeed`.
#[derive(Deserialize)]
pub struct AuthorFeed {
    #[serde(default)]
    pub cursor: Option<String>,
    pub feed: Vec<FeedItem>,
}

/// `app.bsky.feed.defs#feedViewPost`. `reason` is there for reposts and pins.
#[derive(Deserialize)]
pub struct FeedItem {
    pub post: PostView,
    #[serde(default)]
    pub reason: Option<Value>,
}

/// Output of `app.bsky.feed.getPosts`.
#[derive(Deserialize)]
pub struct Posts {
    pub posts: Vec<PostView>,
}

/// `app.bsky.feed.defs#postView`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostView {
    pub uri: String,
    pub author: Author,
    pub record: Value,
    pub indexed_at: String,
    #[serde(default)]
    pub reply_count: Option<i64>,
    #[serde(default)]
    pub repost_count: Option<i64>,
    #[serde(default)]
    pub like_count: Option<i64>,
    #[serde(default)]
    pub quote_count: Option<i64>,
    #[serde(default)]
    pub bookmark_count: Option<i64>,
}

/// `app.bsky.actor.defs#profileViewBasic`, as far as needed.
#[derive(Deserialize)]
pub struct Author {
    pub did: String,
}

/// `app.bsky.feed.post`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Post<'a> {
    #[serde(rename = "$type")]
    pub kind: &'static str,
    pub text: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<Facet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embed: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub langs: Vec<String>,
}

/// `app.bsky.richtext.facet`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Facet {
    pub index: ByteSlice,
    pub features: Vec<FacetFeature>,
}

/// `app.bsky.richtext.facet#byteSlice`: UTF-8 bytes, end exclusive.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ByteSlice {
    pub byte_start: usize,
    pub byte_end: usize,
}

/// What a facet marks.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "$type")]
pub enum FacetFeature {
    #[serde(rename = "app.bsky.richtext.facet#link")]
    Link { uri: String },
    #[serde(rename = "app.bsky.richtext.facet#mention")]
    Mention { did: String },
    #[serde(rename = "app.bsky.richtext.facet#tag")]
    Tag { tag: String },
}

/// `app.bsky.feed.post#replyRef`.
#[derive(Debug, Clone, Serialize)]
pub struct ReplyRef {
    pub root: StrongRef,
    pub parent: StrongRef,
}

/// `com.atproto.repo.strongRef`.
#[derive(Debug, Clone, Serialize)]
pub struct StrongRef {
    pub uri: String,
    pub cid: String,
}

/// `app.bsky.embed.defs#aspectRatio`.
#[derive(Serialize)]
pub struct AspectRatio {
    pub width: u32,
    pub height: u32,
}

/// `app.bsky.embed.images`.
#[derive(Serialize)]
pub struct Images<'a> {
    #[serde(rename = "$type")]
    pub kind: &'static str,
    pub images: Vec<Image<'a>>,
}

/// One image of `app.bsky.embed.images`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Image<'a> {
    pub image: &'a Value,
    pub alt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<AspectRatio>,
}

/// `app.bsky.embed.video`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Video<'a> {
    #[serde(rename = "$type")]
    pub kind: &'static str,
    pub video: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<AspectRatio>,
}

/// `app.bsky.embed.external`.
#[derive(Serialize)]
pub struct External<'a> {
    #[serde(rename = "$type")]
    pub kind: &'static str,
    pub external: Card<'a>,
}

/// What a link card shows.
#[derive(Serialize)]
pub struct Card<'a> {
    pub uri: &'a str,
    pub title: &'a str,
    pub description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumb: Option<&'a Value>,
}
