//! A browser without a screen: walks through the login and consent pages by their forms, as people do.

use http::StatusCode;
use http::header::LOCATION;
use url::Url;

use super::{InProcess, Persona, Sandbox};
use crate::kit::http::{Call, Reply, Safety, Transport};

/// What the person does at the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Agrees.
    Allow,
    /// Does not agree.
    Refuse,
}

impl Decision {
    fn value(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Refuse => "refuse",
        }
    }
}

/// The pages did not lead back. The text says where it stopped, with the page.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Lost(String);

/// Opens a page and gives its answer, redirects not followed.
///
/// # Errors
/// [`Lost`] when no answer arrives.
pub async fn open(sandbox: &Sandbox, url: &str) -> Result<Reply, Lost> {
    get(&InProcess::over(sandbox.clone()), url).await
}

async fn get(network: &dyn Transport, url: &str) -> Result<Reply, Lost> {
    send(network, Call::get("page", url)).await
}

async fn send(network: &dyn Transport, call: Call) -> Result<Reply, Lost> {
    let url = call.url.clone();
    network.send(call, None).await.map_err(|error| Lost(format!("{url}: {error}")))
}

/// Opens the authorize URL, signs in as the persona, decides, and gives the address that the browser is sent back to.
///
/// # Errors
/// [`Lost`] when the pages don't lead there, for example because the persona is not offered.
pub async fn walk(
    sandbox: &Sandbox,
    authorize_url: &Url,
    persona: &str,
    decision: Decision,
) -> Result<Url, Lost> {
    let inside = |host: &str| sandbox.knows(host);
    walk_over(&InProcess::over(sandbox.clone()), inside, authorize_url, persona, decision).await
}

/// The same over another way to the sandbox, sockets for example. `inside` tells the sandbox's own hosts from those that
/// the browser is sent back to.
///
/// # Errors
/// As [`walk`].
pub async fn walk_over(
    network: &dyn Transport,
    inside: impl Fn(&str) -> bool,
    authorize_url: &Url,
    persona: &str,
    decision: Decision,
) -> Result<Url, Lost> {
    let mut reply = get(network, authorize_url.as_str()).await?;
    let mut at = authorize_url.clone();
    for _ in 0..8 {
        if reply.status.is_redirection() {
            let target = reply.header(LOCATION.as_str()).unwrap_or_default().to_owned();
            let Ok(target) = at.join(&target) else {
                return Err(Lost(format!("redirected to {target:?}, which is not an address")));
            };
            let host = target.host_str().unwrap_or_default();
            if !inside(host) && !same_listener(&target, authorize_url) {
                return Ok(target);
            }
            reply = get(network, target.as_str()).await?;
            at = target;
            continue;
        }
        let page = reply.snippet(20_000);
        if reply.status != StatusCode::OK {
            return Err(Lost(format!("{at} answered {}: {page}", reply.status)));
        }
        let form = Form::in_page(&page).ok_or_else(|| Lost(format!("{at} has no form: {page}")))?;
        let (name, value) = match form.step.as_str() {
            "login" => ("sandbox_persona", persona),
            "consent" => ("sandbox_decision", decision.value()),
            other => return Err(Lost(format!("unknown step {other:?} at {at}"))),
        };
        // The crowd is not on the page.
        let known = form.step == "login" && Persona::in_crowd(value).is_some();
        if !known && !form.buttons.iter().any(|(n, v)| n == name && v == value) {
            return Err(Lost(format!("{at} has no button {name}={value}: {page}")));
        }
        let mut fields = form.hidden.clone();
        fields.push((name.to_owned(), value.to_owned()));
        let action = at.join(&form.action);
        let action = action.map_err(|error| Lost(format!("form action {:?}: {error}", form.action)))?;
        reply = send(network, Call::post("page", Safety::Invisible, action.as_str()).form(fields)).await?;
        at = action;
    }
    Err(Lost(format!("{authorize_url} never led back")))
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
