//! A TikTok that answers what a test wrote down.

use std::sync::Arc;

use carillon_domain::account::AccountIdentity;
use carillon_domain::post::Draft;
use carillon_domain::secret::Secret;
use serde_json::{Value, json};

pub(super) use crate::conformance::canned::{Answer, Asked, Canned};
use crate::conformance::{Bench, Session, draft};
use crate::contract::authorizer::Granted;
use crate::contract::cx::{Credential, PlatformSettings};
use crate::kit::http::Http;
use crate::kit::pause::NoPause;
use crate::platforms::tiktok::CONNECTOR;

pub(super) const CREATOR: &str = "POST /v2/post/publish/creator_info/query/";
pub(super) const INIT: &str = "POST /v2/post/publish/video/init/";
pub(super) const INBOX: &str = "POST /v2/post/publish/inbox/video/init/";
pub(super) const PICTURES: &str = "POST /v2/post/publish/content/init/";
pub(super) const STATUS: &str = "POST /v2/post/publish/status/fetch/";
pub(super) const LIST: &str = "POST /v2/video/list/";
pub(super) const USER: &str = "GET /v2/user/info/";
pub(super) const TOKEN: &str = "POST /v2/oauth/token/";
pub(super) const REVOKE: &str = "POST /v2/oauth/revoke/";
pub(super) const PUT: &str = "PUT /video/";

/// Names of posts in the making.
pub(super) const PUBLISH_ID: &str = "v_pub_file~v2-1.7412345678901234567";
pub(super) const PICTURES_ID: &str = "p_pub_url~v2-1.7412345678901234568";
/// The public id of the post.
pub(super) const POST_ID: &str = "7590123456789012345";
/// What must not be written down.
pub(super) const UPLOAD_TOKEN: &str = "Xza123SECRET";

/// All scopes.
pub(super) const SCOPES: &str =
    "user.info.basic,user.info.profile,user.info.stats,video.list,video.publish,video.upload";

/// Data in the envelope.
pub(super) fn ok(data: &Value) -> Answer {
    flat(200, &json!({ "data": data, "error": { "code": "ok", "message": "", "log_id": "2026LOG" } }))
}

/// JSON without an envelope.
pub(super) fn flat(status: u16, body: &Value) -> Answer {
    Answer::json(status, body)
}

/// A refusal in the envelope.
pub(super) fn no(status: u16, code: &str) -> Answer {
    let error = json!({ "code": code, "message": format!("words about {code}"), "log_id": "2026LOG" });
    flat(status, &json!({ "data": {}, "error": error }))
}

/// So many bytes of an upload are there.
pub(super) fn stored(status: u16, bytes: u64, total: u64) -> Answer {
    let range = format!("bytes 0-{}/{total}", bytes.saturating_sub(1));
    Answer::Reply(status, vec![("content-range", range)], String::new())
}

/// All bytes of an upload are there.
pub(super) fn complete() -> Answer {
    Answer::Reply(201, vec![], String::new())
}

/// How a post stands.
pub(super) fn status(word: &str) -> Answer {
    ok(&json!({ "status": word }))
}

/// An upload of which so many bytes are there.
pub(super) fn uploading(bytes: u64) -> Answer {
    ok(&json!({ "status": "PROCESSING_UPLOAD", "uploaded_bytes": bytes }))
}

/// It was given up.
pub(super) fn failed(reason: &str) -> Answer {
    ok(&json!({ "status": "FAILED", "fail_reason": reason }))
}

/// It is public.
pub(super) fn posted() -> Answer {
    let id: u64 = POST_ID.parse().expect("a number");
    ok(&json!({ "status": "PUBLISH_COMPLETE", "publicaly_available_post_id": [id] }))
}

/// The beginning of an upload.
pub(super) fn begun() -> Answer {
    let url =
        format!("https://open-upload.tiktokapis.com/video/?upload_id=67890&upload_token={UPLOAD_TOKEN}");
    ok(&json!({ "publish_id": PUBLISH_ID, "upload_url": url }))
}

