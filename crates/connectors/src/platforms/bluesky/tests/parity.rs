//! Raw requests with the answers that the reference server gives. The sandbox must give the same ones; `peers.rs` asks a
//! real server too, so that this list stays true.

use bytes::Bytes;
use carillon_domain::secret::Secret;
use serde_json::{Value, json};

use super::{bench, bench_session};
use crate::kit::http::{Body, Call, Http, Safety};

/// Where and as whom to ask.
pub struct Asker<'a> {
    pub http: &'a Http,
    pub base: &'a str,
    pub did: &'a str,
    pub access: Secret,
    pub refresh: Secret,
}

impl Asker<'_> {
    fn call(&self, nsid: &str) -> Call {
        Call::post("probe", Safety::Invisible, format!("{}/xrpc/{nsid}", self.base))
    }

    fn get(&self, nsid: &str, query: &[(&str, &str)]) -> Call {
        Call::get("probe", format!("{}/xrpc/{nsid}", self.base)).query(query.iter().copied())
    }

    fn write(&self, nsid: &str, rkey: &str, record: Value, more: Value) -> Call {
        let mut input =
            json!({ "repo": self.did, "collection": "app.bsky.feed.post", "rkey": rkey, "record": record });
        if let (Some(input), Value::Object(more)) = (input.as_object_mut(), more) {
            input.extend(more);
        }
        self.call(nsid).bearer(&self.access).json(&input)
    }

    fn put(&self, record: Value) -> Call {
        self.write("com.atproto.repo.putRecord", "3jzfcijpj2z2a", record, json!({}))
    }

    async fn ask(&self, call: Call) -> (u16, Value) {
        let reply = self.http.send(call).await.expect("an answer");
        (reply.status.as_u16(), reply.json().unwrap_or_default())
    }

    /// Sends a call that must be refused so; of the message only the beginning is compared, as ids differ.
    async fn refused(&self, call: Call, status: u16, error: &str, message: &str) {
        let url = call.url.clone();
        let (got, body) = self.ask(call).await;
        let said = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        assert_eq!((got, said("error").as_str()), (status, error), "{url}: {body}");
        assert!(said("message").starts_with(message), "{url}: {body} instead of {message}");
    }

    async fn taken(&self, call: Call) -> Value {
        let (status, body) = self.ask(call).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn upload(&self, bytes: &'static [u8], mime: &str) -> Value {
        let call = self.call("com.atproto.repo.uploadBlob").bearer(&self.access);
        self.taken(call.body(mime, Body::Bytes(Bytes::from_static(bytes)))).await["blob"].clone()
    }
}

fn post(change: Value) -> Value {
    let mut post =
        json!({ "$type": "app.bsky.feed.post", "text": "hi", "createdAt": "2026-11-20T10:00:00.000Z" });
    if let (Some(post), Value::Object(change)) = (post.as_object_mut(), change) {
        post.extend(change);
        post.retain(|_, value| !value.is_null());
    }
    post
}

/// Asks everything.
pub async fn walk(asker: &Asker<'_>) {
    records(asker).await;
    blobs(asker).await;
    keys_and_swaps(asker).await;
    reading(asker).await;
    sessions(asker).await;
}

