//! Login and consent.

use std::fmt::Write as _;

use axum::response::Html;

use super::{escape, hidden_fields, shell};
use crate::sandbox::oauth::{Consent, DECISION, PERSONA};
use crate::sandbox::{Persona, Site};

/// Choose who to sign in as.
pub(in crate::sandbox) fn login_page(
    site: &Site,
    consent: &Consent<'_>,
    params: &[(String, String)],
) -> Html<String> {
    let mut people = String::new();
    for (persona, handle) in consent.personas {
        let _ = write!(
            people,
            "<li><button name=\"{PERSONA}\" value=\"{key}\"><img src=\"{avatar}\" alt=\"\" width=\"44\" height=\"44\">\
             <span><strong>{name}</strong><small>@{handle}</small></span></button></li>",
            key = persona.key,
            avatar = escape(&site.avatar_url(persona.key)),
            name = escape(persona.name),
            handle = escape(handle),
        );
    }
    let body = format!(
        "<section class=\"card\"><h1>Sign in to {network}</h1><p>Choose who you are. No password is needed in the sandbox.</p>\
         <form method=\"post\" action=\"{action}\" data-step=\"login\">{hidden}<ul class=\"people\">{people}</ul></form></section>",
        network = escape(consent.network),
        action = escape(&site.url(consent.path)),
        hidden = hidden_fields(params, &[PERSONA, DECISION]),
    );
    shell("Sign in", consent.network, consent.color, &body)
}

/// Agree or refuse.
pub(in crate::sandbox) fn consent_page(
    site: &Site,
    consent: &Consent<'_>,
    params: &[(String, String)],
    persona: &Persona,
    handle: &str,
) -> Html<String> {
    let mut scopes = String::new();
    for (scope, meaning) in consent.scopes {
        let _ = write!(scopes, "<li>{}<small><code>{}</code></small></li>", escape(meaning), escape(scope));
    }
    let body = format!(
        "<section class=\"card\"><h1>{app} wants access</h1><p class=\"who\"><img src=\"{avatar}\" alt=\"\" width=\"44\" \
         height=\"44\"><span><strong>{name}</strong><small>@{handle}</small></span></p><p>{app} asks to:</p><ul class=\"scopes\">\
         {scopes}</ul><form method=\"post\" action=\"{action}\" data-step=\"consent\">{hidden}<input type=\"hidden\" \
         name=\"{PERSONA}\" value=\"{key}\"><p class=\"actions\"><button class=\"primary\" name=\"{DECISION}\" value=\"allow\">Allow\
         </button> <button name=\"{DECISION}\" value=\"refuse\">Refuse</button></p></form></section>",
        app = escape(consent.app),
        avatar = escape(&site.avatar_url(persona.key)),
        name = escape(persona.name),
        handle = escape(handle),
        key = persona.key,
        action = escape(&site.url(consent.path)),
        hidden = hidden_fields(params, &[PERSONA, DECISION]),
    );
    shell("Allow access", consent.network, consent.color, &body)
}
