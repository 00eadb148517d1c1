//! By which ways somebody wants to hear of what: in the app, by e-mail, both, or not at all. For each workspace, kind and person alone; a
//! token chooses for itself.

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::WorkspaceId;
use carillon_domain::notice::{NoticeKind, Ways};
use carillon_domain::permission::Role;
use carillon_store::StoreError;
use carillon_store::repo::notice_wish;
use uuid::Uuid;

use super::notices::reader;
use crate::{Actor, Engine};

/// How somebody hears of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hearing {
    /// What happens.
    pub kind: NoticeKind,
    /// By which ways they hear of it.
    pub ways: Ways,
    /// Whether it can't be put away in the app: of what needs a person, owners always hear there.
    pub stays: bool,
}

/// A change of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The stable name of the kind.
    pub kind: String,
    /// In the app; `None`: as it is.
    pub in_app: Option<bool>,
    /// By e-mail; `None`: as it is.
    pub by_mail: Option<bool>,
}

/// How the actor hears of each kind that is for their role.
///
/// # Errors
/// When the database fails.
pub async fn list(engine: &Engine, actor: &Actor) -> Result<Vec<Hearing>, AppError> {
    let mut all = of(engine, (actor.workspace, reader(actor).id), actor.role).await?;
    if actor.user.is_none() {
        // It has no mailbox.
        all.iter_mut().for_each(|one| one.ways.by_mail = false);
    }
    Ok(all)
}

/// The same of a person or token in this role.
pub(crate) async fn of(
    engine: &Engine,
    (workspace, reader): (WorkspaceId, Uuid),
    role: Role,
) -> Result<Vec<Hearing>, StoreError> {
    let wishes = notice_wish::of(&engine.db, workspace, reader).await?;
    let heard = NoticeKind::ALL.into_iter().filter(|kind| kind.audience().includes(role));
    let hearing = |kind: NoticeKind| {
        let wished = wishes.iter().find(|(of, _)| *of == kind).map(|(_, ways)| *ways);
        let ways = wished.unwrap_or(kind.usual_ways());
        let stays = kind.stays_with(role);
        Hearing { kind, ways: Ways { in_app: ways.in_app || stays, ..ways }, stays }
    };
    Ok(heard.map(hearing).collect())
}

/// Changes how the actor hears of these kinds; of the others nothing changes. All of it or nothing.
///
/// # Errors
/// [`AppError::Invalid`] for more than there are kinds, for one that is not for the role or named twice, for what an owner would put away
/// that needs a person, and for e-mails to a token. Fields are called by the place in the list, as in `preferences.0.kind`.
pub async fn change(engine: &Engine, actor: &Actor, wishes: &[Wish]) -> Result<(), AppError> {
    let most = NoticeKind::ALL.len();
    if wishes.len() > most {
        let message = format!("There are {most} kinds of notices, and each is named once at most.");
        let error = FieldError::new("preferences", "too_many", message);
        return Err(AppError::Invalid(vec![error.with_limit(most, wishes.len())]));
    }
    let now = list(engine, actor).await?;
    let mut wanted = Vec::with_capacity(wishes.len());
    let mut errors = Vec::new();
    for (place, wish) in wishes.iter().enumerate() {
        let found = now.iter().find(|hearing| hearing.kind.as_str() == wish.kind);
        let again = wishes.iter().take(place).any(|before| before.kind == wish.kind);
        match judged(actor, found, wish) {
            // Each is judged by what was before the change, so this one would undo what the first one said.
            Ok(_) if again => errors.push(FieldError::new(
                format!("preferences.{place}.kind"),
                "duplicate",
                "This kind of notice is named twice. Say once how you want to hear of it.",
            )),
            Ok(one) => wanted.push(one),
            Err((field, code, message)) => {
                errors.push(FieldError::new(format!("preferences.{place}.{field}"), code, message));
            }
        }
    }
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    let key = (actor.workspace, reader(actor).id);
    let kept = engine.db.write(move |tx| {
        Box::pin(async move {
            for (kind, ways) in wanted {
                notice_wish::set(tx, key, kind, ways).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    kept.await?;
    engine.events.notices_changed(actor.workspace);
    Ok(())
}

/// Field, code and message of what is wrong with a wish.
type Wrong = (&'static str, &'static str, String);

/// What is to be kept for the wish.
fn judged(actor: &Actor, found: Option<&Hearing>, wish: &Wish) -> Result<(NoticeKind, Ways), Wrong> {
    let Some(Hearing { kind, ways, stays }) = found.copied() else {
        let message = format!("`{}` is no kind of notice that somebody in your role hears of.", wish.kind);
        return Err(("kind", "unknown_kind", message));
    };
    let in_app = wish.in_app.unwrap_or(ways.in_app);
    if stays && !in_app {
        let message = "It needs a person, and owners always hear of that in the app: otherwise nobody might.";
        return Err(("in_app", "stays", message.to_owned()));
    }
    if actor.user.is_none() && wish.by_mail == Some(true) {
        let message = "A token has no mailbox. People choose e-mails for themselves.";
        return Err(("by_mail", "no_mailbox", message.to_owned()));
    }
    Ok((kind, Ways { in_app, by_mail: wish.by_mail.unwrap_or(ways.by_mail) }))
}
