//! What is read of publications before anything is done with them: of many at once, as many as were claimed together.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use carillon_domain::id::{AccountId, GrantId, MediaId, PostId, PublicationId, WorkspaceId};
use carillon_domain::media::MediaInfo;
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::connect;
use carillon_store::repo::grant::{self, GrantRow};
use carillon_store::repo::media;
use carillon_store::repo::post::{self, PostRow};
use carillon_store::repo::publication::{self, PublicationRow};
use carillon_store::repo::workspace::{self, WorkspaceRow};
use carillon_store::{StoreError, Tx};

use super::context::if_open;
use super::queue::Target;
use crate::networks::Networks;

/// What the transaction that claimed a job read of its publication. Whatever is changed afterwards takes the lease away, or
/// counts as changed too late. Boxed, since thousands of runs wait at once and each hands it on from future to future.
#[derive(Debug)]
pub(crate) struct Known(pub(super) Option<Box<Rows>>);

/// What is read of a publication that there is something to do with.
#[derive(Debug)]
pub(super) struct Rows {
    pub row: PublicationRow,
    pub account: Option<AccountRow>,
    pub home: Option<WorkspaceRow>,
    pub grant: Option<GrantRow>,
    /// Our app at the account's server, sealed.
    pub app: Option<Vec<u8>>,
    pub post: Option<PostRow>,
    pub files: BTreeMap<MediaId, MediaInfo>,
}

impl Known {
    /// What there is to know of these publications. What is not in the answer is gone.
    pub async fn read(
        tx: &mut Tx<'_>,
        networks: &Networks,
        targets: &[Target],
    ) -> Result<HashMap<PublicationId, Self>, StoreError> {
        let rows = Rows::read(tx, networks, targets).await?;
        let known = rows.into_iter().map(|rows| (rows.row.id, Self(Some(Box::new(rows)))));
        let mut known: HashMap<_, _> = known.collect();
        for target in targets {
            known.entry(target.publication).or_insert(Self(None));
        }
        Ok(known)
    }
}

impl Rows {
    /// Of one publication.
    pub async fn read_one(
        tx: &mut Tx<'_>,
        networks: &Networks,
        target: Target,
    ) -> Result<Option<Box<Self>>, StoreError> {
        Ok(Self::read(tx, networks, &[target]).await?.pop().map(Box::new))
    }

    async fn read(tx: &mut Tx<'_>, networks: &Networks, targets: &[Target]) -> Result<Vec<Self>, StoreError> {
        let keys: Vec<_> = targets.iter().map(|target| (target.workspace, target.publication)).collect();
        let found = publication::find_all(tx, &keys).await?;
        let found: Vec<PublicationRow> = found.into_iter().filter_map(if_open).collect();
        let others = Others::read(tx, networks, &found).await?;
        let mut all = Vec::with_capacity(found.len());
        for row in found {
            let account = others.accounts.get(&row.account).cloned();
            let grant = account.as_ref().and_then(|account| others.grants.get(&account.grant)).cloned();
            let app = account.as_ref().and_then(at_server).and_then(|at| others.apps.get(&at)).cloned();
            let home = others.homes.get(&row.workspace).cloned();
            let post = others.posts.get(&row.post).cloned();
            let mut files = BTreeMap::new();
            // Also those that were deleted, as long as their bytes are there: a post that was composed at that moment still
            // goes out.
            for id in post.iter().flat_map(|post| post.composition.media_ids()) {
                if let Some(file) = media::find(&mut *tx, row.workspace, id).await? {
                    files.insert(id, file.info);
                }
            }
            all.push(Self { row, account, home, grant, app, post, files });
        }
        Ok(all)
    }
}

/// A network, and one of its servers.
type Server = (String, String);

fn at_server(account: &AccountRow) -> Option<Server> {
    Some((account.platform.clone(), account.server.clone()?))
}

/// What publications belong to. Ids are unique over all workspaces, and each row was asked for within its own.
struct Others {
    accounts: HashMap<AccountId, AccountRow>,
    grants: HashMap<GrantId, GrantRow>,
    apps: HashMap<Server, Vec<u8>>,
    homes: HashMap<WorkspaceId, WorkspaceRow>,
    posts: HashMap<PostId, PostRow>,
}

impl Others {
    async fn read(
        tx: &mut Tx<'_>,
        networks: &Networks,
        found: &[PublicationRow],
    ) -> Result<Self, StoreError> {
        let keys: HashSet<_> = found.iter().map(|row| (row.workspace, row.account)).collect();
        let accounts = account::find_all(tx, &keys.into_iter().collect::<Vec<_>>()).await?;
        let keys: HashSet<_> = accounts.iter().map(|account| (account.workspace, account.grant)).collect();
        let grants = grant::find_all(tx, &keys.into_iter().collect::<Vec<_>>()).await?;
        let mut apps = HashMap::new();
        for at in accounts.iter().filter_map(at_server).collect::<BTreeSet<_>>() {
            let redirect = networks.redirect_uri(&at.0);
            if let Some(app) = connect::find_app(&mut *tx, &at.0, &at.1, redirect.as_str()).await? {
                apps.insert(at, app);
            }
        }
        let keys: HashSet<_> = found.iter().map(|row| row.workspace).collect();
        let homes = workspace::find_all(tx, &keys.into_iter().collect::<Vec<_>>()).await?;
        let keys: HashSet<_> = found.iter().map(|row| (row.workspace, row.post)).collect();
        let posts = post::find_all(tx, &keys.into_iter().collect::<Vec<_>>()).await?;
        Ok(Self {
            accounts: accounts.into_iter().map(|row| (row.id, row)).collect(),
            grants: grants.into_iter().map(|row| (row.id, row)).collect(),
            apps,
            homes: homes.into_iter().map(|row| (row.id, row)).collect(),
            posts: posts.into_iter().map(|row| (row.id, row)).collect(),
        })
    }
}
