//! Signing in with a password or a one-time link, and changing the password.

use carillon_domain::error::AppError;
use carillon_domain::id::UserId;
use carillon_domain::secret::Secret;
use carillon_domain::time::SignedDuration;
use carillon_store::repo::one_time_link::{self, Purpose};
use carillon_store::repo::session;
use carillon_store::repo::user::{self, UserRow};

use super::input::Problems;
use super::session::{Client, CurrentSession, SignedIn};
use super::{People, password, proof};

/// How long a link that signs in is good.
const LINK: SignedDuration = SignedDuration::from_hours(1);

impl People {
    /// Signs in.
    ///
    /// # Errors
    /// [`AppError::Invalid`] (field `password`, code `wrong_credentials`) that does not tell whether the account exists;
    /// [`AppError::TooMany`] after too many failures, also for the right password.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &Secret,
        client: &Client,
    ) -> Result<SignedIn, AppError> {
        let email = email.trim().to_lowercase();
        let charged = self.charge(&email, &client.address).await?;
        let found = user::by_email(&self.db, &email).await?;
        let (user, hash) = found.unzip();
        if !password::verify(password, hash.clone()).await? {
            return Err(wrong("password", "The e-mail address or the password is wrong."));
        }
        let (Some(user), Some(hash)) = (user, hash) else { return Err(AppError::Unauthenticated) };
        self.give_back(charged).await?;
        let new = self.new_session(user.id, client);
        let id = user.id;
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    // A password that was changed while this one was being checked ends this sign-in too.
                    if user::password_hash(&mut *tx, id).await?.as_ref() != Some(&hash) {
                        return Err(wrong("password", "The e-mail address or the password is wrong."));
                    }
                    new.insert(tx).await?;
                    Ok(new.signed_in(user))
                })
            })
            .await
    }

    /// A link that signs this user in once, within the hour. The caller puts the secret into an address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn new_sign_in_link(&self, user: UserId) -> Result<Secret, AppError> {
        let secret = proof::new("", self.entropy.as_ref());
        let (hash, now) = (proof::hash(&secret), self.clock.now());
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    Ok::<_, AppError>(
                        one_time_link::insert(tx, &hash, Purpose::SignIn, Some(user), now, now + LINK)
                            .await?,
                    )
                })
            })
            .await?;
        Ok(secret)
    }

    /// Uses such a link up.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for links that were used, ran out or never existed.
    pub async fn use_sign_in_link(&self, secret: &Secret, client: &Client) -> Result<SignedIn, AppError> {
        let (people, hash, client, now) =
            (self.clone(), proof::hash(secret), client.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let gone = || AppError::NotFound { what: "sign-in link, or it was used already" };
                    let id = one_time_link::take(tx, &hash, Purpose::SignIn, now)
                        .await?
                        .flatten()
                        .ok_or_else(gone)?;
                    let user = user::find(&mut *tx, id).await?.ok_or_else(gone)?;
                    let new = people.new_session(id, &client);
                    new.insert(tx).await?;
                    Ok(new.signed_in(user))
                })
            })
            .await
    }

    /// Changes the password of whoever is signed in, and ends their other sessions. Returns how many ended.
    ///
    /// # Errors
    /// [`AppError::Invalid`] on `current_password` or `new_password`; [`AppError::TooMany`] after too many wrong ones.
    pub async fn change_password(
        &self,
        current: &CurrentSession,
        current_password: &Secret,
        new_password: &Secret,
        client: &Client,
    ) -> Result<u64, AppError> {
        let (id, keep) = (current.user.id, current.session.id);
        let mut problems = Problems::default();
        problems.password("new_password", new_password, &current.user.email);
        problems.end()?;
        let charged = self.charge(&current.user.email, &client.address).await?;
        let old_hash = user::password_hash(&self.db, id).await?;
        if !password::verify(current_password, old_hash.clone()).await? {
            return Err(wrong("current_password", "This is not your password now."));
        }
        self.give_back(charged).await?;
        let new_hash = password::hash(new_password, self.entropy.as_ref()).await?;
        let now = self.clock.now();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let old_hash = old_hash.unwrap_or_default();
                    if !user::replace_password(tx, id, &old_hash, &new_hash, now).await? {
                        return Err(AppError::Stale);
                    }
                    Ok(session::delete_all(tx, id, Some(keep)).await?)
                })
            })
            .await
    }

    /// Changes the name, zone and language of whoever is signed in. An empty zone: the workspace's; no language: the browser's.
    ///
    /// # Errors
    /// [`AppError::Invalid`] on `name` or `timezone`.
    pub async fn update_profile(
        &self,
        current: &CurrentSession,
        name: &str,
        timezone: &str,
        language: Option<&str>,
    ) -> Result<UserRow, AppError> {
        let mut problems = Problems::default();
        let mut user = current.user.clone();
        user.name = problems.name("name", name);
        user.timezone = (!timezone.trim().is_empty()).then(|| problems.timezone("timezone", timezone.trim()));
        user.language = language.map(str::to_owned);
        problems.end()?;
        user.updated_at = self.clock.now();
        let copy = user.clone();
        self.db.write(move |tx| Box::pin(async move { user::update(tx, &copy).await })).await?;
        Ok(user)
    }

    /// Keeps whether single keys do something on this person's pages (WCAG 2.1.4).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_single_keys(&self, current: &CurrentSession, on: bool) -> Result<(), AppError> {
        let id = current.user.id;
        let kept =
            self.db.write(move |tx| Box::pin(async move { user::set_single_keys(tx, id, on).await })).await;
        Ok(kept?)
    }
}

fn wrong(field: &str, message: &str) -> AppError {
    AppError::invalid(field, "wrong_credentials", message)
}
