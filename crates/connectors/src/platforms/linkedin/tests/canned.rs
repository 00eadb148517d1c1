//! A LinkedIn that answers what a test wrote down; what has no answer is a 404.

use std::sync::Arc;

use carillon_domain::account::AccountIdentity;
use carillon_domain::secret::Secret;
use serde_json::{Value, json};

pub(super) use crate::conformance::canned::{Answer, Asked, Canned};
use crate::conformance::{Bench, Session};
use crate::contract::authorizer::Granted;
use crate::contract::connector::Connector;
use crate::contract::cx::{Credential, PlatformSettings};
use crate::kit::http::Http;
use crate::kit::pause::NoPause;
use crate::platforms::linkedin::CONNECTOR;

pub(super) const MEMBER: &str = "urn:li:person:Ab-c1";
pub(super) const PAGE: &str = "urn:li:organization:2414183";

/// JSON with a good status.
pub(super) fn ok(body: &Value) -> Answer {
    Answer::json(200, body)
}

/// A refusal with this body.
pub(super) fn no(status: u16, body: &Value) -> Answer {
    Answer::json(status, body)
}

/// A post that was taken.
pub(super) fn created(urn: &str) -> Answer {
    Answer::Reply(201, vec![("x-restli-id", urn.to_owned())], String::new())
}

/// A refusal of a copy of this post.
pub(super) fn copy_of(urn: &str) -> Answer {
    no(
        422,
        &json!({
            "message": format!("com.linkedin.content.common.exception.BadRequestResponseException: Content is a duplicate of {urn}"),
            "errorDetailType": "com.linkedin.common.error.BadRequest",
            "errorDetails": { "inputErrors": [{ "description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST" }] },
            "status": 422,
        }),
    )
}

/// A bench whose network is written down.
pub(super) struct Stage {
    pub bench: Bench,
    pub network: Canned,
}

impl Stage {
    pub(super) fn new() -> Self {
        let mut bench = Bench::with(Vec::new());
        let missing = json!({ "status": 404, "code": "NOT_FOUND", "message": "Not Found" });
        let network = Canned::otherwise(no(404, &missing));
        bench.http = Http::new(Arc::new(network.clone()), bench.clock.clone()).with_pause(Arc::new(NoPause));
        // Most accounts that look who they are get told.
        network.on("GET /v2/userinfo", [ok(&json!({ "sub": "Ab-c1", "name": "Mara Fields" }))]);
        Self { bench, network }
    }

    /// Settings as an operator gives them.
    pub(super) fn settings() -> PlatformSettings {
        let mut settings = PlatformSettings::default();
        for setting in CONNECTOR.descriptor().settings {
            if setting.key.ends_with("client_id") {
                settings.values.insert(setting.key.to_owned(), format!("{}-value", setting.key));
            } else if setting.secret {
                settings
                    .secrets
                    .insert(setting.key.to_owned(), Secret::new(format!("{}-value", setting.key)));
            }
        }
        settings
    }

    pub(super) fn member(&self) -> Session<'_> {
        self.account("member", MEMBER, "Mara Fields")
    }

    pub(super) fn page(&self) -> Session<'_> {
        self.account("organization", PAGE, "Harbor Light Coffee")
    }

    fn account(&self, flavour: &str, remote_id: &str, name: &str) -> Session<'_> {
        let account = AccountIdentity {
            remote_id: remote_id.to_owned(),
            handle: name.to_owned(),
            name: name.to_owned(),
            avatar_url: None,
            server: None,
            meta: json!({ "flavour": flavour }),
        };
        let credential = Credential {
            access_token: Secret::new("AQX-access"),
            refresh_token: None,
            expires_at: None,
            refresh_expires_at: None,
            scopes: Vec::new(),
            extra: json!({ "flavour": flavour }),
        };
        self.bench.adopt(
            &CONNECTOR,
            Self::settings(),
            Granted { credential, targets: vec![account], person: None },
        )
    }

    /// The bodies of all posts that were sent.
    pub(super) fn posts(&self) -> Vec<Value> {
        self.network.asked_of("POST /rest/posts").iter().map(Asked::json).collect()
    }

    /// Pictures go through.
    pub(super) fn take_pictures(&self) {
        let begun = |n: u32| {
            ok(&json!({ "value": {
                "uploadUrlExpiresAt": 1_793_700_000_000_u64,
                "uploadUrl": format!("https://www.linkedin.com/dms-uploads/{n}/uploaded-image/0?app=7"),
                "image": format!("urn:li:image:C5{n}"),
            } }))
        };
        self.network.on("POST /rest/images", (0..9).map(begun));
        for n in ["0", "1", "2", "3"] {
            let (put, get) = match n {
                "0" => ("PUT /dms-uploads/0/uploaded-image/0", "GET /rest/images/urn%3Ali%3Aimage%3AC50"),
                "1" => ("PUT /dms-uploads/1/uploaded-image/0", "GET /rest/images/urn%3Ali%3Aimage%3AC51"),
                "2" => ("PUT /dms-uploads/2/uploaded-image/0", "GET /rest/images/urn%3Ali%3Aimage%3AC52"),
                _ => ("PUT /dms-uploads/3/uploaded-image/0", "GET /rest/images/urn%3Ali%3Aimage%3AC53"),
            };
            self.network.on(put, [Answer::Reply(201, vec![], String::new())]);
            self.network.on(get, [ok(&json!({ "status": "AVAILABLE" }))]);
        }
    }

    /// A video of `bytes` goes through, in parts of `part` bytes.
    pub(super) fn take_video(&self, bytes: usize, part: usize) {
        const PUTS: [&str; 3] =
            ["PUT /dms-uploads/part0", "PUT /dms-uploads/part1", "PUT /dms-uploads/part2"];
        let starts: Vec<usize> = (0..bytes).step_by(part).collect();
        let instruction = |(n, start): (usize, &usize)| {
            json!({
                "uploadUrl": format!("https://www.linkedin.com/dms-uploads/part{n}?sig=1"),
                "firstByte": start,
                "lastByte": (start + part).min(bytes) - 1,
            })
        };
        let instructions: Vec<Value> = starts.iter().enumerate().map(instruction).collect();
        let begun = ok(&json!({ "value": {
            "uploadUrlsExpireAt": 1_793_696_400_000_u64,
            "video": "urn:li:video:C5F",
            "uploadInstructions": instructions,
            "uploadToken": "",
        } }));
        // Both actions of a video go to one address; they come in this order.
        self.network.on("POST /rest/videos", [begun, Answer::Reply(200, vec![], String::new())]);
        for (n, put) in PUTS.iter().enumerate().take(starts.len()) {
            let etag = vec![("etag", format!("\"/ambry-video/part-{n}\""))];
            self.network.on(put, [Answer::Reply(200, etag, String::new())]);
        }
        let states = ["PROCESSING", "AVAILABLE"].map(|status| ok(&json!({ "status": status })));
        self.network.on("GET /rest/videos/urn%3Ali%3Avideo%3AC5F", states);
    }
}
