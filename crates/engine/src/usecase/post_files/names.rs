//! Accounts and files by what people call them. A name that fits several is refused with what would tell them apart.

use std::collections::BTreeMap;

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, MediaId};
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::media;

use crate::usecase::accounts;
use crate::usecase::names::title;
use crate::{Actor, Engine};

/// Why a name names nothing: a stable code, and what to do.
pub(super) type Nameless = (&'static str, String);

/// What the workspace's accounts and files are called.
pub(super) struct Names {
    accounts: Vec<Account>,
    /// Files that were looked for.
    files: BTreeMap<String, Vec<MediaId>>,
}

struct Account {
    row: AccountRow,
    title: String,
}

impl Account {
    fn is_on(&self, network: &str) -> bool {
        self.row.platform.eq_ignore_ascii_case(network) || self.title.eq_ignore_ascii_case(network)
    }

    fn is_called(&self, handle: &str) -> bool {
        let bare = |text: &str| text.trim().trim_start_matches('@').to_lowercase();
        bare(&self.row.handle) == bare(handle)
    }
}

impl Names {
    /// # Errors
    /// [`AppError::Forbidden`] when the role may not read.
    pub async fn load(engine: &Engine, actor: &Actor) -> Result<Self, AppError> {
        let rows = accounts::list(engine, actor).await?;
        let named =
            rows.into_iter().map(|row| Account { title: title(engine, &row.platform).to_owned(), row });
        Ok(Self { accounts: named.collect(), files: BTreeMap::new() })
    }

    /// The account of an id, of a network with a handle (`instagram:marafields`), of a handle, or the only one on a network.
    pub fn account(&self, written: &str) -> Result<AccountId, Nameless> {
        if let Ok(id) = written.parse::<AccountId>() {
            // Whether it is one of this workspace is judged with the post.
            return Ok(id);
        }
        let called =
            |handle: &str| self.accounts.iter().filter(|one| one.is_called(handle)).collect::<Vec<_>>();
        let mut found = called(written);
        if found.is_empty()
            && let Some((network, handle)) = written.split_once([':', '/'])
        {
            found = called(handle);
            found.retain(|one| one.is_on(network.trim()));
        }
        if found.is_empty() {
            found = self.accounts.iter().filter(|one| one.is_on(written)).collect();
        }
        match found[..] {
            [one] => Ok(one.row.id),
            [] => Err((
                "unknown_account",
                format!(
                    "There is no account `{written}` here. Write a handle, or a network and a handle: bluesky:name."
                ),
            )),
            ref several => {
                let all: Vec<_> = several.iter().map(|one| self.written(&one.row)).collect();
                let message =
                    format!("Several accounts are called `{written}`. Write one of: {}.", all.join(", "));
                Err(("ambiguous_account", message))
            }
        }
    }

    /// What to write for an account: its network and handle, or its id where that fits another one as well.
    pub fn written(&self, row: &AccountRow) -> String {
        let same = |one: &&Account| one.is_on(&row.platform) && one.is_called(&row.handle);
        if self.accounts.iter().filter(same).count() == 1 {
            format!("{}:{}", row.platform, row.handle)
        } else {
            row.id.to_string()
        }
    }

    /// What to write for each account.
    pub fn all(&self) -> impl Iterator<Item = String> {
        self.accounts.iter().map(|one| self.written(&one.row))
    }

    /// What to write for the account of this id.
    pub fn of(&self, id: AccountId) -> String {
        let found = self.accounts.iter().find(|one| one.row.id == id);
        found.map_or_else(|| id.to_string(), |one| self.written(&one.row))
    }

    /// The file of an id or a name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn file(
        &mut self,
        engine: &Engine,
        actor: &Actor,
        written: &str,
    ) -> Result<Result<MediaId, Nameless>, AppError> {
        if let Ok(id) = written.parse::<MediaId>() {
            return Ok(Ok(id));
        }
        if written.starts_with("https://") || written.starts_with("http://") {
            let message = format!(
                "`{written}` is an address, which is not fetched. Upload the file, then write its name."
            );
            return Ok(Err(("address", message)));
        }
        let found = match self.files.get(written) {
            Some(found) => found.clone(),
            None => media::named(&engine.db, actor.workspace, written, 2).await?,
        };
        self.files.insert(written.to_owned(), found.clone());
        Ok(match found[..] {
            [one] => Ok(one),
            [] => Err((
                "unknown_media",
                format!("There is no file `{written}` in the library. Upload it first, then check again."),
            )),
            _ => Err((
                "ambiguous_media",
                format!("Several files are called `{written}`. Write the id of the one that is meant."),
            )),
        })
    }
}
