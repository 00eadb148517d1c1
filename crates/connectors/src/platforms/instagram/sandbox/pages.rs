//! What the Facebook login can see: Pages, Businesses, and its own permissions.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::{Field, pick, requested};
use super::grant::Kind;
use super::nodes::{Call, page_of};
use super::people;
use super::tokens::page_token;
use crate::sandbox::Persona;

/// `/me/accounts`, `/me/businesses`, `/{business}/owned_pages`, `/{business}/client_pages`.
pub(super) fn list(call: &Call<'_>, edge: &str) -> Result<Value, Refusal> {
    if call.caller.kind != Kind::User && call.caller.kind != Kind::ShortUser {
        return Err(Refusal::missing(call.node, "get"));
    }
    let fields = requested(call.params)?;
    let me = call.caller.persona;
    let work = people::business(me);
    let entries = match edge {
        "accounts" if call.node == "me" => {
            scope(call, "pages_show_list")?;
            let mut entries = pages(call, &fields, &people::own_pages(me))?;
            if me.key == "theolund" {
                entries.push((people::BARE_PAGE.to_owned(), Some(bare_page(&fields)?)));
            }
            entries
        }
        "businesses" if call.node == "me" => {
            scope(call, "business_management")?;
            let business = |(id, owner): (&str, &Persona)| {
                let all = [("id", json!(id)), ("name", json!(format!("{} GmbH", owner.name)))];
                pick("Business", &fields, &all).map(|value| (id.to_owned(), Some(value)))
            };
            work.map(business).into_iter().collect::<Result<_, _>>()?
        }
        "owned_pages" | "client_pages" => {
            scope(call, "business_management")?;
            let Some((_, owner)) = work.filter(|(id, _)| *id == call.node) else {
                return Err(Refusal::missing(call.node, "get"));
            };
            let owners = if edge == "owned_pages" { vec![owner] } else { Vec::new() };
            pages(call, &fields, &owners)?
        }
        _ => return Err(Refusal::missing(call.node, "get")),
    };
    page_of(call, edge, entries, 100)
}

type Entries = Vec<(String, Option<Value>)>;

fn pages(call: &Call<'_>, fields: &[Field], owners: &[&'static Persona]) -> Result<Entries, Refusal> {
    let page = |owner: &&'static Persona| {
        let instagram = json!({
            "id": people::account_id(owner),
            "username": owner.key,
            "name": owner.name,
            "profile_picture_url": call.site.avatar_url(owner.key),
        });
        let all = [
            ("id", json!(people::page_id(owner))),
            ("name", json!(owner.name)),
            ("access_token", json!(page_token(call.world, &call.caller.token, owner))),
            ("category", json!("Creator")),
            ("tasks", json!(["ANALYZE", "ADVERTISE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE"])),
            ("instagram_business_account", instagram),
        ];
        pick("Page", fields, &all).map(|value| (people::page_id(owner), Some(value)))
    };
    owners.iter().map(page).collect()
}

fn bare_page(fields: &[Field]) -> Result<Value, Refusal> {
    let all = [
        ("id", json!(people::BARE_PAGE)),
        ("name", json!("Lund's old bakery")),
        ("access_token", Value::Null),
        ("category", json!("Bakery")),
        ("tasks", json!(["ANALYZE"])),
        ("instagram_business_account", Value::Null),
    ];
    pick("Page", fields, &all)
}

fn scope(call: &Call<'_>, scope: &str) -> Result<(), Refusal> {
    if call.caller.token.allows(scope) { Ok(()) } else { Err(Refusal::permission(scope)) }
}

/// `DELETE /me/permissions`: the app is removed, and every token of the grant with it.
pub(super) fn deauthorise(call: &Call<'_>) -> Result<Value, Refusal> {
    if call.node != "me" || !call.caller.facebook() {
        return Err(Refusal::missing(call.node, "delete"));
    }
    call.world.tokens().revoke_with_grant(super::PLATFORM, &call.caller.token.value);
    Ok(json!({ "success": true }))
}
