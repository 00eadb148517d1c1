//! The sandbox's pages: plain HTML from the server, no scripts, the same neutral look for every network.

pub mod feed;
mod index;
pub mod signin;

use std::fmt::Write as _;

use axum::response::{Html, IntoResponse, Response};

pub(super) use index::{HostEntry, index_page};

/// Below `/sandbox`: what there is instead of a file that was too large to be kept.
pub(super) const TOO_LARGE: &str = "/too-large/";

/// Escapes text for HTML, in elements and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A whole page. `color` is the network's (`#rrggbb`), `body` is finished HTML.
pub fn shell(title: &str, network: &str, color: &str, body: &str) -> Html<String> {
    let accent = if is_color(color) { color } else { "#455a64" };
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         img-src * data:; media-src *; style-src 'unsafe-inline'\"><title>{title} · {network} (sandbox)</title><link rel=\"icon\" href=\"data:,\"><style>{css}</style>\
         </head><body style=\"--accent:{accent}\"><header><a class=\"net\" href=\"/\">{network}</a><span class=\"tag\">sandbox</span>\
         <span class=\"note\">A simulated network. Nothing here leaves this machine.</span></header><main>{body}</main></body></html>",
        title = escape(title),
        network = escape(network),
        css = include_str!("style.css"),
    ))
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// A page that only says something, with a status.
pub fn message(status: http::StatusCode, network: &str, color: &str, title: &str, text: &str) -> Response {
    let body = format!("<section class=\"card\"><h1>{}</h1><p>{}</p></section>", escape(title), escape(text));
    (status, shell(title, network, color, &body)).into_response()
}

/// Hidden fields that carry parameters along.
fn hidden_fields(params: &[(String, String)], without: &[&str]) -> String {
    let mut out = String::new();
    for (name, value) in params.iter().filter(|(n, _)| !without.contains(&n.as_str())) {
        let _ = write!(out, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value));
    }
    out
}
