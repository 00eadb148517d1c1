//! The front page of the listener.

use std::fmt::Write as _;

use axum::response::Html;

use super::{escape, shell};

/// One host as the front page and `GET /sandbox/hosts` show it.
#[derive(Debug, Clone, serde::Serialize)]
pub(in crate::sandbox) struct HostEntry {
    /// The platform's name.
    pub(in crate::sandbox) platform: &'static str,
    /// The network as people write it.
    pub(in crate::sandbox) title: &'static str,
    /// The host name.
    pub(in crate::sandbox) host: String,
    /// Base URL on this listener.
    pub(in crate::sandbox) url: String,
    /// Stands for every name of this form.
    pub(in crate::sandbox) wildcard: bool,
    /// What it is.
    pub(in crate::sandbox) about: &'static str,
    /// A page worth visiting.
    pub(in crate::sandbox) page: Option<String>,
}

/// Lists the simulated hosts.
pub(in crate::sandbox) fn index_page(hosts: &[HostEntry]) -> Html<String> {
    let mut body = String::from(
        "<h1>Simulated networks</h1><p>Every host below behaves like the real one, on this machine only.</p>",
    );
    for network in hosts.chunk_by(|a, b| a.platform == b.platform) {
        draw_network(&mut body, network);
    }
    body.push_str(
        "<nav class=\"links\"><a href=\"/sandbox/ledger\">Ledger</a><a href=\"/sandbox/tokens\">Tokens</a>\
         <a href=\"/sandbox/faults\">Faults</a><a href=\"/sandbox/hosts\">Hosts</a></nav>",
    );
    shell("Index", "Sandbox", "#455a64", &body)
}

/// What there is to see first, the hosts for the curious below.
fn draw_network(body: &mut String, hosts: &[HostEntry]) {
    let title = hosts.first().map_or("", |h| h.title);
    let _ = write!(body, "<section class=\"card\"><h2>{}</h2>", escape(title));
    for host in hosts {
        if let Some(page) = &host.page {
            let _ = write!(
                body,
                "<p><a class=\"visit\" href=\"{}\">Open {}</a> <small>{}</small></p>",
                escape(page),
                escape(&host.host),
                escape(host.about)
            );
        }
    }
    let _ = write!(body, "<details><summary>{} hosts</summary><ul class=\"hosts\">", hosts.len());
    for host in hosts {
        let _ =
            write!(body, "<li><code>{}</code> <span>{}</span></li>", escape(&host.host), escape(host.about));
    }
    body.push_str("</ul></details></section>");
}
