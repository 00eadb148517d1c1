//! What a run needs to know about its publication, and why it may not go on.

use std::collections::BTreeMap;
use std::sync::Arc;

use carillon_connectors::contract::connector::Connector;
use carillon_connectors::contract::cx::{AppCredentials, Checkpoint, Credential, Cx};
use carillon_connectors::contract::progress::Progress;
use carillon_connectors::contract::publisher::Publisher;
use carillon_connectors::kit::gate::Gate;
use carillon_connectors::kit::http::Http;
use carillon_domain::account::{AccountIdentity, AccountStatus};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::id::MediaId;
use carillon_domain::media::MediaInfo;
use carillon_domain::post::Draft;
use carillon_domain::publication::{HeldReason, PublicationState};
use carillon_domain::time::SignedDuration;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::post::PostRow;
use carillon_store::repo::publication::{self, PublicationRow};

use super::attempt::NoCheckpoint;
use super::budget::AccountBudget;
use super::known::{Known, Rows};
use super::queue::Target;
use super::saved::{next_missing, note_public_root};
use crate::Engine;
use crate::breaker::Purpose;
use crate::jobs::JobError;
use crate::media::WorkspaceMedia;
use crate::usecase::credentials::{self, NoCredential};
use crate::usecase::{accounts, caps};

/// Everything loaded.
pub(super) struct Context {
    pub row: PublicationRow,
    pub draft: Draft,
    pub grace: SignedDuration,
    connector: &'static dyn Connector,
    publisher: &'static dyn Publisher,
    account: AccountRow,
    identity: AccountIdentity,
    credential: Credential,
    app: Option<AppCredentials>,
    media: WorkspaceMedia,
    zone: String,
}

/// What loading found.
pub(super) enum Situation {
    /// Nothing to do: it ended, was taken back, or is gone.
    Nothing,
    /// It must wait.
    Hold(PublicationRow, HeldReason, Option<ConnectorError>),
    /// The network, or somebody who refreshes the token, needs a moment.
    Later(PublicationRow, SignedDuration, ConnectorError),
    /// It can't be published as it is.
    Broken(PublicationRow, ConnectorError),
    /// Go.
    Go(Box<Context>),
}

/// What came of asking for another token.
pub(super) enum Refresh {
    /// It is there.
    Done,
    /// Somebody else is asking, or the network can't answer now: nothing is known of the login.
    Later(ConnectorError),
    /// A person must connect the account again.
    Reconnect(ConnectorError),
}

impl Context {
    /// From what is `known` already, or else from the database.
    pub async fn load(engine: &Engine, target: Target, known: Option<Known>) -> Result<Situation, JobError> {
        let rows = match known {
            Some(Known(rows)) => rows,
            None => {
                let networks = engine.networks.clone();
                let read = engine
                    .db
                    .read(move |tx| Box::pin(async move { Rows::read_one(tx, &networks, target).await }));
                read.await?
            }
        };
        let Some(rows) = rows else { return Ok(Situation::Nothing) };
        let Rows { row, account, home, grant, app, post, files } = *rows;
        let Some(account) = account else {
            return Ok(Situation::Hold(row, HeldReason::Reauth, None));
        };
        if !engine.networks.is_enabled(&row.platform) {
            return Ok(Situation::Hold(row, HeldReason::PlatformOff, None));
        }
        let connector = engine.networks.connector(&row.platform);
        let Some((connector, publisher)) = connector.and_then(|c| Some((c, c.publisher()?))) else {
            return Ok(Situation::Hold(row, HeldReason::PlatformOff, None));
        };
        if account.status != AccountStatus::Connected {
            let error = not_connected(&account);
            return Ok(Situation::Hold(row, HeldReason::Reauth, Some(error)));
        }
        let (zone, grace_s) = home.map_or(("UTC".to_owned(), 6 * 3600), |w| (w.timezone, w.grace_s));
        let grace = SignedDuration::from_secs(grace_s);
        let draft = match draft_of(&row, post, &files) {
            Ok(draft) => draft,
            Err(error) => return Ok(Situation::Broken(row, error)),
        };
        let credential = match credentials::for_due(engine, &account, grant, row.due_at).await {
            Ok(credential) => credential,
            Err(NoCredential::Store(error)) => return Err(error.into()),
            Err(NoCredential::Later(error)) => return Ok(Situation::Later(row, grace, error)),
            Err(NoCredential::Reconnect(error)) => {
                accounts::needs_reconnect(engine, row.workspace, row.account, &error).await?;
                return Ok(Situation::Hold(row, HeldReason::Reauth, Some(error)));
            }
        };
        let app = match account.server.as_deref().zip(app) {
            Some((server, sealed)) => {
                Some(credentials::open_app(engine, &row.platform, server, &sealed).await?)
            }
            None => None,
        };
        let identity = account.identity();
        let media = engine.library.source(row.workspace);
        let context =
            Self { row, draft, grace, connector, publisher, account, identity, credential, app, media, zone };
        Ok(Situation::Go(Box::new(context)))
    }

