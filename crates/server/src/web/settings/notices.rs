//! What the person hears of in a workspace, and by which ways.

use askama::Template;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::error::AppError;
use carillon_engine::usecase::notice_wishes::{self, Hearing, Wish};
use carillon_engine::usecase::notices;

use super::{done, is_done};
use crate::http::extract::Typed;
use crate::http::{App, Failure, misfit};
use crate::urls;
use crate::web::components::{Alert, Empty};
use crate::web::html;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;

#[derive(Template)]
#[template(path = "pages/settings/notices.html")]
struct Notices {
    ui: Ui,
    action: String,
    alerts: Vec<Alert>,
    /// Whether there is a mail server.
    mail: bool,
    /// Whether the person stopped all e-mails.
    stopped: bool,
    groups: Vec<Group>,
    empty: Empty,
}

/// What needs a person, or what does not.
struct Group {
    title: String,
    lead: String,
    lines: Vec<Line>,
}

struct Line {
    /// The stable name of the kind.
    kind: &'static str,
    title: String,
    in_app: bool,
    by_mail: bool,
    /// It can't be put away in the app.
    stays: bool,
}

impl Line {
    fn new(ui: &Ui, hearing: &Hearing) -> Self {
        let kind = hearing.kind.as_str();
        Self {
            kind,
            title: ui.of("notice", kind),
            in_app: hearing.ways.in_app,
            by_mail: hearing.ways.by_mail,
            stays: hearing.stays,
        }
    }
}

/// The form.
pub async fn show(State(app): State<App>, member: Member, uri: Uri) -> Result<Response, Failure> {
    let hearing = notice_wishes::list(&app.engine, &member.actor).await?;
    let mail = app.engine.mailer.is_some();
    let wanted = notices::wants_mail(&app.engine, member.current.user.id).await?;
    let (ui, actor) = (member.ui, member.actor);
    let lines = |needing: bool| {
        let of = hearing.iter().filter(|one| one.kind.needs_a_person() == needing);
        of.map(|one| Line::new(&ui, one)).collect::<Vec<_>>()
    };
    let mut groups = vec![
        Group { title: ui.tr("hearing-needs"), lead: ui.tr("hearing-needs-lead"), lines: lines(true) },
        Group { title: ui.tr("hearing-news"), lead: ui.tr("hearing-news-lead"), lines: lines(false) },
    ];
    groups.retain(|group| !group.lines.is_empty());
    let page = Notices {
        action: urls::notice_wishes(actor.workspace),
        alerts: is_done(&uri).then(|| Alert::success(ui.tr("saved"))).into_iter().collect(),
        mail,
        stopped: mail && !wanted,
        groups,
        empty: Empty::new("bell", ui.tr("hearing-none"), ui.tr("hearing-none-text")),
        ui,
    };
    Ok(html(&page)?.into_response())
}

/// Keeps what was chosen: of each kind the ways that are ticked.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    Typed(pairs): Typed,
) -> Result<Redirect, Failure> {
    let strange = misfit::of_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    if !strange.is_empty() {
        return Err(AppError::Invalid(strange).into());
    }
    // Without a mail server the form does not ask about e-mails.
    let mail = app.engine.mailer.is_some();
    let hearing = notice_wishes::list(&app.engine, &member.actor).await?;
    let wish = |one: &Hearing| {
        let kind = one.kind.as_str();
        let ticked = |way: &str| pairs.iter().any(|(name, value)| name == way && value == kind);
        Wish {
            kind: kind.to_owned(),
            in_app: Some(one.stays || ticked("in_app")),
            by_mail: mail.then(|| ticked("by_mail")),
        }
    };
    let wishes: Vec<Wish> = hearing.iter().map(wish).collect();
    notice_wishes::change(&app.engine, &member.actor, &wishes).await?;
    Ok(done(&urls::notice_wishes(member.actor.workspace)))
}
