//! What members typed into the composer and did not save yet (ADR 0059). It is theirs alone: no other member and no token gets to
//! see it, whatever their role.

use carillon_domain::error::AppError;
use carillon_domain::id::{PostId, UserId};
use carillon_domain::permission::Permission;
use carillon_domain::time::SignedDuration;
use carillon_store::StoreError;
use carillon_store::repo::unsaved_post::{self, FormRef, FormState};
pub use carillon_store::repo::unsaved_post::{Kept, UnsavedRow};

use crate::{Actor, Engine};

/// Most forms that are kept of one member in one workspace; older ones go first.
pub const MOST: i64 = 50;

/// Most bytes of one form.
pub const MOST_BYTES: usize = 512 << 10;

/// So long after the last key what was typed is kept.
const KEEP: SignedDuration = SignedDuration::from_hours(30 * 24);

/// So long it is known that nothing is left of a form. What was sent before is then long here, or lost.
const KNOW: SignedDuration = SignedDuration::from_hours(24);

/// Digits of the number of a form.
const DIGITS: usize = 32;

/// The number of a form, which it is given when it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormNumber(String);

impl FormNumber {
    /// Reads it; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let is_number = text.len() == DIGITS && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is_number.then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was typed into a form.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The post that is changed; `None`: a new one.
    pub post: Option<PostId>,
    /// Which state of the form; a later one has a larger number.
    pub seq: u32,
    /// Names and values, in the form's order; `None`: nothing is left in it.
    pub fields: Option<Vec<(String, String)>>,
}

fn person(actor: &Actor) -> Result<UserId, AppError> {
    actor.require(Permission::Write)?;
    actor.user.ok_or(AppError::NotFound { what: "form" })
}

fn of(actor: &Actor, form: &FormNumber) -> Result<FormRef, AppError> {
    Ok(FormRef { workspace: actor.workspace, person: person(actor)?, form: form.0.clone() })
}

/// Keeps what was typed, in place of an earlier state of the same form.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not write; [`AppError::Invalid`] for more than [`MOST_BYTES`].
pub async fn keep(engine: &Engine, actor: &Actor, form: &FormNumber, typed: Typed) -> Result<Kept, AppError> {
    let of = of(actor, form)?;
    let bytes: usize = typed.fields.iter().flatten().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > MOST_BYTES {
        let message = "This is more than can be kept while you write. Save it as a draft.";
        return Err(AppError::invalid("", "too_large", message));
    }
    let Typed { post, seq, fields } = typed;
    let state = FormState { post, seq, updated_at: engine.clock.now(), fields };
    let kept = engine
        .db
        .write(move |tx| Box::pin(async move { unsaved_post::keep(tx, &of, &state, MOST).await }))
        .await;
    Ok(kept?)
}

/// The latest `most` forms of new posts, and of posts that can't be changed any more, into which this member typed in this workspace.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not write.
pub async fn of_new(engine: &Engine, actor: &Actor, most: i64) -> Result<Vec<UnsavedRow>, AppError> {
    Ok(unsaved_post::of_new(&engine.db, actor.workspace, person(actor)?, most).await?)
}

/// The latest `most` forms of this post into which this member typed.
///
/// # Errors
/// As [`of_new`].
pub async fn of_post(
    engine: &Engine,
    actor: &Actor,
    post: PostId,
    most: i64,
) -> Result<Vec<UnsavedRow>, AppError> {
    Ok(unsaved_post::of_post(&engine.db, actor.workspace, person(actor)?, post, most).await?)
}

/// What this member typed into a form; `None` where nothing of it is kept.
///
/// # Errors
/// As [`of_new`].
pub async fn find(engine: &Engine, actor: &Actor, form: &FormNumber) -> Result<Option<UnsavedRow>, AppError> {
    Ok(unsaved_post::find(&engine.db, &of(actor, form)?).await?)
}

/// Lets go of what was typed into a form up to the state `seq`; it may be on its way still. What is typed into it later is kept again.
///
/// # Errors
/// As [`of_new`].
pub async fn let_go(engine: &Engine, actor: &Actor, form: &FormNumber, seq: u32) -> Result<(), AppError> {
    let (of, now) = (of(actor, form)?, engine.clock.now());
    let gone = engine
        .db
        .write(move |tx| Box::pin(async move { unsaved_post::let_go(tx, &of, seq, now).await }))
        .await;
    Ok(gone?)
}

/// Lets go of what was typed into a form that was saved, and of what is still on its way.
///
/// # Errors
/// As [`of_new`].
pub async fn close(engine: &Engine, actor: &Actor, form: &FormNumber) -> Result<(), AppError> {
    let (of, now) = (of(actor, form)?, engine.clock.now());
    let gone =
        engine.db.write(move |tx| Box::pin(async move { unsaved_post::close(tx, &of, now).await })).await;
    Ok(gone?)
}

/// Lets go of what nobody came back for, after 30 days.
///
/// # Errors
/// When the database fails.
pub async fn forget(engine: &Engine) -> Result<(), StoreError> {
    let now = engine.clock.now();
    let (empty, typed) = (now - KNOW, now - KEEP);
    engine.db.write(move |tx| Box::pin(async move { unsaved_post::forget(tx, empty, typed).await })).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_a_number() {
        let number = "0123456789abcdef0123456789abcdef";
        assert_eq!(FormNumber::parse(number).expect("a number").as_str(), number);
        for wrong in ["", "new", "0123456789ABCDEF0123456789ABCDEF", "post_01h455vb4pex5vsknk084sn02q"] {
            assert_eq!(FormNumber::parse(wrong), None, "{wrong}");
        }
    }
}
