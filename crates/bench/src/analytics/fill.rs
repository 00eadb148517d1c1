//! A workspace with accounts, the looks of some days at them, and posts with the looks at these.

use anyhow::Context;
use carillon_connectors::Registry;
use carillon_domain::id::{AccountId, Id, RemotePostId, SyncRunId, WorkspaceId};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::time::{Clock, ManualClock, SeededEntropy, SignedDuration, Timestamp, random_bytes};
use carillon_server::ambient::SystemClock;
use carillon_store::bulk::history::Block;
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::grant::{self, GrantRow};
use carillon_store::repo::remote_post::{self, RemotePostRow};
use carillon_store::repo::snapshot::{self, Subject};
use carillon_store::{Db, StoreError};

use super::Plan;
use crate::rows::Connected;
use crate::server::Site;
use crate::wire::Client;

/// What networks tell of a post, with the share of its views that each is.
const METRICS: [(&str, i64); 6] =
    [("views", 1), ("reach", 2), ("likes", 20), ("comments", 160), ("shares", 300), ("saves", 400)];

/// Hours after which posts are looked at. Young ones are, at the same shares of what they have lived.
const LOOKS: [i64; 8] = [1, 3, 6, 12, 24, 48, 96, 168];

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The database, and what was put into it.
pub struct Filled {
    /// Its URL.
    pub database: String,
    /// What was made, to be copied.
    pub block: Block,
    /// The accounts.
    pub accounts: Vec<AccountId>,
}

impl Filled {
    /// Makes an owner, and the days of one block that end now.
    pub async fn new(site: &Site, database: Option<&str>, plan: &Plan) -> anyhow::Result<Self> {
        let token = site.make_owner().await?;
        let carillon = site.start_all().await?;
        let api = Client::with_token(carillon.word("url")?, &token)?;
        let workspace = api.get_json("/api/v1/workspace").await?;
        let workspace: WorkspaceId = workspace["id"].as_str().context("no workspace")?.parse()?;
        carillon.process.stop().await?;
        let file = || format!("sqlite:{}", site.path().join("data").join("carillon.db").display());
        let database = database.map_or_else(file, str::to_owned);
        let to = SystemClock::new().now();
        let block = Block { workspace, from: to - plan.block(), to };
        let db = Db::open(&database).await?;
        let maker = Maker { block, entropy: SeededEntropy::new(5) };
        let mut accounts = Vec::with_capacity(plan.accounts);
        for number in 0..plan.accounts {
            let posts = plan.posts_of_block();
            // As many as there are, however they divide.
            let of_it = posts * (number + 1) / plan.accounts - posts * number / plan.accounts;
            accounts.push(maker.account(&db, number, of_it).await?);
        }
        db.close().await;
        Ok(Self { database, block, accounts })
    }
}

struct Maker {
    block: Block,
    entropy: SeededEntropy,
}

impl Maker {
    fn id<K: carillon_domain::id::Kind>(&self, at: Timestamp) -> Id<K> {
        Id::new(&ManualClock::new(at), &self.entropy)
    }

    fn below(&self, end: i64) -> i64 {
        (u64::from_le_bytes(random_bytes(&self.entropy)) % end.unsigned_abs().max(1)).cast_signed()
    }

    async fn account(&self, db: &Db, number: usize, posts: usize) -> Result<AccountId, StoreError> {
        let (grant, row) = self.rows(number);
        let id = row.id;
        let run: SyncRunId = self.id(self.block.from);
        let totals = self.totals();
        let mut posts: Vec<_> = (0..posts).map(|_| self.post(id)).collect();
        posts.sort_by_key(|(row, _)| row.published_at);
        let workspace = self.block.workspace;
        db.write(move |tx| {
            Box::pin(async move {
                grant::insert(tx, &grant).await?;
                account::insert(tx, &row).await?;
                for seen in &totals {
                    snapshot::add(tx, Subject::account(workspace, id), run, seen).await?;
                }
                for (post, looks) in &posts {
                    remote_post::put(tx, post).await?;
                    let subject = Subject { workspace, account: id, id: post.id.uuid() };
                    for seen in looks {
                        snapshot::add(tx, subject, run, seen).await?;
                    }
                }
                Ok(())
            })
        })
        .await?;
        Ok(id)
    }

    fn rows(&self, number: usize) -> (GrantRow, AccountRow) {
        let at = self.block.from;
        let all = Registry.all();
        let connected = Connected {
            workspace: self.block.workspace,
            grant: self.id(at),
            account: self.id(at),
            platform: all[number % all.len()].descriptor().name.to_owned(),
            server: None,
            at,
        };
        let row = connected.account(format!("account-{number}"), number);
        let seen = self.totals().pop();
        (connected.grant(None), AccountRow { profile: seen, synced_at: Some(self.block.to), ..row })
    }

    /// A look a day.
    fn totals(&self) -> Vec<Observation> {
        let first = 1_000 + self.below(100_000);
        let at = std::iter::successors(Some(self.block.from), |at| Some(*at + DAY));
        at.take_while(|at| *at < self.block.to)
            .zip(first..)
            .map(|(as_of, followers)| Observation {
                as_of,
                readings: vec![
                    Reading::new("followers", followers, "followers_count"),
                    Reading::new("following", 300, "follows_count"),
                    Reading::new("posts", followers / 10, "media_count"),
                ],
            })
            .collect()
    }

    fn post(&self, account: AccountId) -> (RemotePostRow, Vec<Observation>) {
        let span = self.block.to.duration_since(self.block.from).as_secs();
        let at = self.block.from + SignedDuration::from_secs(self.below(span - 60));
        let id: RemotePostId = self.id(at);
        let views = 100 + self.below(50_000);
        let lived = self.block.to.duration_since(at).as_secs().min(LOOKS[LOOKS.len() - 1] * 3_600);
        let looks: Vec<_> = LOOKS
            .map(|hours| {
                let (part, all) = (hours, LOOKS[LOOKS.len() - 1]);
                let after = SignedDuration::from_secs(lived * part / all) + SignedDuration::from_micros(part);
                let got = views * (part + 24) / (all + 24);
                Observation { as_of: at + after, readings: readings(got) }
            })
            .into();
        let seen = looks.last().cloned().unwrap_or(Observation { as_of: at, readings: Vec::new() });
        let row = RemotePostRow {
            workspace: self.block.workspace,
            account,
            id,
            remote_id: id.to_string(),
            url: Some(format!("https://social.example/{id}")),
            text: "Rehearsal is at seven, and the new bells have arrived.".to_owned(),
            kind: Some("image".to_owned()),
            published_at: at,
            publication: None,
            first_seen_at: at,
            seen,
        };
        (row, looks)
    }
}

fn readings(views: i64) -> Vec<Reading> {
    METRICS.iter().map(|(name, part)| Reading::new(*name, views / part, format!("{name}_count"))).collect()
}