/// What a public account may do.
pub(super) fn creator() -> Value {
    json!({
        "creator_avatar_url": "https://p16.tiktokcdn.example/mara.jpeg",
        "creator_username": "marafields",
        "creator_nickname": "Mara Fields",
        "privacy_level_options": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
        "comment_disabled": false,
        "duet_disabled": false,
        "stitch_disabled": false,
        "max_video_post_duration_sec": 300,
    })
}

/// The ranges of all bytes that were sent.
pub(super) fn sent_ranges(network: &Canned) -> Vec<String> {
    let told = |asked: Asked| asked.header("content-range").unwrap_or_default().to_owned();
    network.asked_of(PUT).into_iter().map(told).collect()
}

/// A bench whose network is written down.
pub(super) struct Stage {
    pub bench: Bench,
    pub network: Canned,
}

impl Stage {
    /// All goes well, and posts are public.
    pub(super) fn new() -> Self {
        let mut bench = Bench::with(Vec::new());
        let network = Canned::default();
        let http = Http::new(Arc::new(network.clone()), bench.clock.clone()).with_pause(Arc::new(NoPause));
        bench.http = http.with_journal(bench.diary.clone());
        network.on(CREATOR, [ok(&creator())]);
        network.on(INIT, [begun()]).on(INBOX, [begun()]).on(PUT, [complete()]);
        network.on(PICTURES, [ok(&json!({ "publish_id": PICTURES_ID }))]);
        network.on(STATUS, [posted()]);
        Self { bench, network }
    }

    /// Settings as an operator gives them.
    pub(super) fn settings(more: &[(&str, &str)]) -> PlatformSettings {
        let mut settings = PlatformSettings::default();
        let own = [("client_id", "aw7key")];
        for (key, value) in own.iter().chain(more) {
            settings.values.insert((*key).to_owned(), (*value).to_owned());
        }
        settings.secrets.insert("client_secret".to_owned(), Secret::new("app-secret"));
        settings
    }

    /// A connected account.
    pub(super) fn account(&self) -> Session<'_> {
        self.account_with(&[])
    }

    /// The same with more settings.
    pub(super) fn account_with(&self, settings: &[(&str, &str)]) -> Session<'_> {
        let granted = Granted { credential: credential(SCOPES), targets: vec![identity()], person: None };
        self.bench.adopt(&CONNECTOR, Self::settings(settings), granted)
    }

    /// A post with a video of so many bytes that everybody may see.
    pub(super) fn video(&self, bytes: usize) -> Draft {
        let video = self.bench.library.mp4(bytes, 10_000, None);
        with(draft("Ten seconds of waves.", [video]), &json!({ "privacy": "public" }))
    }

    /// A post with two pictures that everybody may see.
    pub(super) fn pictures(&self) -> Draft {
        let pictures =
            [self.bench.library.jpeg(1_080, 1_080, None), self.bench.library.jpeg(1_080, 1_080, None)];
        with(draft("Two of the same rock.", pictures), &json!({ "privacy": "public" }))
    }
}

/// Who is connected.
pub(super) fn identity() -> AccountIdentity {
    AccountIdentity {
        remote_id: "-000open".to_owned(),
        handle: "marafields".to_owned(),
        name: "Mara Fields".to_owned(),
        avatar_url: None,
        server: None,
        meta: json!({ "direct": true, "inbox": true, "audited": true, "creator": {
            "username": "marafields",
            "nickname": "Mara Fields",
            "privacy": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
            "longest_s": 300,
        } }),
    }
}

/// Tokens with these scopes.
pub(super) fn credential(scopes: &str) -> Credential {
    Credential {
        access_token: Secret::new("act.access"),
        refresh_token: Some(Secret::new("rft.refresh")),
        expires_at: None,
        refresh_expires_at: None,
        scopes: scopes.split(',').map(str::to_owned).collect(),
        extra: json!({ "key": "a-text-that-stays" }),
    }
}

/// The same post with more options.
pub(super) fn with(mut draft: Draft, options: &Value) -> Draft {
    draft.options.extend(options.as_object().cloned().unwrap_or_default());
    draft
}
