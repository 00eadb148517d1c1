//! What a user token sees: themselves, their Pages and Businesses, and their permissions; and a Page's own fields.

use carillon_domain::time::SignedDuration;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::{Field, pick, requested};
use super::grant::{Kind, Right};
use super::nodes::{Call, page_node};
use super::paging::page_of;
use super::people::{self, Page, Through, Work};
use super::tokens::page_token;
use super::{PLATFORM, WWW, state};

/// What comes of a Page in a list without `fields`.
const LISTED: &[&str] = &["access_token", "category", "category_list", "name", "id", "tasks"];

/// `/me`, `/{user}`.
pub(super) fn user(call: &Call<'_>) -> Result<Value, Refusal> {
    if call.caller.kind == Kind::Page {
        return page(call);
    }
    own_user(call, "get")?;
    let me = call.caller.user;
    let all = [
        ("id", json!(people::user_id(me))),
        ("name", json!(me.name)),
        ("picture", json!({ "data": { "url": call.site.avatar_url(me.key), "is_silhouette": false } })),
    ];
    pick("User", &requested(call.params, &["id", "name"])?, &all)
}

fn own_user(call: &Call<'_>, method: &str) -> Result<(), Refusal> {
    let own = people::user_id(call.caller.user);
    let ok = call.caller.kind != Kind::Page && (call.node == "me" || call.node == own);
    if ok { Ok(()) } else { Err(Refusal::missing(call.node, method)) }
}

/// `/me/accounts`: the Pages on which the user has a role.
pub(super) fn accounts(call: &Call<'_>) -> Result<Value, Refusal> {
    own_user(call, "get")?;
    call.caller.scope("pages_show_list", false)?;
    list(call, Through::Role)
}

/// `/{business}/owned_pages`, `/{business}/client_pages`.
pub(super) fn of_business(call: &Call<'_>) -> Result<Value, Refusal> {
    if call.caller.kind == Kind::Page || people::business(call.caller.user) != Some(call.node) {
        return Err(Refusal::missing(call.node, "get"));
    }
    call.caller.scope("business_management", false)?;
    list(call, if call.edge == "owned_pages" { Through::Owned } else { Through::Client })
}

fn list(call: &Call<'_>, through: Through) -> Result<Value, Refusal> {
    let fields = requested(call.params, LISTED)?;
    let works = call.caller.works().into_iter().filter(|w| w.through == through);
    let entries = works.map(|w| Ok((w.page.id(), Some(shown(call, w, &fields)?))));
    page_of(call, &entries.collect::<Result<_, Refusal>>()?)
}

/// `/me/businesses`.
pub(super) fn businesses(call: &Call<'_>) -> Result<Value, Refusal> {
    own_user(call, "get")?;
    call.caller.scope("business_management", false)?;
    let fields = requested(call.params, &["id", "name"])?;
    let entries = people::business(call.caller.user).into_iter().map(|id| {
        let all = [("id", json!(id)), ("name", json!(people::BUSINESS_NAME))];
        Ok((id.to_owned(), Some(pick("Business", &fields, &all)?)))
    });
    page_of(call, &entries.collect::<Result<_, Refusal>>()?)
}

/// `/{page}`: with the Page's token, or with that of somebody who works for it.
pub(super) fn page(call: &Call<'_>) -> Result<Value, Refusal> {
    let id = page_node(call);
    let work = call.caller.work(&id).ok_or_else(|| Refusal::missing(call.node, "get"))?;
    if call.caller.kind == Kind::Page {
        if call.caller.page(Right::Read)?.id() != id {
            return Err(Refusal::missing(call.node, "get"));
        }
    } else {
        let scope = if work.through == Through::Role { "pages_show_list" } else { "business_management" };
        call.caller.scope(scope, true)?;
    }
    shown(call, work, &requested(call.params, &["name", "id"])?)
}

fn shown(call: &Call<'_>, work: Work, fields: &[Field]) -> Result<Value, Refusal> {
    let page = work.page;
    let mut all = public_fields(call, page);
    let wants_token = fields.iter().any(|f| f.name == "access_token");
    let token = if wants_token { json!(page_token(call.world, &call.caller, page)) } else { Value::Null };
    all.push(("access_token", token));
    all.push(("tasks", json!(work.tasks)));
    pick("Page", fields, &all)
}

