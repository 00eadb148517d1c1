//! The connector of the toy network, sound and with flaws that the suite must find.

use std::time::Duration;

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::limits::{CheckReport, TextCount, Violation};
use carillon_domain::post::{Draft, Unit};
use http::Method;
use serde_json::{Value, json};

use crate::contract::authorizer::*;
use crate::contract::capability::{self, Capabilities, MediaRules, PostKind, TextRule, TextUnit};
use crate::contract::connector::{Accepts, Connector, Descriptor, EndpointSetting, Setting};
use crate::contract::cx::Cx;
use crate::contract::errand::{Errand, Errands};
use crate::contract::insights::Insights;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::{CommitSafety, Publisher, Reconciliation};
use crate::contract::reader::Reader;
use crate::contract::webhooks::Webhooks;
use crate::kit::errors::{self, epoch_header};
use crate::kit::http::{Call, CommitPermit, Reply, Safety};
use crate::kit::upload;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    None,
    /// Takes a lost answer for a failure that is certain.
    Hasty,
    /// Never finds what it looks for.
    Forgetful,
    /// Says that an absence proves nothing, and takes it for a proof.
    Credulous,
    /// Knows no limits.
    Limitless,
    /// Keeps the token in its progress.
    Leaky,
    /// Publishes without a permit.
    Sneaky,
    /// Offers numbers that never come.
    Boastful,
    /// Says every number twice.
    Doubling,
    /// Says of no operation what it is for.
    Mute,
}

pub(crate) struct Toy(pub(super) Flaw);

pub(crate) static SOUND: Toy = Toy(Flaw::None);
pub(crate) static HASTY: Toy = Toy(Flaw::Hasty);
pub(crate) static FORGETFUL: Toy = Toy(Flaw::Forgetful);
pub(crate) static CREDULOUS: Toy = Toy(Flaw::Credulous);
pub(crate) static LIMITLESS: Toy = Toy(Flaw::Limitless);
pub(crate) static LEAKY: Toy = Toy(Flaw::Leaky);
pub(crate) static SNEAKY: Toy = Toy(Flaw::Sneaky);
pub(crate) static BOASTFUL: Toy = Toy(Flaw::Boastful);
pub(crate) static DOUBLING: Toy = Toy(Flaw::Doubling);
pub(crate) static MUTE: Toy = Toy(Flaw::Mute);

pub(super) const NAME: &str = "toy";

static DESCRIPTOR: Descriptor = described(&[
    (Errand::SignIn, &["oauth."]),
    (Errand::Profile, &["me"]),
    (Errand::Posts, &["posts.list"]),
    (Errand::Numbers, &["numbers", "numbers."]),
    (Errand::Files, &["media."]),
    (Errand::Publish, &["posts.create"]),
    (Errand::Delete, &["posts.delete"]),
]);
static WORDLESS: Descriptor = described(&[]);

const fn described(errands: Errands) -> Descriptor {
    Descriptor {
        name: NAME,
        title: "Toy",
        icon: "toy",
        color: "#335577",
        endpoints: &[EndpointSetting { key: "api_base_url", default: "https://api.toy.example" }],
        settings: &[
            Setting { key: "client_id", secret: false, accepts: Accepts::Text, help: "Identifier." },
            Setting { key: "client_secret", secret: true, accepts: Accepts::Text, help: "Secret." },
        ],
        docs: "",
        errands,
        many_servers: false,
        paid_reads: false,
    }
}

static CAPABILITIES: Capabilities = Capabilities {
    connect: capability::Connect::Oauth { flavours: &["toy"] },
    kinds: &[PostKind::Post],
    text: TextRule { max: 100, unit: TextUnit::Characters, required_without_media: true },
    media: MediaRules {
        max_items: 2,
        required: false,
        mixed: false,
        image_types: &["image/jpeg"],
        image_bytes: 1_000_000,
        video_types: &["video/mp4"],
        video_bytes: 10_000_000,
        video_ms: None,
        documents: None,
        alt_max: 200,
    },
    threads: true,
    polls: false,
    first_comment: true,
    alt_text: true,
    delete: true,
    edit: false,
    options: &[],
    commit_safety: CommitSafety::Reconcilable,
    daily_cap: None,
    prepare_ahead_s: 900,
};