async fn records(asker: &Asker<'_>) {
    const POST: &str = "Invalid app.bsky.feed.post record: ";
    for (change, message) in [
        (json!({"text": "é".repeat(301)}), "grapheme too big (maximum 300, got 301) at $.record.text"),
        (json!({"text": "x".repeat(3001)}), "string too big (maximum 3000, got 3001) at $.record.text"),
        (json!({"langs": ["en", "de", "fr", "el"]}), "array too big (maximum 3, got 4) at $.record.langs"),
        (json!({"langs": ["not a lang"]}), "Invalid language (got \"not a lang\") at $.record.langs[0]"),
        (json!({"text": null}), "Missing required key \"text\" at $.record"),
        (json!({"createdAt": null}), "Missing required key \"createdAt\" at $.record"),
        (json!({"createdAt": "yesterday"}), "Invalid datetime (got \"yesterday\") at $.record.createdAt"),
        (json!({"text": 5}), "Expected string value type (got 5) at $.record.text"),
        (json!({"tags": vec!["x"; 9]}), "array too big (maximum 8, got 9) at $.record.tags"),
        (
            json!({"embed": {"$type": "app.bsky.embed.external", "external": {"uri": "nope", "title": "x", "description": ""}}}),
            "Invalid uri (got \"nope\") at $.record.embed.external.uri",
        ),
        (
            json!({"embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://x.y", "title": "x"}}}),
            "Missing required key \"description\" at $.record.embed.external",
        ),
        (
            json!({"reply": {"root": {"uri": "x", "cid": "y"}, "parent": {"uri": "x", "cid": "y"}}}),
            "Invalid at-uri (got \"x\") at $.record.reply.root.uri",
        ),
        (
            json!({"facets": [{"index": {"byteStart": -1, "byteEnd": 2}, "features": []}]}),
            "integer too small (minimum 0, got -1) at $.record.facets[0].index.byteStart",
        ),
        (
            json!({"facets": [{"index": {"byteStart": 0, "byteEnd": 2}, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "x"}]}]}),
            "Invalid DID (got \"x\") at $.record.facets[0].features[0].did",
        ),
    ] {
        asker.refused(asker.put(post(change)), 400, "InvalidRequest", &format!("{POST}{message}")).await;
    }
    let like = asker.put(post(json!({"$type": "app.bsky.feed.like"})));
    asker
        .refused(
            like,
            400,
            "InvalidRequest",
            "Invalid $type: expected app.bsky.feed.post, got app.bsky.feed.like",
        )
        .await;
    // Nobody compares facets with the text.
    let wild = json!({"text": "x", "facets": [{"index": {"byteStart": 5, "byteEnd": 900}, "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "x"}]}]});
    asker.taken(asker.write("com.atproto.repo.putRecord", "3jzfcijpj2z23", post(wild), json!({}))).await;
}

async fn blobs(asker: &Asker<'_>) {
    const POST: &str = "Invalid app.bsky.feed.post record: ";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0 not much of a picture";
    let jpeg = asker.upload(JPEG, "text/plain").await;
    assert_eq!(
        (&jpeg["mimeType"], &jpeg["size"]),
        (&json!("image/jpeg"), &json!(JPEG.len())),
        "sniffed, not believed"
    );
    let text = asker.upload(b"hello", "text/plain").await;
    assert_eq!(text["ref"]["$link"], "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq");
    let image = |blob: &Value| json!({ "image": blob, "alt": "a" });
    let images = |images: Vec<Value>| {
        asker.put(post(json!({ "embed": { "$type": "app.bsky.embed.images", "images": images } })))
    };
    let many = images(vec![image(&jpeg); 5]);
    let message = format!("{POST}array too big (maximum 4, got 5) at $.record.embed.images");
    asker.refused(many, 400, "InvalidRequest", &message).await;
    let message =
        format!("{POST}Expected \"image/*\" (got \"text/plain\") at $.record.embed.images[0].image.mimeType");
    asker.refused(images(vec![image(&text)]), 400, "InvalidRequest", &message).await;
    let message = format!("{POST}Missing required key \"alt\" at $.record.embed.images[0]");
    asker.refused(images(vec![json!({ "image": jpeg })]), 400, "InvalidRequest", &message).await;
    let flat = json!({ "image": jpeg, "alt": "", "aspectRatio": { "width": 0, "height": 1 } });
    let message =
        format!("{POST}integer too small (minimum 1, got 0) at $.record.embed.images[0].aspectRatio.width");
    asker.refused(images(vec![flat]), 400, "InvalidRequest", &message).await;
    let mut unknown = jpeg.clone();
    unknown["ref"]["$link"] = json!("bafkreibabalobzn6cd366ukcsjycp4yymjymgfxcv6xczmlgpemzkz3cfa");
    asker
        .refused(images(vec![image(&unknown)]), 400, "BlobNotFound", "Could not find blob: bafkreibabalobzn6")
        .await;
    let mut other = jpeg.clone();
    other["mimeType"] = json!("image/png");
    asker
        .refused(images(vec![image(&other)]), 400, "InvalidMimeType", "Referenced Mimetype does not match")
        .await;
    let mut smaller = jpeg.clone();
    smaller["size"] = json!(1);
    asker.refused(images(vec![image(&smaller)]), 400, "InvalidSize", "Referenced Size does not match").await;
    let video = asker.put(post(json!({ "embed": { "$type": "app.bsky.embed.video", "video": jpeg } })));
    let message =
        format!("{POST}Expected \"video/mp4\" (got \"image/jpeg\") at $.record.embed.video.mimeType");
    asker.refused(video, 400, "InvalidRequest", &message).await;
}

async fn keys_and_swaps(asker: &Asker<'_>) {
    const PUT: &str = "com.atproto.repo.putRecord";
    for bad in ["abc", "zzzzzzzzzzzzz"] {
        let message =
            format!("Invalid record key for app.bsky.feed.post: Invalid TID string (got \"{bad}\")");
        asker
            .refused(asker.write(PUT, bad, post(json!({})), json!({})), 400, "InvalidRequest", &message)
            .await;
    }
    let first = asker.taken(asker.put(post(json!({})))).await;
    assert!(first["commit"]["cid"].is_string());
    assert_eq!(first["validationStatus"], "valid");
    let again = asker.taken(asker.put(post(json!({})))).await;
    assert_eq!((&again["uri"], &again["cid"], again.get("commit")), (&first["uri"], &first["cid"], None));
    let key = "3jzfcijpj2z2a";
    let absent = json!({ "swapRecord": null });
    let same = asker.taken(asker.write(PUT, key, post(json!({})), absent.clone())).await;
    assert_eq!((&same["cid"], same.get("commit")), (&first["cid"], None));
    let other = asker.write(PUT, key, post(json!({"text": "other"})), absent);
    asker.refused(other, 400, "InvalidSwap", "Record was at bafyrei").await;
    let wrong = json!({ "swapRecord": "bafyreibabalobzn6cd366ukcsjycp4yymjymgfxcv6xczmlgpemzkz3cfa" });
    let other = asker.write(PUT, key, post(json!({"text": "other"})), wrong);
    asker.refused(other, 400, "InvalidSwap", "Record was at bafyrei").await;
    let create = asker.write("com.atproto.repo.createRecord", key, post(json!({})), json!({}));
    asker.refused(create, 500, "InternalServerError", "Internal Server Error").await;
    let none = asker
        .call(PUT)
        .bearer(&asker.access)
        .json(&json!({"repo": asker.did, "collection": "app.bsky.feed.post", "rkey": key}));
    asker.refused(none, 400, "InvalidRequest", "Missing required key \"record\" at $").await;
    let elsewhere = json!({ "repo": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" });
    asker
        .refused(
            asker.write(PUT, key, post(json!({})), elsewhere),
            403,
            "AccountNotFound",
            "Account not found",
        )
        .await;
    let junk = asker
        .call(PUT)
        .bearer(&asker.access)
        .body("application/json", Body::Bytes(vec![b'x'; 1_200_000].into()));
    asker.refused(junk, 413, "PayloadTooLargeError", "request entity too large").await;
    let nsid = asker.write(PUT, key, post(json!({})), json!({ "collection": "nope" }));
    asker.refused(nsid, 400, "InvalidRequest", "Invalid NSID (got \"nope\") at $.collection").await;
    for commit in [true, false] {
        let gone = asker.call("com.atproto.repo.deleteRecord").bearer(&asker.access);
        let gone = gone.json(&json!({ "repo": asker.did, "collection": "app.bsky.feed.post", "rkey": key }));
        assert_eq!(asker.taken(gone).await.get("commit").is_some(), commit);
    }
}

async fn reading(asker: &Asker<'_>) {
    let address = [("repo", asker.did), ("collection", "app.bsky.feed.post"), ("rkey", "3jzfcijpj2zzz")];
    let get = asker.get("com.atproto.repo.getRecord", &address);
    asker.refused(get, 400, "RecordNotFound", &format!("Could not locate record: at://{}", asker.did)).await;
    let unknown = [("repo", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"), ("collection", "app.bsky.feed.post")];
    let list = asker.get("com.atproto.repo.listRecords", &unknown);
    asker.refused(list, 400, "InvalidRequest", "Could not find repo: did:plc:aaaaaaaaaaaaaaaaaaaaaaaa").await;
    let list = asker.get("com.atproto.repo.listRecords", &[("repo", asker.did), address[1], ("limit", "1")]);
    let page = asker.taken(list).await;
    let key = page["records"][0]["uri"].as_str().and_then(|u| u.rsplit('/').next());
    assert_eq!(page["cursor"].as_str(), key);
    let handle = asker.get("com.atproto.identity.resolveHandle", &[("handle", "nobody.test")]);
    asker.refused(handle, 400, "InvalidRequest", "Unable to resolve handle").await;
    let profile = asker.get("app.bsky.actor.getProfile", &[("actor", asker.did)]);
    asker.refused(profile, 401, "AuthMissing", "Authentication Required").await;
}

async fn sessions(asker: &Asker<'_>) {
    let create = |input: Value| asker.call("com.atproto.server.createSession").json(&input);
    let wrong = create(json!({ "identifier": asker.did, "password": "aaaa-bbbb-cccc-dddd" }));
    asker.refused(wrong, 401, "AuthenticationRequired", "Invalid identifier or password").await;
    let half = create(json!({ "identifier": asker.did }));
    asker.refused(half, 400, "InvalidRequest", "Missing required key \"password\" at $").await;
    let show = || asker.get("com.atproto.server.getSession", &[]);
    asker.refused(show(), 401, "AuthMissing", "Authentication Required").await;
    asker
        .refused(show().bearer(&Secret::new("x.y.z")), 400, "InvalidToken", "Token could not be verified")
        .await;
    asker.refused(show().bearer(&asker.refresh), 400, "InvalidToken", "Invalid token type").await;
    let renew = |token: &Secret| asker.call("com.atproto.server.refreshSession").bearer(token);
    asker.refused(renew(&asker.access), 400, "InvalidToken", "Invalid token type").await;
    let pair = asker.taken(renew(&asker.refresh)).await;
    let again = asker.taken(renew(&asker.refresh)).await;
    assert_eq!(pair["refreshJwt"].is_string(), again["refreshJwt"].is_string());
    let newest = Secret::new(pair["refreshJwt"].as_str().expect("a token"));
    let end = asker.call("com.atproto.server.deleteSession").bearer(&newest);
    assert!(asker.http.send(end).await.expect("an answer").status.is_success());
    asker.refused(renew(&newest), 400, "ExpiredToken", "Token has been revoked").await;
}

#[tokio::test]
async fn the_sandbox_answers_like_the_reference_server() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    let asker = Asker {
        http: &bench.http,
        base: session.account.server.as_deref().expect("a server"),
        did: &session.account.remote_id,
        access: credential.access_token,
        refresh: credential.refresh_token.expect("a token"),
    };
    walk(&asker).await;
}

#[tokio::test]
async fn points_are_counted_and_told() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    let base = session.account.server.clone().expect("a server");
    let put = |n: u32| {
        let record = post(json!({ "text": format!("{n}") }));
        let input = json!({ "repo": session.account.remote_id, "collection": "app.bsky.feed.post", "rkey": "3jzfcijpj2z2a", "record": record });
        let url = format!("{base}/xrpc/com.atproto.repo.putRecord");
        Call::post("putRecord", Safety::Invisible, url).bearer(&credential.access_token).json(&input)
    };
    let mut written = 0;
    let refused = loop {
        let reply = bench.http.send(put(written)).await.expect("an answer");
        if reply.status == 429 {
            break reply;
        }
        assert!(reply.status.is_success(), "{}", reply.snippet(200));
        written += 1;
        if written % 1000 == 0 {
            // The address's own budget (3000 in five minutes) must not be what ends it.
            bench.clock.advance(std::time::Duration::from_secs(310));
        }
    };
    assert_eq!(written, 2500, "2 of 5000 points each");
    assert_eq!(refused.header("ratelimit-policy"), Some("5000;w=3600"));
    assert_eq!(refused.header("ratelimit-remaining"), Some("0"));
    let wait: u64 = refused.header("retry-after").expect("a time").parse().expect("seconds");
    bench.clock.advance(std::time::Duration::from_secs(wait));
    assert!(bench.http.send(put(written)).await.expect("an answer").status.is_success());
}