fn public_fields(call: &Call<'_>, page: Page) -> Vec<(&'static str, Value)> {
    let avatar = call.site.avatar_url(page.look.key);
    let now = call.world.now();
    let followers = page.look.followers_at(PLATFORM, now);
    let lately = page.look.audience(PLATFORM).flow(now - SignedDuration::from_hours(7 * 24), now);
    let owned = matches!(page.handle, "fernwehbikes");
    let business = json!({ "id": people::BUSINESS, "name": people::BUSINESS_NAME });
    vec![
        ("id", json!(page.id())),
        ("name", json!(page.name)),
        ("username", json!(page.handle)),
        ("link", json!(call.site.url_on(WWW, &format!("/{}", page.handle)))),
        ("about", json!(page.look.bio)),
        ("category", json!(page.category)),
        ("category_list", json!([{ "id": "2700", "name": page.category }])),
        ("website", json!(format!("https://{}.example.com/", page.handle))),
        ("fan_count", json!(followers * 97 / 100)),
        ("followers_count", json!(followers)),
        ("new_like_count", json!(lately.came)),
        ("talking_about_count", json!(followers / 60)),
        ("verification_status", json!(if page.look.brand { "blue_verified" } else { "not_verified" })),
        ("is_published", json!(true)),
        ("cover", json!({ "id": "0", "source": avatar, "offset_x": 0, "offset_y": 0 })),
        ("picture", json!({ "data": { "url": avatar, "width": 96, "height": 96, "is_silhouette": false } })),
        ("business", if owned { business.clone() } else { Value::Null }),
        ("owner_business", if owned { business } else { Value::Null }),
        ("instagram_business_account", Value::Null),
    ]
}

/// `GET /me/permissions`.
pub(super) fn permissions(call: &Call<'_>) -> Result<Value, Refusal> {
    own_user(call, "get")?;
    let declined = call.caller.token.extra["declined"].as_array().cloned().unwrap_or_default();
    let given = call.caller.token.scopes.iter().map(|s| json!({ "permission": s, "status": "granted" }));
    let declined = declined.iter().map(|s| json!({ "permission": s, "status": "declined" }));
    Ok(json!({ "data": given.chain(declined).collect::<Vec<_>>() }))
}

/// `DELETE /me/permissions`: the app is removed, and every token of the grant with it. With a name behind it only that permission goes.
pub(super) fn revoke(call: &Call<'_>, name: Option<&str>) -> Result<Value, Refusal> {
    own_user(call, "delete")?;
    let tokens = call.world.tokens();
    let Some(name) = name else {
        tokens.revoke_with_grant(PLATFORM, &call.caller.token.value);
        return Ok(json!({ "success": true }));
    };
    if !call.caller.token.allows(name) {
        return Err(Refusal::parameter(format!("The permission {name} was not granted")));
    }
    let ours = |token: &crate::sandbox::Token| {
        token.platform == PLATFORM && token.grant.is_some() && token.grant == call.caller.token.grant
    };
    for (token, _) in tokens.list().into_iter().filter(|(token, _)| ours(token)) {
        tokens.update(PLATFORM, &token.value, |t| {
            t.scopes.retain(|scope| scope != name);
            if let Some(declined) = t.extra["declined"].as_array_mut() {
                declined.push(json!(name));
            }
        });
    }
    Ok(json!({ "success": true }))
}

/// `/{page}/subscribed_apps`.
pub(super) fn subscribed(call: &Call<'_>, method: &str) -> Result<Value, Refusal> {
    let page = call.own_page(Right::Manage, method)?.id();
    match method {
        "POST" => {
            let fields: Vec<String> =
                call.params.text("subscribed_fields").split(',').map(|f| f.trim().to_owned()).collect();
            if let Some(unknown) = fields.iter().find(|f| !SUBSCRIBABLE.contains(&f.as_str())) {
                return Err(Refusal::parameter(format!(
                    "Param subscribed_fields must be one of {SUBSCRIBABLE:?} - got \"{unknown}\"."
                )));
            }
            state::change(call.world, |s| s.subscriptions.insert(page, fields));
            Ok(json!({ "success": true }))
        }
        "DELETE" => {
            state::change(call.world, |s| s.subscriptions.remove(&page));
            Ok(json!({ "success": true }))
        }
        _ => {
            let app = call.world.apps().ready_made(PLATFORM);
            let fields = state::read(call.world, |s| s.subscriptions.get(&page).cloned());
            let data = fields.map(|fields| {
                json!({ "id": app.client_id, "name": app.name, "category": "Business", "subscribed_fields": fields })
            });
            Ok(json!({ "data": data.into_iter().collect::<Vec<_>>() }))
        }
    }
}

/// Fields of the object `page` that are played here (Webhooks for Pages).
const SUBSCRIBABLE: &[&str] = &["feed", "mention", "messages", "message_deliveries", "message_reads"];
