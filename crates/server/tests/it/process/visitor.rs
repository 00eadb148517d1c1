//! A person's browser at a running server.

use std::collections::BTreeMap;

use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{Request, StatusCode};
use bytes::Bytes;

use super::exchange;

/// Keeps cookies, sends forms as browsers do, follows nothing by itself.
pub struct Visitor {
    base: String,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// Somebody who was never here.
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned(), cookies: BTreeMap::new() }
    }

    /// Opens a page; answers its status, text, and where it leads.
    pub async fn get(&mut self, path: &str) -> (StatusCode, String, String) {
        self.send(Request::get(path), Bytes::new()).await
    }

    /// Sends a form from a page of this server.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> (StatusCode, String, String) {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ORIGIN, &self.base)
            .header("sec-fetch-site", "same-origin");
        self.send(request, body.into()).await
    }

    /// The values of all cookies.
    pub fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.cookies.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    async fn send(
        &mut self,
        mut request: axum::http::request::Builder,
        body: Bytes,
    ) -> (StatusCode, String, String) {
        let jar: Vec<String> = self.cookies().map(|(name, value)| format!("{name}={value}")).collect();
        if !jar.is_empty() {
            request = request.header(COOKIE, jar.join("; "));
        }
        let authority = self.base.strip_prefix("http://").expect("plain http");
        let answer = exchange(authority, request, body).await;
        for set in answer.headers().get_all(SET_COOKIE) {
            let (pair, rules) = set.to_str().expect("text").split_once(';').expect("rules");
            let (name, value) = pair.split_once('=').expect("a pair");
            if rules.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.headers().get(LOCATION).map_or("", |v| v.to_str().expect("text")).to_owned();
        (answer.status(), String::from_utf8_lossy(answer.body()).into_owned(), location)
    }
}
