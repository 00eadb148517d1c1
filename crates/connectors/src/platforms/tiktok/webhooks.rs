//! What TikTok tells of accounts. Sources: developers.tiktok.com, "Webhooks Overview", "Webhooks Events" and "Webhooks Verification" (Nov 2026).

use carillon_domain::time::{SignedDuration, Timestamp};
use http::Method;
use serde::Deserialize;

use super::TikTok;
use crate::contract::webhooks::{Address, Deaf, Event, Heard, HookCx, Incoming, Webhooks, What};
use crate::kit::signature;

const SIGNATURE: &str = "tiktok-signature";

/// The setting that holds what TikTok signs with.
const SECRET: &str = "client_secret";

/// How old a delivery may be, and how far ahead its clock. TikTok leaves the number to us.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// A delivery. What it is about stands in another text of JSON, which nothing here needs: the network is asked.
#[derive(Debug, Deserialize)]
struct Delivery {
    event: String,
    /// Unix seconds.
    create_time: i64,
    user_openid: String,
}

impl Webhooks for TikTok {
    fn hear(&self, cx: HookCx<'_>, incoming: &Incoming) -> Result<Heard, Deaf> {
        if incoming.address != Address::Events || incoming.method != Method::POST {
            return Err(Deaf::NoSuchAddress);
        }
        let secret = cx.settings.secret(SECRET).ok_or(Deaf::NotSetUp(SECRET))?;
        let (signed_at, proof) = incoming.header(SIGNATURE).and_then(parts).ok_or(Deaf::Forged)?;
        let given = hex::decode(proof).map_err(|_| Deaf::Forged)?;
        let message = [signed_at.as_bytes(), b".".as_slice(), &incoming.body[..]];
        if !signature::is_sha256(secret, &message, &given) || !is_fresh(signed_at, cx.now) {
            return Err(Deaf::Forged);
        }
        let delivery: Delivery = serde_json::from_slice(&incoming.body).map_err(|_| Deaf::Unreadable)?;
        let what = what(&delivery)?;
        let event = |what| Event { remote_id: delivery.user_openid.clone(), what };
        Ok(Heard::Events(what.map(event).into_iter().collect()))
    }

    fn signature_header(&self) -> &'static str {
        SIGNATURE
    }
}

/// Time and proof in `t=1633174587,s=18494715036ac441…`.
fn parts(header: &str) -> Option<(&str, &str)> {
    let part =
        |name: &str| header.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    Some((part("t")?, part("s")?))
}

/// A delivery that somebody kept and sends again is none.
fn is_fresh(signed_at: &str, now: Timestamp) -> bool {
    let at = signed_at.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    at.is_some_and(|at| now.duration_since(at).abs() <= TOLERANCE)
}

fn what(delivery: &Delivery) -> Result<Option<What>, Deaf> {
    Ok(match delivery.event.as_str() {
        "authorization.removed" => {
            let at = Timestamp::from_second(delivery.create_time).map_err(|_| Deaf::Unreadable)?;
            Some(What::Removed(at))
        }
        "post.publish.failed"
        | "post.publish.complete"
        | "post.publish.inbox_delivered"
        | "post.publish.publicly_available"
        | "video.upload.failed"
        | "video.publish.completed" => Some(What::Processed),
        // The misspelling is TikTok's.
        "post.publish.no_longer_publicaly_available" => Some(What::Changed),
        _ => None,
    })
}
