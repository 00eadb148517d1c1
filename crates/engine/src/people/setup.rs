//! The first owner: signed up through a link that the first start prints, or made on the command line.

use carillon_domain::error::AppError;
use carillon_domain::id::WorkspaceId;
use carillon_domain::permission::Role;
use carillon_domain::secret::Secret;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::one_time_link::{self, Purpose};
use carillon_store::repo::setting;
use carillon_store::repo::user::{self, UserRow};
use carillon_store::repo::workspace::{self, WorkspaceRow};
use carillon_store::{StoreError, Tx};

use super::input::{DEFAULT_GRACE_S, DEFAULT_SNAPSHOT_DAYS, NewPerson, NewWorkspace, Problems};
use super::session::{Client, SignedIn};
use super::{People, password, proof};

/// How long a set-up link is good. Every start prints a new one as long as there is no owner.
const LINK: SignedDuration = SignedDuration::from_hours(24);

/// Set by whoever becomes the first user, so that two set-up links can't make two.
const FIRST: &str = "first_user";

/// What the command line made.
#[derive(Debug, Clone)]
pub struct CreatedByOperator {
    /// The person.
    pub user: UserRow,
    /// The workspace that they own.
    pub workspace: WorkspaceRow,
    /// Their password, where one was made for them.
    pub password: Option<Secret>,
}

