//! Looking up whom a post could mention.
//!
//! Source: the lexicon of `app.bsky.actor.searchActorsTypeahead` (bluesky-social/atproto): `q` is the beginning of a handle or name, no
//! sign-in is needed. With one, those whom the account follows come first.

use async_trait::async_trait;
use carillon_domain::connector_error::ConnectorError;

use super::errors::without_login;
use super::identity::BROKEN_HANDLE;
use super::read::no_index;
use super::wire::{Actor, Actors};
use super::xrpc::Xrpc;
use super::{APPVIEW, Bluesky, DESCRIPTOR};
use crate::contract::cx::Cx;
use crate::contract::people::{People, Person};

#[async_trait]
impl People for Bluesky {
    async fn find(&self, cx: &Cx<'_>, words: &str, most: usize) -> Result<Vec<Person>, ConnectorError> {
        let limit = most.to_string();
        let asked = [("q", words.trim_start_matches('@')), ("limit", limit.as_str())];
        let found = match ask(Xrpc::of(cx), &asked).await {
            // The account's server may have no index behind it; the public one knows everybody.
            Err(error) if no_index(&error) => {
                let appview = cx.settings.endpoint(&DESCRIPTOR, APPVIEW);
                ask(Xrpc::public(cx.http, cx.clock, &appview), &asked).await.map_err(without_login)?
            }
            answered => answered?,
        };
        let person =
            |actor: Actor| Person { handle: actor.handle, name: actor.display_name.unwrap_or_default() };
        // A handle that does not lead back to its account is shown as this one, and mentions nobody.
        let known = found.actors.into_iter().filter(|actor| actor.handle != BROKEN_HANDLE);
        Ok(known.map(person).collect())
    }
}

async fn ask(server: Xrpc<'_>, asked: &[(&str, &str)]) -> Result<Actors, ConnectorError> {
    server.query("searchActorsTypeahead", "app.bsky.actor.searchActorsTypeahead", asked).await
}