impl Connector for Toy {
    fn descriptor(&self) -> &'static Descriptor {
        if self.0 == Flaw::Mute { &WORDLESS } else { &DESCRIPTOR }
    }
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }
    fn authorizer(&self) -> &dyn Authorizer {
        self
    }
    fn publisher(&self) -> Option<&dyn Publisher> {
        Some(self)
    }
    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }
    fn insights(&self) -> Option<&dyn Insights> {
        Some(self)
    }
    fn webhooks(&self) -> Option<&dyn Webhooks> {
        None
    }
}

pub(super) const BASE: &str = "https://api.toy.example";

/// What an answer means, if it is no success.
pub(super) fn error_of(operation: &str, reply: &Reply, safety: Safety) -> ConnectorError {
    let code =
        reply.json::<Value>().ok().and_then(|v| v["error"].as_str().map(str::to_owned)).unwrap_or_default();
    let kind = match (reply.status.as_u16(), code.as_str()) {
        (401, "expired") => ErrorKind::AuthExpired,
        (401, _) => ErrorKind::AuthRevoked,
        (400, "invalid_grant") => ErrorKind::AuthRevoked,
        (429, _) => ErrorKind::RateLimited { until: epoch_header(&reply.headers, "x-reset") },
        (500.., _) if safety == Safety::Unsafe => ErrorKind::Ambiguous,
        (500.., _) => ErrorKind::Transient,
        _ => ErrorKind::Rejected,
    };
    ConnectorError::new(kind, NAME, operation, &code, "The toy network refused.")
        .with_action("Try something else.")
        .with_remote(errors::remote(reply, Some(&code), None, None))
}

pub(super) async fn ask(cx: &Cx<'_>, call: Call) -> Result<Value, ConnectorError> {
    let (operation, safety) = (call.operation, call.safety);
    let sent = cx.http.send(call.bearer(&cx.credential.access_token)).await;
    let reply = sent.map_err(|e| errors::from_send(NAME, operation, safety, e))?;
    if reply.status.is_success() {
        return Ok(reply.json().unwrap_or(Value::Null));
    }
    Err(error_of(operation, &reply, safety))
}

fn parts(draft: &Draft) -> impl Iterator<Item = (u16, Unit<'_>)> {
    (0..draft.units()).filter_map(|i| draft.unit(i).map(|u| (i, u)))
}

fn text_of(unit: Unit<'_>) -> &str {
    match unit {
        Unit::Part(part) => &part.text,
        Unit::Comment(text) => text,
    }
}

#[async_trait]
impl Publisher for Toy {
    fn check(&self, draft: &Draft, _: &AccountIdentity) -> CheckReport {
        let mut report = CheckReport::default();
        if self.0 == Flaw::Limitless {
            return report;
        }
        for name in draft.options.keys() {
            report.violations.push(Violation::new(format!("options.{name}"), "unsupported", "Remove it."));
        }
        if draft.root.text.is_empty() && draft.root.media.is_empty() {
            report.violations.push(Violation::new("text", "missing", "Write something."));
        }
        for (index, unit) in parts(draft) {
            let field = if index == 0 { "text".to_owned() } else { format!("parts.{}.text", index - 1) };
            let used = text_of(unit).chars().count() as u64;
            report.counts.push(TextCount { field: field.clone(), used, limit: 100 });
            if used > 100 {
                report
                    .violations
                    .push(Violation::new(field, "too_long", "Shorten it.").with_limit(100, used));
            }
            if let Unit::Part(part) = unit
                && part.media.len() > 2
            {
                let too_many = Violation::new("media", "too_many", "Take some away.");
                report.violations.push(too_many.with_limit(2, part.media.len()));
            }
        }
        report
    }

    fn start(&self, cx: &Cx<'_>, draft: &Draft) -> Result<Progress, ConnectorError> {
        let leak = if self.0 == Flaw::Leaky { cx.credential.access_token.expose() } else { "" };
        Ok(Progress::new(1, draft.units(), json!({ "uploads": {}, "leak": leak })))
    }

    async fn advance(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        mut progress: Progress,
    ) -> Result<Progress, ConnectorError> {
        let (Stage::Preparing { unit } | Stage::Processing { unit, .. }) = progress.stage else {
            return Ok(progress);
        };
        if let Some(Unit::Part(part)) = draft.unit(unit) {
            for media in &part.media {
                let key = format!("{unit}/{}", media.id);
                if progress.state["uploads"][&key].is_null() {
                    let body = upload::whole(cx.media, media).await.map_err(|e| {
                        ConnectorError::new(ErrorKind::Transient, NAME, "media.upload", "io", e.to_string())
                    })?;
                    let call = Call::post("media.upload", Safety::Invisible, format!("{BASE}/media"));
                    progress.state["uploads"][&key] =
                        ask(cx, call.body(&media.mime, body)).await?["id"].clone();
                    cx.checkpoint.save(&progress).await?;
                }
                let id = progress.state["uploads"][&key].as_str().unwrap_or_default();
                if ask(cx, Call::get("media.get", format!("{BASE}/media/{id}"))).await?["ready"] != true {
                    return Ok(progress.waiting(unit, Duration::from_secs(1)));
                }
            }
        }
        let newest = ask(cx, Call::get("posts.list", format!("{BASE}/posts"))).await?;
        progress.state["newest"] = newest["posts"][0]["id"].clone();
        Ok(progress.at(Stage::Ready { unit }))
    }