    /// The row, if there is something to do with it.
    pub async fn open_row(engine: &Engine, target: Target) -> Result<Option<PublicationRow>, JobError> {
        let found = publication::find(&engine.db, target.workspace, target.publication).await?;
        Ok(found.and_then(if_open))
    }

    pub fn start(&self, engine: &Engine) -> Result<Progress, ConnectorError> {
        self.publisher.start(&self.cx(engine, &engine.networks.http, &NoCheckpoint), &self.draft)
    }

    pub fn cx<'a>(&'a self, engine: &'a Engine, http: &'a Http, checkpoint: &'a dyn Checkpoint) -> Cx<'a> {
        Cx {
            http,
            settings: engine.networks.settings(&self.row.platform),
            app: self.app.as_ref(),
            account: &self.identity,
            credential: &self.credential,
            clock: engine.clock.as_ref(),
            entropy: engine.entropy.as_ref(),
            media: &self.media,
            checkpoint,
        }
    }

    pub fn publisher(&self) -> &'static dyn Publisher {
        self.publisher
    }

    pub fn platform(&self) -> &'static str {
        self.connector.descriptor().name
    }

    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The way to this account's network, or server, for calls of this kind.
    pub fn gate(&self, engine: &Engine, purpose: Purpose) -> Arc<dyn Gate> {
        let server = self.account.server.as_deref();
        engine.networks.breakers.gate(self.platform(), server, purpose, engine.timing.breaker)
    }

    /// What the network still takes from this account.
    pub fn budget(&self, engine: &Engine) -> Arc<AccountBudget> {
        Arc::new(AccountBudget::of(engine, &self.account))
    }

    /// The lane in which this account's commits and refreshes are serial.
    pub fn lane(&self) -> String {
        self.row.account.to_string()
    }

    /// The error to hold with when a cap is reached.
    pub async fn enforced_cap(&self, engine: &Engine) -> Result<Option<ConnectorError>, JobError> {
        if self.row.released_at.is_some() {
            // A person said "publish it all the same".
            return Ok(None);
        }
        Ok(caps::reached(engine, &self.account, self.row.post, &self.zone).await?)
    }

    /// Gets another token in place of the refused one, whatever its clock says.
    pub async fn refresh(&mut self, engine: &Engine) -> Result<Refresh, JobError> {
        match credentials::instead_of(engine, &self.account, &self.credential).await {
            Ok(credential) => {
                self.credential = credential;
                Ok(Refresh::Done)
            }
            Err(NoCredential::Store(error)) => Err(error.into()),
            Err(NoCredential::Later(error)) => Ok(Refresh::Later(error)),
            Err(NoCredential::Reconnect(error)) => Ok(Refresh::Reconnect(error)),
        }
    }

    pub async fn needs_reconnect(&self, engine: &Engine, error: &ConnectorError) -> Result<(), JobError> {
        accounts::needs_reconnect(engine, self.row.workspace, self.row.account, error).await?;
        Ok(())
    }

    /// What a proved absence counts as: a try that had no effect.
    pub fn absent_error(&self) -> ConnectorError {
        let title = self.connector.descriptor().title;
        ConnectorError::new(
            ErrorKind::Transient,
            &self.row.platform,
            "reconcile",
            "absent",
            format!("{title} lost the post: its answer never came, and the post is not on the account."),
        )
        .with_action("Carillon tries again by itself.")
    }
}

fn not_connected(account: &AccountRow) -> ConnectorError {
    let cause = account.status_cause.clone();
    let cause = cause.unwrap_or_else(|| "This account is no longer connected.".to_owned());
    ConnectorError::new(ErrorKind::AuthRevoked, &account.platform, "credential", "not_connected", cause)
        .with_action("Connect the account again.")
}

/// Whether a worker has something to do: on its way, or public with parts missing.
fn is_open(row: &PublicationRow) -> bool {
    match row.state {
        PublicationState::Scheduled | PublicationState::Publishing => true,
        PublicationState::Published => !all_public(row),
        _ => false,
    }
}

fn all_public(row: &PublicationRow) -> bool {
    next_missing(&row.units).is_none() && !row.incomplete
}

pub(super) fn if_open(mut row: PublicationRow) -> Option<PublicationRow> {
    is_open(&row).then(|| {
        note_public_root(&mut row);
        row
    })
}

fn draft_of(
    row: &PublicationRow,
    post: Option<PostRow>,
    files: &BTreeMap<MediaId, MediaInfo>,
) -> Result<Draft, ConnectorError> {
    let broken = |code: &str, cause: String| {
        ConnectorError::new(ErrorKind::Rejected, &row.platform, "prepare", code, cause)
            .with_action("Edit the post and schedule it again.")
    };
    let post = post.ok_or_else(|| broken("post_gone", "The post no longer exists.".to_owned()))?;
    post.composition.draft_for(row.account, |id| files.get(&id).cloned()).map_err(|missing| {
        let cause = missing.into_iter().map(|m| m.message).collect::<Vec<_>>().join(" ");
        broken("media_gone", cause)
    })
}
