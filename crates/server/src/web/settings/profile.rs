//! A person's own name, zone, language and password.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::secret::Secret;
use carillon_engine::people::{PASSWORD_CHARS, UserRow};
use carillon_engine::usecase::notices;
use serde::Deserialize;

use super::{done, is_done};
use crate::http::actor::From;
use crate::http::extract::Form;
use crate::http::{App, Failure};
use crate::i18n::{self, Tr};
use crate::urls;
use crate::web::components::{Alert, Choice, Errors, Field};
use crate::web::html;
use crate::web::signed_in::Person;
use crate::web::ui::Ui;

#[derive(Template)]
#[template(path = "pages/settings/profile.html")]
struct Profile {
    ui: Ui,
    email: String,
    profile_alerts: Vec<Alert>,
    profile: Vec<Field>,
    password_alerts: Vec<Alert>,
    password: Vec<Field>,
    /// `None` where no e-mails are sent.
    mail: Option<Switch>,
    keys: Switch,
}

/// Whether the person wants something, and the button that changes it.
struct Switch {
    says: String,
    button: String,
    /// What the button wants.
    wants: &'static str,
}

impl Switch {
    fn mail(ui: &Ui, wanted: bool) -> Self {
        if wanted {
            Self { says: ui.tr("mail-wanted"), button: ui.tr("mail-stop"), wants: "no" }
        } else {
            Self { says: ui.tr("mail-unwanted"), button: ui.tr("mail-start"), wants: YES }
        }
    }

    fn keys(ui: &Ui, on: bool) -> Self {
        if on {
            Self { says: ui.tr("keys-are-on"), button: ui.tr("keys-stop"), wants: "no" }
        } else {
            Self { says: ui.tr("keys-are-off"), button: ui.tr("keys-start"), wants: YES }
        }
    }
}

/// What a form says when it is wanted.
const YES: &str = "yes";

impl Profile {
    async fn new(app: &App, person: Person) -> Result<Self, Failure> {
        let (ui, user) = (person.ui, &person.current.user);
        let mail = match app.engine.mailer {
            Some(_) => Some(Switch::mail(&ui, notices::wants_mail(&app.engine, user.id).await?)),
            None => None,
        };
        let none = Errors::default();
        Ok(Self {
            mail,
            keys: Switch::keys(&ui, user.single_keys),
            email: user.email.clone(),
            profile_alerts: Vec::new(),
            profile: profile_fields(&ui, &ProfileForm::of(user), &none),
            password_alerts: Vec::new(),
            password: password_fields(&ui, &none),
            ui,
        })
    }

    fn page(self, status: StatusCode) -> Result<Response, Failure> {
        Ok((status, html(&self)?).into_response())
    }
}

fn profile_fields(ui: &Ui, form: &ProfileForm, errors: &Errors) -> Vec<Field> {
    let name = Field::text("name", ui.tr("your-name")).value(form.name.as_str()).autocomplete("name");
    let zone = Field::zone("timezone", ui.tr("profile-zone")).value(form.timezone.as_str()).optional();
    let language = Field::select("language", ui.tr("profile-language"), language_choices(ui));
    vec![
        name.errors(errors),
        zone.hint(ui.tr("profile-zone-hint")).errors(errors),
        language.value(form.language.as_str()).optional().hint(ui.tr("profile-language-hint")),
    ]
}

/// Each language by the name that its own readers call it by, so that nobody has to read another one to find it.
fn language_choices(ui: &Ui) -> Vec<Choice> {
    let browsers = Choice { value: String::new(), label: ui.tr("profile-language-browser") };
    let own = |language: &str| Choice {
        value: language.to_owned(),
        label: Tr::negotiate(Some(language), None).tr("language-name"),
    };
    std::iter::once(browsers).chain(i18n::languages().map(own)).collect()
}

fn password_fields(ui: &Ui, errors: &Errors) -> Vec<Field> {
    vec![
        Field::password("current_password", ui.tr("password-current"), "current-password").errors(errors),
        Field::password("new_password", ui.tr("password-new"), "new-password")
            .hint(ui.count("n", PASSWORD_CHARS).tr("password-hint"))
            .min_length(PASSWORD_CHARS)
            .errors(errors),
    ]
}

/// The page.
pub async fn show(State(app): State<App>, person: Person, uri: Uri) -> Result<Response, Failure> {
    let saved = is_done(&uri);
    let changed = uri.query() == Some("changed");
    let mut page = Profile::new(&app, person).await?;
    if saved {
        page.profile_alerts.push(Alert::success(page.ui.tr("saved")));
    }
    if changed {
        page.password_alerts.push(Alert::success(page.ui.tr("password-changed")));
    }
    page.page(StatusCode::OK)
}

/// Name, zone and language.
#[derive(Debug, Deserialize)]
pub struct ProfileForm {
    name: String,
    #[serde(default)]
    timezone: String,
    #[serde(default)]
    language: String,
}

impl ProfileForm {
    fn of(user: &UserRow) -> Self {
        Self {
            name: user.name.clone(),
            timezone: user.timezone.clone().unwrap_or_default(),
            language: user.language.clone().unwrap_or_default(),
        }
    }
}

/// Saves name, zone and language. A language that is not there is none: the form offers only those that are.
pub async fn submit(
    State(app): State<App>,
    person: Person,
    Form(form): Form<ProfileForm>,
) -> Result<Response, Failure> {
    let language = i18n::languages().find(|language| *language == form.language);
    match app.people.update_profile(&person.current, &form.name, &form.timezone, language).await {
        Ok(_) => Ok(done(&urls::profile()).into_response()),
        Err(error) => {
            let errors = Errors::from_refusal(person.ui.t, error)?;
            let mut page = Profile::new(&app, person).await?;
            page.profile = profile_fields(&page.ui, &form, &errors);
            page.profile_alerts =
                errors.besides(&["name", "timezone"]).into_iter().map(Alert::danger).collect();
            page.page(StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// Whether something is wanted.
#[derive(Debug, Deserialize)]
pub struct SwitchForm {
    wants: String,
}

/// Keeps whether the person wants e-mails.
pub async fn want_mail(
    State(app): State<App>,
    person: Person,
    Form(form): Form<SwitchForm>,
) -> Result<Response, Failure> {
    notices::want_mail(&app.engine, person.current.user.id, form.wants == YES).await?;
    Ok(done(&urls::profile()).into_response())
}

/// Keeps whether single keys do something on the person's pages.
pub async fn want_single_keys(
    State(app): State<App>,
    person: Person,
    Form(form): Form<SwitchForm>,
) -> Result<Response, Failure> {
    app.people.set_single_keys(&person.current, form.wants == YES).await?;
    Ok(done(&urls::profile()).into_response())
}

/// Old and new.
#[derive(Debug, Deserialize)]
pub struct PasswordForm {
    current_password: Secret,
    new_password: Secret,
}

/// Changes the password and ends all other sessions.
pub async fn change_password(
    State(app): State<App>,
    person: Person,
    From(client): From,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Failure> {
    let (old, new) = (&form.current_password, &form.new_password);
    match app.people.change_password(&person.current, old, new, &client).await {
        Ok(_) => Ok(Redirect::to(&format!("{}?changed", urls::profile())).into_response()),
        Err(error) => {
            let errors = Errors::from_refusal(person.ui.t, error)?;
            let mut page = Profile::new(&app, person).await?;
            page.password = password_fields(&page.ui, &errors);
            let general = errors.besides(&["current_password", "new_password"]);
            page.password_alerts = general.into_iter().map(Alert::danger).collect();
            page.page(StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}
