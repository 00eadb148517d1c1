//! Publishing. Newnet has no invisible steps: the one call that creates a post is the commit. Whether a lost one had its
//! effect is found out by looking at the account's posts that are newer than the newest one before.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::limits::{CheckReport, TextCount, Violation};
use carillon_domain::post::Draft;
use http::{Method, StatusCode};
use serde_json::json;

use super::errors::{PLATFORM, error_of};
use super::limits;
use super::read::posts;
use super::wire::{Created, NewPost};
use super::{API, DESCRIPTOR, Newnet};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::{CommitSafety, Publisher, Reconciliation};
use crate::kit::errors::{ambiguous, from_send};
use crate::kit::http::{Call, CommitPermit, Safety};

/// Version of what [`Progress::state`] holds.
const STATE: u16 = 1;

#[async_trait]
impl Publisher for Newnet {
    fn check(&self, draft: &Draft, _: &AccountIdentity) -> CheckReport {
        let mut report = CheckReport::default();
        let used = draft.root.text.chars().count() as u64;
        let limit = u64::from(limits::TEXT);
        report.counts.push(TextCount { field: "text".to_owned(), used, limit });
        let mut broken = |field: &str, code: &str, message: String| {
            report.violations.push(Violation::new(field, code, message));
        };
        if draft.root.text.trim().is_empty() {
            broken("text", "missing", "A post on Newnet needs text. Write something.".to_owned());
        }
        if draft.media().next().is_some() {
            broken("media", "unsupported", "Newnet takes no media. Remove them for this account.".to_owned());
        }
        if !draft.parts.is_empty() {
            broken("parts", "unsupported", "Newnet has no threads. Make it one post.".to_owned());
        }
        if draft.first_comment.is_some() {
            broken("first_comment", "unsupported", "Newnet has no comments. Remove it.".to_owned());
        }
        for name in draft.options.keys() {
            broken(
                &format!("options.{name}"),
                "unsupported",
                format!("Newnet has no option {name}. Remove it."),
            );
        }
        if used > limit {
            let message =
                format!("A post on Newnet has up to {limit} characters, this one has {used}. Shorten it.");
            report.violations.push(Violation::new("text", "too_long", message).with_limit(limit, used));
        }
        report
    }

    fn start(&self, _: &Cx<'_>, draft: &Draft) -> Result<Progress, ConnectorError> {
        Ok(Progress::new(STATE, draft.units(), json!({ "newest": null })))
    }

    async fn advance(
        &self,
        cx: &Cx<'_>,
        _: &Draft,
        mut progress: Progress,
    ) -> Result<Progress, ConnectorError> {
        let (Stage::Preparing { unit } | Stage::Processing { unit, .. }) = progress.stage else {
            return Ok(progress);
        };
        // Where to stop looking, should the answer get lost.
        progress.state["newest"] = json!(posts(cx, None).await?.posts.first().map(|post| &post.id));
        Ok(progress.at(Stage::Ready { unit }))
    }

    fn commit_safety(&self, _: &Draft, _: u16) -> CommitSafety {
        CommitSafety::Reconcilable
    }

    async fn commit(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: Progress,
        permit: CommitPermit,
    ) -> Result<Progress, ConnectorError> {
        let Stage::Committing { unit, .. } = progress.stage else { return Ok(progress) };
        let url = format!("{}/posts", cx.settings.endpoint(&DESCRIPTOR, API));
        let call = Call::post("posts.create", Safety::Unsafe, url)
            .bearer(&cx.credential.access_token)
            .json(&NewPost { text: &draft.root.text });
        let sent = cx.http.commit(call, permit).await;
        let reply = sent.map_err(|error| from_send(PLATFORM, "posts.create", Safety::Unsafe, error))?;
        if reply.status != StatusCode::CREATED {
            return Err(error_of("posts.create", Safety::Unsafe, &reply, cx.clock.now()));
        }
        let created: Created = reply.json().map_err(|_| ambiguous(PLATFORM, "posts.create", &reply, None))?;
        Ok(progress.committed(unit, created.id, None, cx.clock.now()))
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
        let newest = progress.state["newest"].as_str();
        let mut cursor = None;
        'pages: loop {
            let page = posts(cx, cursor.as_deref()).await?;
            for post in page.posts {
                if Some(post.id.as_str()) == newest {
                    break 'pages;
                }
                if post.text == draft.root.text {
                    let found = progress.clone().committed(unit, post.id, None, post.at);
                    return Ok(Reconciliation::Found(found));
                }
            }
            let Some(next) = page.next else { break };
            cursor = Some(next.to_string());
        }
        let settled = since + limits::SETTLES_AFTER;
        if cx.clock.now() < settled {
            let evidence = "The post is not among the account's newest posts yet.".to_owned();
            return Ok(Reconciliation::Unknown { look_again_at: Some(settled), evidence });
        }
        Ok(Reconciliation::absent(progress.clone().at(Stage::Preparing { unit }), None))
    }

    async fn delete(&self, cx: &Cx<'_>, remote_id: &str) -> Result<(), ConnectorError> {
        let url = format!("{}/posts/{remote_id}", cx.settings.endpoint(&DESCRIPTOR, API));
        let call = Call::new("posts.delete", Safety::Unsafe, Method::DELETE, url);
        let sent = cx.http.send(call.bearer(&cx.credential.access_token)).await;
        let reply = sent.map_err(|error| from_send(PLATFORM, "posts.delete", Safety::Unsafe, error))?;
        if reply.status.is_success() || reply.status == StatusCode::NOT_FOUND {
            return Ok(());
        }
        Err(error_of("posts.delete", Safety::Unsafe, &reply, cx.clock.now()))
    }
}
