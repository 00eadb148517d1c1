//! Requests and answers against X's own OpenAPI descriptions.
//!
//! 2.166 describes what is asked in the older names, 2.167 what is asked in the newer ones. Descriptions are no part of this
//! repository: the environment variable `CARILLON_SPECS` names their folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::OnceLock;

use carillon_domain::post::Part;
use carillon_domain::time::Clock;
use serde_json::json;

use super::Lab;
use super::description::Spec;
use super::recording::Exchange;
use crate::conformance::draft;
use crate::contract::authorizer::Authorizer;
use crate::contract::insights::{Insights, PostRef};
use crate::contract::publisher::Publisher;
use crate::contract::reader::Reader;
use crate::platforms::x::CONNECTOR;
use crate::platforms::x::sandbox::Families;
use crate::sandbox::{Fault, FaultKind, When};
use crate::specs;

/// Operations that no description covers, with the reason.
const UNDESCRIBED: [(&str, &str, &str); 3] = [
    ("oauth2.token", "POST /2/oauth2/token", "the descriptions name its address as a security scheme only"),
    ("oauth2.refresh", "POST /2/oauth2/token", "the descriptions name its address as a security scheme only"),
    ("oauth2.revoke", "POST /2/oauth2/revoke", "in no description"),
];

/// Where the table of [`coverage`] is kept.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/spec-coverage.md");

/// Both descriptions.
pub(super) struct Specs {
    older: Spec,
    newer: Spec,
}

impl Specs {
    /// The descriptions, if they are there. Read once.
    pub(super) fn load() -> Option<&'static Self> {
        static SPECS: OnceLock<Option<Specs>> = OnceLock::new();
        SPECS.get_or_init(Self::read).as_ref()
    }

    fn read() -> Option<Self> {
        let read = |file: &str| specs::file(file).map(Spec::new);
        Some(Self { older: read("x/openapi-2.166.trimmed.json")?, newer: read("x/openapi-2.167.json")? })
    }

    fn of(&self, exchange: &Exchange) -> &Spec {
        let asked = exchange.query().iter().any(|(k, _)| k == "post.fields");
        // The profile is asked for by names that both know; its answer tells them apart.
        let answered = exchange.reply.as_ref().is_some_and(|(_, body)| {
            exchange.operation == "users.me" && String::from_utf8_lossy(body).contains("\"post_count\"")
        });
        let newer = asked || answered;
        if newer { &self.newer } else { &self.older }
    }

    /// Everything that does not fit.
    pub(super) fn problems(&self, exchanges: &[Exchange]) -> Vec<String> {
        let mut problems = BTreeSet::new();
        for exchange in exchanges.iter().filter(|e| UNDESCRIBED.iter().all(|(op, ..)| *op != e.operation)) {
            let what = format!("{} {} {}", exchange.operation, exchange.method, exchange.url);
            let found = self.of(exchange).problems(exchange);
            problems.extend(found.into_iter().map(|problem| format!("{what}: {problem}")));
        }
        problems.into_iter().collect()
    }
}

/// Everything that the connector can send, once.
async fn everything(lab: &Lab) {
    let session = lab.connect_as("fernwehbikes").await;
    let library = &lab.bench.library;
    let mut story =
        draft("A day & a night: example.com", [library.jpeg(600, 600, Some("alt")), library.png(9, 9, None)]);
    story
        .parts
        .push(Part { text: "A film".to_owned(), media: vec![library.mp4(5 * 1024 * 1024, 9_000, None)] });
    story.parts.push(Part { text: String::new(), media: vec![library.gif(90, 90, 3, Some("moving"))] });
    story.first_comment = Some("The end".to_owned());
    // A lost answer leads to a look at the newest posts.
    lab.bench.world.faults().add(Fault::once("x", "tweets.create", When::After, FaultKind::Cut));
    let published = session.publish(&story).await;
    assert!(published.is_published(), "{published:?}");
    for settings in ["following", "mentionedUsers", "subscribers", "verified"] {
        let mut asked = draft(&format!("Who may answer: {settings}?"), []);
        asked.options = json!({
            "reply_settings": settings, "made_with_ai": true, "paid_partnership": true,
            "poll": { "options": ["One", "Two", "Three", "Four"], "duration_minutes": 10_080 },
        })
        .as_object()
        .unwrap()
        .clone();
        let outcome = session.publish(&asked).await;
        assert!(outcome.is_published(), "{outcome:?}");
    }
    session.refresh().await.unwrap();
    let credential = session.credential();
    let cx = session.cx(&credential);
    for families in [Families::Tweet, Families::Post] {
        lab.memory(|m| m.families = families);
        Reader::posts(&CONNECTOR, &cx, None).await.unwrap();
        CONNECTOR.profile(&cx).await.unwrap();
        let now = lab.bench.clock.now();
        let ids = published.remote_ids();
        let post = |id| PostRef { remote_id: id, published_at: now };
        // One that is not there is told of in the same answer.
        let refs = [post(ids[0].as_str()), post("7")];
        Insights::posts(&CONNECTOR, &cx, &refs).await.unwrap();
    }
    lab.memory(|m| m.families = Families::Both);
    for n in 0..100 {
        session.publish(&draft(&format!("Post {n}"), [])).await;
    }
    session.refresh().await.unwrap();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let next = Reader::posts(&CONNECTOR, &cx, None).await.unwrap().next;
    Reader::posts(&CONNECTOR, &cx, next.as_deref()).await.unwrap();
    CONNECTOR.delete(&cx, &published.remote_ids()[0]).await.unwrap();
    let auth = lab.bench.auth_cx(&session.settings, None);
    CONNECTOR.revoke(&auth, &session.account, &credential).await.unwrap();
}

