//! A database with accounts, and a post on each that is due at the same instant.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use carillon_connectors::contract::cx::Credential;
use carillon_connectors::kit::http::{Call, Reply, SendError, Transport};
use carillon_domain::id::{AccountId, GrantId, Id, WorkspaceId};
use carillon_domain::permission::Role;
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use carillon_engine::usecase::posts::{self, PostInput, WantedStatus};
use carillon_engine::{Actor, Engine};
use carillon_server::ambient::{OsEntropy, SystemClock};
use carillon_server::compose;
use carillon_server::settings::{Settings, Sources};
use carillon_store::repo::account;
use carillon_store::repo::grant;
use carillon_store::repo::workspace::{self, WorkspaceRow};
use carillon_store::{Db, StoreError};
use futures::StreamExt;

use super::scenario::Scenario;
use super::sink::TOKEN;
use crate::rows::Connected;

/// Where nothing is sent.
struct Nowhere;

#[async_trait]
impl Transport for Nowhere {
    fn admit(&self, _: &Call) -> Result<(), SendError> {
        Err(SendError::Forbidden("nothing is sent while the database is filled".to_owned()))
    }

    async fn send(&self, call: Call, _: Option<std::time::Duration>) -> Result<Reply, SendError> {
        self.admit(&call)?;
        Err(SendError::NotSent(String::new()))
    }
}

/// Where accounts are.
#[derive(Debug, Clone)]
struct Home {
    scenario: &'static Scenario,
    server: Option<String>,
}

impl Home {
    fn remote_id(&self, number: usize) -> String {
        self.scenario.remote_id(number)
    }
}

/// Accounts in a database.
pub struct Accounts {
    home: Home,
    settings: Settings,
    workspaces: Vec<(WorkspaceId, Vec<AccountId>)>,
}

/// Accounts of one workspace.
const PER_WORKSPACE: usize = 100;

impl Accounts {
    /// Makes the database of `data`, or at `url`, with so many accounts on this network, which the sink at this address plays.
    pub async fn new(
        (scenario, sink): (&'static Scenario, &str),
        data: &Path,
        url: Option<&str>,
        count: usize,
    ) -> anyhow::Result<Self> {
        let home = Home { scenario, server: scenario.server(sink) };
        let mut settings = Settings::load(&Sources::default()).context("the settings")?;
        settings.server.data = data.to_owned();
        std::fs::create_dir_all(data)?;
        if let Some(url) = url {
            settings.database.url = Secret::new(url);
        }
        let mut accounts = Self { home, settings, workspaces: Vec::new() };
        let engine = accounts.engine().await?;
        for first in (0..count).step_by(PER_WORKSPACE) {
            let numbers = first..count.min(first + PER_WORKSPACE);
            accounts.workspaces.push(new_workspace(&engine, &accounts.home, numbers).await?);
        }
        engine.db.close().await;
        Ok(accounts)
    }

    async fn engine(&self) -> anyhow::Result<Arc<Engine>> {
        let clock = Arc::new(SystemClock::new());
        let db = Db::open(self.settings.database_url().expose()).await.context("the database")?;
        let world = compose::World { clock, entropy: Arc::new(OsEntropy), transport: Arc::new(Nowhere) };
        Ok(Arc::new(compose::engine(&self.settings, db, world).await.context("the engine")?))
    }

    /// Where the database is.
    pub fn database(&self) -> String {
        self.settings.database_url().expose().to_owned()
    }

    /// Plans a post on every account, so long that its call has some 280 bytes: `<round>-<number of the account> bells …`, due at
    /// what `due` says of the number. The database is not in use afterwards.
    pub async fn plan(&self, round: &str, due: impl Fn(usize) -> Timestamp) -> anyhow::Result<()> {
        let engine = self.engine().await?;
        let all = self
            .workspaces
            .iter()
            .flat_map(|(workspace, accounts)| accounts.iter().map(|account| (*workspace, *account)));
        let planned = futures::stream::iter(all.enumerate()).map(|(number, (workspace, account))| {
            let text = format!("{round}-{number} {}", "bells ".repeat(60));
            let text: String = text.chars().take(self.home.scenario.characters).collect();
            let input = PostInput {
                text: text.trim().to_owned(),
                accounts: vec![account],
                status: WantedStatus::Scheduled,
                scheduled_at: Some(due(number).to_string()),
                ..PostInput::default()
            };
            let engine = Arc::clone(&engine);
            async move { posts::create(&engine, &actor(workspace), input).await }
        });
        let mut planned = planned.buffer_unordered(64);
        while let Some(post) = planned.next().await {
            post.map_err(|error| anyhow::anyhow!("a post was refused: {error:?}"))?;
        }
        drop(planned);
        engine.db.close().await;
        Ok(())
    }
}

fn actor(workspace: WorkspaceId) -> Actor {
    Actor {
        workspace,
        user: None,
        token: None,
        role: Role::Owner,
        timezone: "UTC".to_owned(),
        session_hash: None,
    }
}

async fn new_workspace(
    engine: &Engine,
    at: &Home,
    numbers: std::ops::Range<usize>,
) -> anyhow::Result<(WorkspaceId, Vec<AccountId>)> {
    let now = engine.clock.now();
    let id: WorkspaceId = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    let home = WorkspaceRow {
        id,
        name: format!("Burst {}", numbers.start),
        timezone: "UTC".to_owned(),
        grace_s: 6 * 3600,
        snapshot_days: 90,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let mut rows = Vec::new();
    for number in numbers {
        let grant: GrantId = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
        let plain = serde_json::to_vec(&credential(at, number))?;
        let sealed = engine.sealer.seal(&grant::place(grant), &plain, engine.entropy.as_ref())?;
        let account = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
        let (platform, server) = (at.scenario.network.clone(), at.server.clone());
        let connected = Connected { workspace: id, grant, account, platform, server, at: now };
        rows.push((connected.grant(Some(sealed)), connected.account(at.remote_id(number), number)));
    }
    let accounts = rows.iter().map(|(_, account)| account.id).collect();
    let made = engine.db.write(move |tx| {
        Box::pin(async move {
            workspace::insert(tx, &home).await?;
            for (grant, account) in &rows {
                grant::insert(tx, grant).await?;
                account::insert(tx, account).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    made.await?;
    Ok((id, accounts))
}

/// It opens nothing; the sink knows by it whose a post is.
fn credential(home: &Home, number: usize) -> Credential {
    Credential {
        access_token: Secret::new(format!("{TOKEN}{}", home.remote_id(number))),
        refresh_token: None,
        expires_at: None,
        refresh_expires_at: None,
        scopes: Vec::new(),
        extra: serde_json::Value::Null,
    }
}
