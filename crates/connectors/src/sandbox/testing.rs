//! Walks through the login and consent pages as a browser would, by their forms.

use http::StatusCode;
use http::header::LOCATION;
use url::Url;

use super::{InProcess, Sandbox};
use crate::kit::http::{Call, Reply, Safety, Transport};

/// Opens the authorize URL, signs in as the persona, agrees, and gives the address that the browser is sent back to.
///
/// # Panics
/// When the pages don't lead there; the message has the page.
pub async fn approve(sandbox: &Sandbox, authorize_url: &Url, persona: &str) -> Url {
    walk(sandbox, authorize_url, persona, "allow").await
}

/// The same, but refuses.
///
/// # Panics
/// When the pages don't lead there; the message has the page.
pub async fn refuse(sandbox: &Sandbox, authorize_url: &Url, persona: &str) -> Url {
    walk(sandbox, authorize_url, persona, "refuse").await
}

/// Opens a page and gives its answer, redirects not followed.
///
/// # Panics
/// When no answer arrives.
pub async fn open(sandbox: &Sandbox, url: &str) -> Reply {
    send(sandbox, Call::get("page", url)).await
}

async fn send(sandbox: &Sandbox, call: Call) -> Reply {
    let url = call.url.clone();
    match InProcess::over(sandbox.clone()).send(call, None).await {
        Ok(reply) => reply,
        Err(error) => panic!("{url}: {error}"),
    }
}

async fn walk(sandbox: &Sandbox, authorize_url: &Url, persona: &str, decision: &str) -> Url {
    let mut reply = open(sandbox, authorize_url.as_str()).await;
    let mut at = authorize_url.clone();
    for _ in 0..8 {
        if reply.status.is_redirection() {
            let target = reply.header(LOCATION.as_str()).unwrap_or_default().to_owned();
            let Ok(target) = at.join(&target) else {
                panic!("redirected to {target:?}, which is not an address")
            };
            let host = target.host_str().unwrap_or_default();
            let inside = sandbox.knows(host) || same_listener(&target, authorize_url);
            if !inside {
                return target;
            }
            reply = open(sandbox, target.as_str()).await;
            at = target;
            continue;
        }
        let page = reply.snippet(20_000);
        assert_eq!(reply.status, StatusCode::OK, "{at}: {page}");
        let Some(form) = Form::in_page(&page) else { panic!("{at} has no form: {page}") };
        let (name, value) = match form.step.as_str() {
            "login" => ("sandbox_persona", persona),
            "consent" => ("sandbox_decision", decision),
            other => panic!("unknown step {other:?} at {at}"),
        };
        assert!(
            form.buttons.iter().any(|(n, v)| n == name && v == value),
            "{at} has no button {name}={value}: {page}"
        );
        let mut fields = form.hidden.clone();
        fields.push((name.to_owned(), value.to_owned()));
        let Ok(action) = at.join(&form.action) else { panic!("form action {:?}", form.action) };
        reply = send(sandbox, Call::post("page", Safety::Invisible, action.as_str()).form(fields)).await;
        at = action;
    }
    panic!("{authorize_url} never led back");
}

/// Under the listener's path form the callback may be on the same machine; only sandbox paths are inside.
fn same_listener(target: &Url, authorize_url: &Url) -> bool {
    target.origin() == authorize_url.origin() && !target.path().starts_with("/oauth/")
}

#[derive(Debug, Default)]
struct Form {
    action: String,
    step: String,
    hidden: Vec<(String, String)>,
    buttons: Vec<(String, String)>,
}

impl Form {
    fn in_page(page: &str) -> Option<Self> {
        let start = page.find("<form")?;
        let end = page[start..].find("</form>")? + start;
        let mut form = Self::default();
        for tag in page[start..end].split('<').filter_map(|t| t.split_once('>').map(|(tag, _)| tag)) {
            let attribute = |name: &str| attribute(tag, name);
            match tag.split_whitespace().next().unwrap_or_default() {
                "form" => {
                    form.action = attribute("action").unwrap_or_default();
                    form.step = attribute("data-step").unwrap_or_default();
                }
                "input" => form.hidden.push((attribute("name")?, attribute("value").unwrap_or_default())),
                "button" => form.buttons.push((attribute("name")?, attribute("value").unwrap_or_default())),
                _ => {}
            }
        }
        Some(form)
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = &tag[from..];
    let value = &value[..value.find('"')?];
    let plain = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    Some(plain.replace("&amp;", "&"))
}