    fn commit_safety(&self, _: &Draft, _: u16) -> CommitSafety {
        if self.0 == Flaw::Credulous { CommitSafety::Answered } else { CommitSafety::Reconcilable }
    }

    async fn commit(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: Progress,
        permit: CommitPermit,
    ) -> Result<Progress, ConnectorError> {
        let Stage::Committing { unit, .. } = progress.stage else { return Ok(progress) };
        let call = Call::post("posts.create", Safety::Unsafe, format!("{BASE}/posts"))
            .bearer(&cx.credential.access_token)
            .json(&body(draft, &progress, unit));
        let sent = if self.0 == Flaw::Sneaky {
            cx.http.send(call).await
        } else {
            cx.http.commit(call, permit).await
        };
        let safety = if self.0 == Flaw::Hasty { Safety::Read } else { Safety::Unsafe };
        let reply = sent.map_err(|e| errors::from_send(NAME, "posts.create", safety, e))?;
        if reply.status != http::StatusCode::CREATED {
            return Err(error_of("posts.create", &reply, safety));
        }
        let id = reply.json::<Value>().ok().and_then(|v| v["id"].as_str().map(str::to_owned));
        let id = id.ok_or_else(|| errors::ambiguous(NAME, "posts.create", &reply, None))?;
        Ok(progress.committed(unit, id, None, cx.clock.now()))
    }

    async fn reconcile(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: &Progress,
    ) -> Result<Reconciliation, ConnectorError> {
        let Stage::Committing { unit, since } = progress.stage else {
            return Ok(Reconciliation::absent(progress.clone(), None));
        };
        let wanted = body(draft, progress, unit);
        let mut cursor = 0;
        loop {
            let page = ask(cx, Call::get("posts.list", format!("{BASE}/posts?cursor={cursor}"))).await?;
            for post in page["posts"].as_array().into_iter().flatten() {
                if post["id"] == progress.state["newest"] || self.0 == Flaw::Forgetful {
                    break;
                }
                if post["text"] == wanted["text"] && post["reply_to"] == wanted["reply_to"] {
                    let id = post["id"].as_str().unwrap_or_default().to_owned();
                    return Ok(Reconciliation::Found(progress.clone().committed(
                        unit,
                        id,
                        None,
                        cx.clock.now(),
                    )));
                }
            }
            match page["next"].as_u64() {
                Some(next) => cursor = next,
                None => break,
            }
        }
        let settled = since + Duration::from_secs(60);
        if cx.clock.now() < settled {
            let evidence = "It is not among the account's posts yet.".to_owned();
            return Ok(Reconciliation::Unknown { look_again_at: Some(settled), evidence });
        }
        Ok(Reconciliation::absent(progress.clone().at(Stage::Preparing { unit }), None))
    }

    async fn delete(&self, cx: &Cx<'_>, remote_id: &str) -> Result<(), ConnectorError> {
        let call =
            Call::new("posts.delete", Safety::Unsafe, Method::DELETE, format!("{BASE}/posts/{remote_id}"));
        match ask(cx, call).await {
            Err(error) if error.remote.status == Some(404) => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

fn body(draft: &Draft, progress: &Progress, unit: u16) -> Value {
    let id_of = |index: u16| progress.units.get(usize::from(index)).and_then(|u| u.remote_id.clone());
    let Some(part) = draft.unit(unit) else { return Value::Null };
    let (media, parent) = match part {
        Unit::Part(part) => {
            let attach = |m: &carillon_domain::media::MediaInfo| json!({ "id": progress.state["uploads"][format!("{unit}/{}", m.id)], "alt": m.alt });
            (part.media.iter().map(attach).collect(), unit.checked_sub(1).and_then(id_of))
        }
        Unit::Comment(_) => (Vec::new(), id_of(0)),
    };
    json!({ "text": text_of(part), "media": media, "reply_to": parent })
}
