//! Who lives where. Every persona has an account on every server; ids follow from both, so they are the same in every
//! world.

use sha2::{Digest, Sha256};

use super::PLATFORM;
use super::state::State;
use crate::sandbox::persona::{PERSONAS, crowd};
use crate::sandbox::{Persona, Token, TokenKind, World};

/// Where most people sign in. It has no repositories itself.
pub const ENTRYWAY: &str = "bsky.social";
/// The server that holds the repositories of the people who sign in at the entryway.
pub const HOSTED: &str = "shimeji.us-east.host.bsky.network";
/// Servers that people run themselves; the star is any one label.
pub const SELF_HOSTED: &str = "*.bluesky.localhost";
/// Self-hosted servers that exist from the start.
pub const READY: &[&str] = &["pds", "garden"];
/// The web page of the network.
pub const WEB: &str = "bsky.app";

const SELF_HOSTED_SUFFIX: &str = ".bluesky.localhost";
const ENTRYWAY_SUFFIX: &str = ".bsky.social";

/// One persona's account on one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose.
    pub persona: &'static Persona,
    /// The server with the repository.
    pub host: String,
}

impl Account {
    /// The permanent id.
    pub fn did(&self) -> String {
        format!("did:plc:{}", self.letters("did", 24))
    }

    /// The name that points to the id. Reserved names end in `.test`; `.localhost` is none that the network allows.
    pub fn handle(&self) -> String {
        match self.host.strip_suffix(SELF_HOSTED_SUFFIX) {
            Some(label) => format!("{}.{label}.test", self.persona.key),
            None => format!("{}{ENTRYWAY_SUFFIX}", self.persona.key),
        }
    }

    /// An app password that exists from the start.
    pub fn app_password(&self) -> String {
        let letters = self.letters("app password", 16);
        [&letters[..4], &letters[4..8], &letters[8..12], &letters[12..]].join("-")
    }

    /// The account's own password, which can do everything.
    pub fn own_password(&self) -> String {
        format!("the-own-password-of-{}", self.persona.key)
    }

    /// Whether a sign-in at `host` can be for this account.
    pub fn signs_in_at(&self, host: &str) -> bool {
        self.host == host || (self.host == HOSTED && host == ENTRYWAY)
    }

    fn letters(&self, purpose: &str, len: usize) -> String {
        const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let digest = Sha256::new()
            .chain_update(purpose)
            .chain_update([0])
            .chain_update(&self.host)
            .chain_update([0])
            .chain_update(self.persona.key)
            .finalize();
        digest.iter().take(len).map(|b| char::from(BASE32[usize::from(b % 32)])).collect()
    }
}

/// Whether sessions and repositories are kept here.
pub fn is_server(host: &str) -> bool {
    host == ENTRYWAY || host == HOSTED || is_self_hosted(host)
}

/// Whether this is a server of somebody's own.
pub fn is_self_hosted(host: &str) -> bool {
    host.ends_with(SELF_HOSTED_SUFFIX)
}

/// Whether this is the index of the network.
pub fn is_index(host: &str) -> bool {
    host == "public.api.bsky.app" || host == "api.bsky.app"
}

/// Gives every persona an account on a server, once.
pub fn move_in(world: &World, host: &str) {
    let known = world.read(PLATFORM, |state: &State| state.servers.contains(host));
    if known {
        return;
    }
    world.state(PLATFORM, |state: &mut State| state.servers.insert(host.to_owned()));
    for persona in PERSONAS {
        give_password(world, &Account { persona, host: host.to_owned() });
    }
}

/// Gives everybody of the crowd an account on [`HOSTED`], once.
pub fn crowd_in(world: &World) {
    let known = world.state(PLATFORM, |state: &mut State| std::mem::replace(&mut state.crowded, true));
    for persona in crowd().iter().filter(|_| !known) {
        give_password(world, &Account { persona, host: HOSTED.to_owned() });
    }
}

fn give_password(world: &World, account: &Account) {
    let value = account.app_password();
    if world.tokens().find(PLATFORM, &value).is_none() {
        let mut token = Token::new(PLATFORM, TokenKind::AppPassword, value);
        token.account = Some(account.did());
        token.server = Some(account.host.clone());
        world.tokens().issue(token);
    }
}

/// Every account on every server that exists, and those of the crowd once they have any.
pub fn all(world: &World) -> Vec<Account> {
    let crowded = world.read(PLATFORM, |state: &State| state.crowded);
    let others = crowd().iter().filter(|_| crowded);
    let others = others.map(|persona| Account { persona, host: HOSTED.to_owned() });
    shown(world).into_iter().chain(others).collect()
}

/// The accounts that pages show.
pub fn shown(world: &World) -> Vec<Account> {
    let servers = world.read(PLATFORM, |state: &State| state.servers.clone());
    servers
        .iter()
        .flat_map(|host| PERSONAS.iter().map(|persona| Account { persona, host: host.clone() }))
        .collect()
}

/// The account with this DID or handle.
pub fn find(world: &World, actor: &str) -> Option<Account> {
    let actor = actor.to_ascii_lowercase();
    all(world).into_iter().find(|a| a.did() == actor || a.handle() == actor)
}
