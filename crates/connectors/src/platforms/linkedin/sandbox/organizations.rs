//! Organisations and who may act for them ("Organization Access Control by Role", "Organization Lookup API").

use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal, ok};
use super::door::Call;
use super::memory::read;
use super::restli::encoded;
use super::{numbers, people};
use crate::sandbox::Persona;

const ANY: &[&str] =
    &["rw_organization_admin", "r_organization_admin", "r_organization_social", "w_organization_social"];

/// `GET /rest/organizationAcls?q=roleAssignee`, or `q=organization` for administrators.
pub(super) fn acls(call: &Call<'_>) -> Answer {
    call.needs(&["rw_organization_admin", "r_organization_admin"])?;
    call.query.only(&["q", "role", "state", "organization", "start", "count"])?;
    let (start, count) = (call.query.number("start", 0, usize::MAX)?, call.query.number("count", 10, 100)?);
    let (q, role, state) = (call.query.need("q")?, call.query.text("role")?, call.query.text("state")?);
    let mut entries: Vec<(String, people::Role)> = match q {
        "roleAssignee" => call.roles().into_iter().map(|r| (call.caller.urn.clone(), r)).collect(),
        "organization" => assignees(call, call.query.need("organization")?)?,
        _ => return Err(Refusal::query()),
    };
    entries.retain(|(_, r)| role.is_none_or(|w| r.role == w) && state.is_none_or(|w| r.state == w));
    let element = |(assignee, role): &(String, people::Role)| {
        json!({
            "role": role.role,
            "state": role.state,
            "roleAssignee": assignee,
            "organization": people::organization_urn(role.organization),
        })
    };
    let elements: Vec<Value> = entries.iter().skip(start).take(count).map(element).collect();
    let mut links = Vec::new();
    if count > 0 && start + count < entries.len() {
        let mut href = format!("/rest/organizationAcls?count={count}&q={q}&start={}", start + count);
        for (name, value) in
            [("role", role), ("state", state), ("organization", call.query.text("organization")?)]
        {
            if let Some(value) = value {
                href.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        links.push(json!({ "rel": "next", "href": href, "type": "application/json" }));
    }
    let paging = json!({ "start": start, "count": count, "links": links, "total": entries.len() });
    Ok(ok(json!({ "paging": paging, "elements": elements })))
}

fn assignees(call: &Call<'_>, organization: &str) -> Result<Vec<(String, people::Role)>, Refusal> {
    if !call.role_at(organization).is_some_and(|r| r.administers()) {
        return Err(call.denied());
    }
    let of = |persona: &'static Persona| {
        let urn = people::person_urn(persona, &call.caller.client_id);
        people::roles(persona).into_iter().map(move |role| (urn.clone(), role))
    };
    let all = crate::sandbox::persona::PERSONAS.iter().flat_map(of);
    Ok(all.filter(|(_, r)| people::organization_urn(r.organization) == organization).collect())
}

/// An organisation, with what only its administrators see.
fn shown(call: &Call<'_>, organization: &Persona) -> Value {
    let urn = people::organization_urn(organization);
    let id: u64 = people::organization_id(organization).parse().unwrap_or_default();
    let logo = format!("urn:li:digitalmediaAsset:C4E0BAQ{}", organization.key);
    let mut value = json!({
        "id": id,
        "localizedName": organization.name,
        "vanityName": organization.key,
        "localizedWebsite": format!("https://{}.example", organization.key),
        "logoV2": { "original": logo, "cropped": logo },
        "primaryOrganizationType": "NONE",
        "locations": [],
    });
    if call.role_at(&urn).is_some_and(|r| r.administers()) {
        value["$URN"] = json!(urn);
        value["localizedDescription"] = json!(organization.bio);
        value["staffCountRange"] = json!("SIZE_11_TO_50");
        value["organizationType"] = json!("PRIVATELY_HELD");
    }
    value
}

/// `GET /rest/organizations/{id}`.
pub(super) fn get(call: &Call<'_>) -> Answer {
    call.query.only(&[])?;
    call.needs(ANY)?;
    let organization = people::by_organization_id(call.key(0));
    Ok(ok(shown(call, organization.ok_or_else(|| Refusal::not_found("Organization"))?)))
}

/// `GET /rest/organizations?q=vanityName&vanityName=…`.
pub(super) fn find(call: &Call<'_>) -> Answer {
    call.query.only(&["q", "vanityName"])?;
    call.needs(ANY)?;
    if call.query.need("q")? != "vanityName" {
        return Err(Refusal::query());
    }
    let name = call.query.need("vanityName")?;
    let found: Vec<Value> =
        people::organizations().filter(|p| p.key == name).map(|p| shown(call, p)).collect();
    Ok(ok(json!({ "paging": { "start": 0, "count": 10, "links": [] }, "elements": found })))
}

/// `GET /rest/organizations?ids=List(1,2)`.
pub(super) fn batch(call: &Call<'_>) -> Answer {
    call.query.only(&["ids"])?;
    call.needs(ANY)?;
    if read(call.world, |m| m.development) {
        return Err(call.denied());
    }
    let (mut results, mut statuses) = (Map::new(), Map::new());
    for id in call.query.list("ids")?.unwrap_or_default() {
        let found = people::by_organization_id(id);
        statuses.insert(id.to_owned(), json!(if found.is_some() { 200 } else { 404 }));
        results.extend(found.map(|p| (id.to_owned(), shown(call, p))));
    }
    Ok(ok(json!({ "results": results, "statuses": statuses, "errors": {} })))
}

/// `GET /rest/networkSizes/{urn}?edgeType=COMPANY_FOLLOWED_BY_MEMBER`.
pub(super) fn network_size(call: &Call<'_>) -> Answer {
    call.query.only(&["edgeType"])?;
    call.needs(ANY)?;
    if call.query.need("edgeType")? != "COMPANY_FOLLOWED_BY_MEMBER" {
        return Err(Refusal::query());
    }
    let organization = people::by_organization_urn(call.key(0));
    let organization = organization.ok_or_else(|| Refusal::not_found("Organization"))?;
    Ok(ok(json!({ "firstDegreeSize": numbers::followers(organization, call.world.now()) })))
}
