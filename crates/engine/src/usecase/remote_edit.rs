//! Giving what is public another text at its network.
//!
//! The saved text follows only after the network took the new one, so that the post's page never shows what nobody can read. The
//! call has no second effect when it is repeated: whoever gets no answer sends the same text again.

use carillon_connectors::contract::connector::Connector;
use carillon_connectors::contract::publisher::{CANNOT_EDIT, Editor};
use carillon_domain::composition::Composition;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::error::AppError;
use carillon_domain::filling::Filled;
use carillon_domain::id::{AccountId, PublicationId};
use carillon_domain::permission::Permission;
use carillon_domain::post::Draft;
use carillon_domain::publication::{PublicationState, UnitReport};
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::post;
use carillon_store::repo::publication::{self, PublicationRow};

use super::posts::{PublicationView, as_error, check_composition, fill_in_late, fingerprint};
use super::publications;
use super::remote::Reach;
use super::sending::is_being_sent;
use crate::{Actor, Engine};

/// Gives the root of a public publication this text, at the network and then here.
///
/// # Errors
/// [`AppError::Conflict`] when it is not public, or can't be changed there; [`AppError::Invalid`] with everything that the network
/// would refuse; what the network itself answered.
pub async fn edit(
    engine: &Engine,
    actor: &Actor,
    id: PublicationId,
    text: String,
) -> Result<PublicationView, AppError> {
    actor.require(Permission::Publish)?;
    let found = publication::find(&engine.db, actor.workspace, id).await?;
    let row = found.ok_or(AppError::NotFound { what: "publication" })?;
    let remote_id = public_root(&row)?.to_owned();
    let gone = || refusal("account_erased", "The account is no longer here. Change the post at the network.");
    let account = account::find(&engine.db, row.workspace, row.account).await?.ok_or_else(gone)?;
    let editor = editor(engine, &row)?;
    let (draft, filled) = judged(engine, actor, (&row, &account), &text).await?;
    if let Some(error) = editor.refusal(&draft.options) {
        return Err(refused(error));
    }
    let mut reach = Reach::of(engine, &account).await?;
    let mut answer = editor.edit(&reach.cx(), &remote_id, &draft).await;
    if reach.again(&answer).await? {
        answer = editor.edit(&reach.cx(), &remote_id, &draft).await;
    }
    answer.map_err(refused)?;
    save(engine, &row, (text, filled), fingerprint(&draft)).await?;
    engine.events.publication_changed(row.workspace, row.post, id);
    publications::get(engine, actor, id).await
}

/// Whether the text of this publication can be changed at its network, for whoever offers it.
pub fn is_editable(engine: &Engine, composition: &Composition, view: &PublicationView) -> bool {
    let public = view.state == PublicationState::Published && view.deleted_at.is_none();
    let editor = engine.networks.enabled(&view.platform).ok().and_then(editor_of);
    let own = composition.overrides.get(&view.account);
    let bears_it = |editor: &dyn Editor| own.is_none_or(|own| editor.refusal(&own.options).is_none());
    public && view.remote_id.is_some() && editor.is_some_and(bears_it)
}

/// The network's id of what is public now.
fn public_root(row: &PublicationRow) -> Result<&str, AppError> {
    let root = row.units.iter().find(|unit| unit.index == 0);
    if row.state != PublicationState::Published || !root.is_some_and(UnitReport::is_there) {
        return Err(refusal(
            "not_published",
            "Only what is public at the network can be changed there. Change the post itself instead.",
        ));
    }
    if is_being_sent(row) {
        return Err(refusal(
            "already_sending",
            "A part of it is being sent right now. Change it again in a moment.",
        ));
    }
    let unnamed = "Carillon does not know under which name the network keeps this post, because a person said that it \
                   is public. Change it at the network.";
    row.remote_id.as_deref().ok_or_else(|| refusal("unnamed", unnamed))
}