#[tokio::test]
async fn every_request_fits_the_description() {
    let test = "platforms::x::tests::spec::every_request_fits_the_description";
    let Some(specs) = Specs::load() else { return specs::skipped(test) };
    let lab = Lab::new();
    everything(&lab).await;
    // The rest is done when the lab ends; here: that it looked at something, in both families.
    let recorded = lab.recorded();
    assert_eq!(specs.problems(&recorded), Vec::<String>::new());
    assert!(recorded.iter().any(|e| std::ptr::eq(specs.of(e), &specs.newer)));
    for wrong in [
        ("/2/tweets/1/2", "GET", "", None),
        ("/2/users/me?user.fields=height", "GET", "", None),
        ("/2/users/1/tweets?limit=5", "GET", "", None),
        ("/2/users/me", "GET", "", Some(r#"{"data":{"id":7,"name":"a","username":"a"}}"#)),
        ("/2/tweets", "POST", r#"{"texte":"a"}"#, None),
    ] {
        let exchange = Exchange {
            operation: "wrong".to_owned(),
            method: wrong.1.to_owned(),
            url: format!("https://api.x.com{}", wrong.0),
            content_type: (!wrong.2.is_empty()).then(|| "application/json".to_owned()),
            authorization: None,
            body: wrong.2.into(),
            len: wrong.2.len(),
            reply: wrong.3.map(|answer| (200, answer.into())),
        };
        assert!(!specs.problems(&[exchange]).is_empty(), "{wrong:?} must be noticed");
    }
}

#[tokio::test]
async fn the_list_of_what_is_checked_is_up_to_date() {
    let test = "platforms::x::tests::spec::the_list_of_what_is_checked_is_up_to_date";
    let Some(specs) = Specs::load() else { return specs::skipped(test) };
    let lab = Lab::new();
    everything(&lab).await;
    let table = coverage(specs, &lab.recorded());
    let page = std::fs::read_to_string(PAGE).unwrap_or_default();
    let section =
        page.split_once("<!-- x -->\n").and_then(|(_, rest)| rest.split_once("<!-- /x -->")).map(|(s, _)| s);
    assert_eq!(
        section,
        Some(table.as_str()),
        "docs/reference/spec-coverage.md must hold, between its marks:\n{table}"
    );
}

/// A table of all operations with where they are described.
fn coverage(specs: &Specs, exchanges: &[Exchange]) -> String {
    let mut rows: BTreeMap<String, (String, BTreeSet<&str>)> = BTreeMap::new();
    for exchange in exchanges {
        if let Some((_, address, why)) = UNDESCRIBED.iter().find(|(op, ..)| *op == exchange.operation) {
            let row = rows.entry(exchange.operation.clone());
            row.or_insert_with(|| ((*address).to_owned(), BTreeSet::new())).1.insert(why);
            continue;
        }
        let spec = specs.of(exchange);
        let (template, _) = spec.operation(exchange).unwrap();
        let version = if std::ptr::eq(spec, &specs.newer) { "OpenAPI 2.167" } else { "OpenAPI 2.166" };
        let address = format!("{} {template}", exchange.method);
        rows.entry(exchange.operation.clone()).or_insert((address, BTreeSet::new())).1.insert(version);
    }
    let mut out = String::from("| operation | call | held against |\n|---|---|---|\n");
    for (operation, (address, versions)) in rows {
        let versions: Vec<_> = versions.into_iter().collect();
        let versions = match UNDESCRIBED.iter().any(|(op, ..)| *op == operation) {
            true => format!("nothing: {}", versions.join(", ")),
            false => versions.join(", "),
        };
        let _ = writeln!(out, "| `{operation}` | `{address}` | {versions} |");
    }
    out
}