impl People {
    /// Whether nobody can sign in yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn needs_setup(&self) -> Result<bool, AppError> {
        Ok(!user::any(&self.db).await?)
    }

    /// A link for the sign-up of the first owner, good once and for a day; `None` when there is somebody already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn new_setup_link(&self) -> Result<Option<Secret>, AppError> {
        if !self.needs_setup().await? {
            return Ok(None);
        }
        let secret = proof::new("", self.entropy.as_ref());
        let (hash, now) = (proof::hash(&secret), self.clock.now());
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    Ok::<_, AppError>(
                        one_time_link::insert(tx, &hash, Purpose::Setup, None, now, now + LINK).await?,
                    )
                })
            })
            .await?;
        Ok(Some(secret))
    }

    /// Whether the set-up link can still be used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setup_link_is_good(&self, secret: &Secret) -> Result<bool, AppError> {
        let hash = proof::hash(secret);
        Ok(one_time_link::is_good(&self.db, &hash, Purpose::Setup, self.clock.now()).await?)
    }

    /// Signs the first owner up, makes their workspace, and signs them in.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for links that were used, ran out or never existed; [`AppError::Invalid`] with every problem
    /// (`email`, `name`, `password`, `workspace`, `timezone`), which leaves the link good.
    pub async fn sign_up_owner(
        &self,
        secret: &Secret,
        person: NewPerson,
        home: NewWorkspace,
        client: &Client,
    ) -> Result<SignedIn, AppError> {
        // Before the costly hash, so that guessing links costs us little.
        if !self.setup_link_is_good(secret).await? {
            return Err(used_up());
        }
        let (user, row) = self.checked(&person, &home)?;
        let password_hash = password::hash(&person.password, self.entropy.as_ref()).await?;
        let new = self.new_session(user.id, client);
        let (hash, now) = (proof::hash(secret), self.clock.now());
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    one_time_link::take(tx, &hash, Purpose::Setup, now).await?.ok_or_else(used_up)?;
                    if !claim_first(tx, &user).await? {
                        return Err(used_up());
                    }
                    one_time_link::delete_all(tx, Purpose::Setup).await?;
                    insert_owner(tx, &user, &password_hash, &row, now).await?;
                    new.insert(tx).await?;
                    Ok(new.signed_in(user))
                })
            })
            .await
    }

    /// Makes a user, for the command line: an owner of a workspace of their own. Without a password one is made up.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with every problem, also (`email`, `taken`) for an address that is in use.
    pub async fn create_user_by_operator(
        &self,
        email: &str,
        name: Option<&str>,
        password: Option<Secret>,
        home: NewWorkspace,
    ) -> Result<CreatedByOperator, AppError> {
        let made_up = password.is_none().then(|| proof::new("", self.entropy.as_ref()));
        let local = email.trim().split('@').next().unwrap_or_default();
        let person = NewPerson {
            email: email.to_owned(),
            name: name.unwrap_or(local).to_owned(),
            password: password.or_else(|| made_up.clone()).unwrap_or_else(|| Secret::new("")),
        };
        let (user, workspace) = self.checked(&person, &home)?;
        let password_hash = password::hash(&person.password, self.entropy.as_ref()).await?;
        let now = self.clock.now();
        let (user_copy, workspace_copy) = (user.clone(), workspace.clone());
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    claim_first(tx, &user).await?;
                    one_time_link::delete_all(tx, Purpose::Setup).await?;
                    insert_owner(tx, &user, &password_hash, &workspace, now).await
                })
            })
            .await?;
        Ok(CreatedByOperator { user: user_copy, workspace: workspace_copy, password: made_up })
    }

    /// The workspace that the operator means: its id, or its name when only one has it.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Conflict`] for an ambiguous name.
    pub async fn workspace_by_operator(&self, text: &str) -> Result<WorkspaceRow, AppError> {
        let missing = || AppError::NotFound { what: "workspace" };
        if let Ok(id) = text.parse::<WorkspaceId>() {
            return workspace::find(&self.db, id).await?.ok_or_else(missing);
        }
        let mut rows = workspace::by_name(&self.db, text).await?;
        if rows.len() > 1 {
            return Err(AppError::Conflict {
                code: "ambiguous",
                message: format!(
                    "Several workspaces are called `{text}`. Name the one you mean by its id (ws_…)."
                ),
            });
        }
        rows.pop().ok_or_else(missing)
    }

    fn checked(&self, person: &NewPerson, home: &NewWorkspace) -> Result<(UserRow, WorkspaceRow), AppError> {
        let now = self.clock.now();
        let mut problems = Problems::default();
        let email = problems.email(&person.email);
        problems.password("password", &person.password, &email);
        let user = UserRow {
            id: self.new_id(),
            name: problems.name("name", &person.name),
            email,
            timezone: None,
            language: None,
            single_keys: true,
            created_at: now,
            updated_at: now,
        };
        let row = self.new_workspace(&mut problems, "workspace", home);
        problems.end()?;
        Ok((user, row))
    }

    pub(super) fn new_workspace(
        &self,
        problems: &mut Problems,
        name_field: &str,
        new: &NewWorkspace,
    ) -> WorkspaceRow {
        let now = self.clock.now();
        WorkspaceRow {
            id: self.new_id(),
            name: problems.name(name_field, &new.name),
            timezone: problems.timezone("timezone", &new.timezone),
            grace_s: DEFAULT_GRACE_S,
            snapshot_days: DEFAULT_SNAPSHOT_DAYS,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Whether this is the installation's first user.
async fn claim_first(tx: &mut Tx<'_>, user: &UserRow) -> Result<bool, StoreError> {
    setting::claim(tx, FIRST, &serde_json::json!(user.id)).await
}

async fn insert_owner(
    tx: &mut Tx<'_>,
    user: &UserRow,
    password_hash: &str,
    home: &WorkspaceRow,
    now: Timestamp,
) -> Result<(), AppError> {
    user::insert(tx, user, password_hash).await.map_err(|error| {
        if error.is_unique_violation() {
            return AppError::invalid("email", "taken", "There is a user with this e-mail address already.");
        }
        error.into()
    })?;
    workspace::insert(tx, home).await?;
    Ok(workspace::add_member(tx, home.id, user.id, Role::Owner, now).await?)
}

fn used_up() -> AppError {
    AppError::NotFound { what: "set-up link, or it was used or ran out. Restart Carillon for a new one" }
}