fn editor(engine: &Engine, row: &PublicationRow) -> Result<&'static dyn Editor, AppError> {
    let connector = engine.networks.enabled(&row.platform)?;
    editor_of(connector).ok_or_else(|| {
        let title = connector.descriptor().title;
        let place = row.remote_url.as_ref().map(|url| format!(": {url}")).unwrap_or_default();
        let why = format!("{title} lets no program change posts. Change it there by hand{place}");
        refusal(CANNOT_EDIT, &why)
    })
}

fn editor_of(connector: &'static dyn Connector) -> Option<&'static dyn Editor> {
    connector.publisher().and_then(|publisher| publisher.editor())
}

/// The draft that was published, with the new text, if the network would take that. Its rules for the rest may have changed since; what is
/// public already is not judged again. With what it is filled in, too.
async fn judged(
    engine: &Engine,
    actor: &Actor,
    (row, account): (&PublicationRow, &AccountRow),
    text: &str,
) -> Result<(Draft, Option<Filled>), AppError> {
    let found = post::find(&engine.db, row.workspace, row.post).await?;
    let mut post = found.ok_or(AppError::NotFound { what: "post" })?;
    post.composition.overrides.entry(row.account).or_default().text = Some(text.to_owned());
    fill_in_late(engine, &mut post, account);
    let mut checks = check_composition(engine, actor, &post.composition, &[row.account]).await?;
    let check = checks.pop().ok_or(AppError::NotFound { what: "account" })?;
    let found = check.report.violations.into_iter().filter(|found| found.field == "text");
    let errors: Vec<_> = found.map(|found| as_error(&check.account, found)).collect();
    let filled = post.composition.filled.remove(&row.account);
    if errors.is_empty() { Ok((check.draft, filled)) } else { Err(AppError::Invalid(errors)) }
}

/// Keeps the text that is public now.
async fn save(
    engine: &Engine,
    row: &PublicationRow,
    (text, filled): (String, Option<Filled>),
    fingerprint: String,
) -> Result<(), AppError> {
    let (workspace, id, now) = (row.workspace, row.id, engine.clock.now());
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let found = publication::find_locked(tx, workspace, id).await?;
                let mut row = found.ok_or(AppError::NotFound { what: "publication" })?;
                let seen = row.seen();
                if let Some(root) = row.units.iter_mut().find(|unit| unit.index == 0) {
                    root.edited_at = Some(now);
                }
                row.fingerprint = fingerprint;
                row.updated_at = now;
                if !publication::save_edit(tx, &row, seen).await? {
                    return Err(refusal(
                        "changed",
                        "The network has the new text, but the post was changed here at the same moment. Send the same text again.",
                    ));
                }
                let others = publication::of_post(&mut *tx, workspace, row.post).await?;
                let alone = others.iter().all(|other| other.id == id);
                let found = post::find(&mut *tx, workspace, row.post).await?;
                let mut post = found.ok_or(AppError::NotFound { what: "post" })?;
                rewrite(&mut post.composition, row.account, text, alone);
                post.composition.filled.extend(filled.map(|filled| (row.account, filled)));
                post.version += 1;
                post.updated_at = now;
                post::update(tx, &post).await?;
                Ok(())
            })
        })
        .await
}

/// The text of one account. Where the post goes nowhere else, it is the text of the post.
fn rewrite(composition: &mut Composition, account: AccountId, text: String, alone: bool) {
    if !alone {
        composition.overrides.entry(account).or_default().text = Some(text);
        return;
    }
    composition.text = text;
    if let Some(own) = composition.overrides.get_mut(&account) {
        own.text = None;
    }
}

/// What the network's answer means for the person who is waiting.
fn refused(mut error: ConnectorError) -> AppError {
    if error.code == CANNOT_EDIT {
        return refusal(CANNOT_EDIT, &format!("{} {}", error.cause, error.action));
    }
    if matches!(error.kind, ErrorKind::Transient | ErrorKind::Ambiguous) {
        "Send the same text again in a moment; twice does no harm.".clone_into(&mut error.action);
    }
    error.into()
}

fn refusal(code: &'static str, message: &str) -> AppError {
    AppError::Conflict { code, message: message.to_owned() }
}
