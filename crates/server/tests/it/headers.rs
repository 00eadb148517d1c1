//! What browsers are told by headers, on every address that can be opened. Each rule is a test of MDN's HTTP Observatory
//! (github.com/mdn/mdn-http-observatory, `src/analyzer/tests`, 2026) and takes only what scores best there. Where plain http is
//! concerned an installation without https differs: it promises none, and its cookies travel without it.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use carillon_server::{assets, urls};

use crate::access::filled;
use crate::support::desk::BUSY;
use crate::support::{Answer, OWNER, TestApp};

/// An answer, and where it came from.
struct Seen {
    path: String,
    answer: Answer,
    /// Whether the installation is reached by https.
    https: bool,
}

impl Seen {
    fn all(&self, name: &str) -> Vec<&str> {
        self.answer.headers.get_all(name).iter().map(|value| value.to_str().expect("text")).collect()
    }

    /// The value of a header that is there once.
    fn one(&self, name: &str) -> Result<&str, String> {
        match self.all(name).as_slice() {
            [value] => Ok(*value),
            all => Err(format!("{} times", all.len())),
        }
    }

    fn is_page(&self) -> bool {
        self.answer.header("content-type").starts_with("text/html")
    }
}

type Rule = fn(&Seen) -> Result<(), String>;

const RULES: [(&str, Rule); 11] = [
    ("content-security-policy", policy),
    ("cookies", cookies),
    ("cross-origin-resource-sharing", sharing),
    ("cross-origin-resource-policy", resources),
    ("cross-origin-opener-policy", openers),
    ("redirection", redirects),
    ("referrer-policy", referrers),
    ("strict-transport-security", transport),
    ("subresource-integrity", scripts),
    ("x-content-type-options", types),
    ("x-frame-options", frames),
];

/// Places that are no places: everybody has a server there.
const BROAD: [&str; 8] =
    ["*", "http:", "https:", "ftp:", "http://*", "https://*", "http://*.*", "https://*.*"];
const UNSAFE: [&str; 3] = ["'unsafe-inline'", "'unsafe-eval'", "data:"];
/// The Observatory's least age, half a year.
const LEAST_AGE_S: u64 = 15_768_000;

fn held(holds: bool, why: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why.into()) }
}

type Policy<'a> = BTreeMap<&'a str, Vec<&'a str>>;

fn directives(text: &str) -> Result<Policy<'_>, String> {
    let mut policy = Policy::new();
    for directive in text.split(';') {
        let mut words = directive.split_whitespace();
        let Some(name) = words.next() else { continue };
        held(policy.insert(name, words.collect()).is_none(), format!("{name} twice"))?;
    }
    Ok(policy)
}

/// What a kind of content may come from.
fn sources<'a>(policy: &'a Policy<'a>, kind: &str) -> &'a [&'a str] {
    let found = policy.get(kind).or_else(|| policy.get("default-src"));
    found.map_or(&["*"][..], Vec::as_slice)
}

fn policy(seen: &Seen) -> Result<(), String> {
    let policy = directives(seen.one("content-security-policy")?)?;
    let default = policy.get("default-src").map(Vec::as_slice).unwrap_or_default();
    held(default == ["'none'"], "what is not allowed is forbidden")?;
    for kind in ["script-src", "style-src", "object-src"] {
        let loose = sources(&policy, kind).iter().find(|s| BROAD.contains(s) || UNSAFE.contains(s));
        held(loose.is_none(), format!("{kind} has {loose:?}"))?;
    }
    let plain = policy.values().flatten().find(|s| s.starts_with("http:") || s.starts_with("ftp:"));
    held(plain.is_none() || !seen.https, format!("https leads to {plain:?}"))?;
    if !seen.is_page() {
        return Ok(());
    }
    for (kind, only) in [("script-src", "'self'"), ("style-src", "'self'"), ("frame-ancestors", "'none'")] {
        held(sources(&policy, kind) == [only], format!("{kind} has more than {only}"))?;
    }
    // Only the page on which accounts are connected leads on to networks.
    let leads_on = seen.path.ends_with("/connections");
    for name in ["base-uri", "frame-ancestors", "form-action"] {
        let all = policy.get(name).ok_or_else(|| format!("{name} is missing"))?;
        let loose = all.iter().find(|s| BROAD.contains(s));
        held(loose.is_none() || (leads_on && name == "form-action"), format!("{name} has {loose:?}"))?;
    }
    Ok(())
}

fn cookies(seen: &Seen) -> Result<(), String> {
    for cookie in seen.all("set-cookie") {
        let (name, rules) = cookie.split_once('=').ok_or("a cookie without a name")?;
        let has = |rule: &str| rules.split("; ").any(|one| one == rule);
        held(has("SameSite=Lax") || has("SameSite=Strict"), format!("{name} goes along everywhere"))?;
        held(has("Secure") == seen.https, format!("{name}, Secure: {}", has("Secure")))?;
        let signs_in = ["sess", "login"].iter().any(|part| name.contains(part));
        held(has("HttpOnly") || !signs_in, format!("scripts see {name}"))?;
    }
    Ok(())
}

fn sharing(seen: &Seen) -> Result<(), String> {
    held(seen.all("access-control-allow-origin").is_empty(), "other sites may read it")
}

fn resources(seen: &Seen) -> Result<(), String> {
    let policy = seen.one("cross-origin-resource-policy")?;
    held(policy == "same-origin", policy)
}

fn openers(seen: &Seen) -> Result<(), String> {
    let policy = seen.one("cross-origin-opener-policy")?;
    held(["same-origin", "same-origin-allow-popups"].contains(&policy), policy)
}

/// No redirect leads to another host or away from https. From http to https is the proxy's to lead: nothing else listens there.
fn redirects(seen: &Seen) -> Result<(), String> {
    let to = seen.answer.header("location");
    held(to.is_empty() || (to.starts_with('/') && !to.starts_with("//")), to)
}

fn referrers(seen: &Seen) -> Result<(), String> {
    let policy = seen.one("referrer-policy")?;
    held(policy == "same-origin", policy)
}

fn transport(seen: &Seen) -> Result<(), String> {
    const NAME: &str = "strict-transport-security";
    if !seen.https {
        return held(seen.all(NAME).is_empty(), "plain http can't promise https");
    }
    let promise = seen.one(NAME)?;
    let age = promise.split(';').find_map(|part| part.trim().strip_prefix("max-age="));
    held(age.and_then(|age| age.parse::<u64>().ok()).is_some_and(|age| age >= LEAST_AGE_S), promise)
}

/// Scripts and styles are files of ours, so that no hash of them has to be told; and nothing is inline, which would not run anyway.
fn scripts(seen: &Seen) -> Result<(), String> {
    if !seen.is_page() {
        return Ok(());
    }
    let page = seen.answer.text();
    let tags = |name: &str| -> Vec<String> {
        page.split(name).skip(1).map(|rest| rest.split('>').next().unwrap_or_default().to_owned()).collect()
    };
    let ours = |tag: &str, at: &str| tag.split_once(at).is_some_and(|(_, path)| path.starts_with("/static/"));
    for tag in tags("<script") {
        held(ours(&tag, " src=\""), format!("<script{tag}>"))?;
    }
    for tag in tags("<link").iter().filter(|tag| tag.contains("stylesheet")) {
        held(ours(tag, " href=\""), format!("<link{tag}>"))?;
    }
    held(!page.contains(" style=\"") && !page.contains("<style"), "an inline style")?;
    let after_name =
        |rest: &str| rest.trim_start_matches(|c: char| c.is_ascii_lowercase()).starts_with("=\"");
    let handler =
        page.split(" on").skip(1).find(|rest| after_name(rest)).and_then(|rest| rest.split('"').next());
    held(handler.is_none(), format!("an inline handler: {handler:?}"))
}

fn types(seen: &Seen) -> Result<(), String> {
    let policy = seen.one("x-content-type-options")?;
    held(policy == "nosniff", policy)
}

fn frames(seen: &Seen) -> Result<(), String> {
    let policy = seen.one("x-frame-options")?;
    held(policy == "DENY", policy)
}

/// Every address that can be opened, by somebody signed in and by nobody, and the forms that set cookies.
async fn opened(flags: &[(&'static str, &str)], https: bool) -> Vec<Seen> {
    let app = TestApp::with(&[&BUSY[..], flags].concat()).await;
    let (owner, home) = app.owner().await;
    let nobody = app.browser();
    let mut seen = vec![
        ("signing in".to_owned(), nobody.sign_in(OWNER.0, OWNER.1).await),
        ("signing out".to_owned(), nobody.post(&urls::sign_out(), &[]).await),
        ("not signing in".to_owned(), nobody.sign_in(OWNER.0, "a guess").await),
        ("choosing a look".to_owned(), owner.post(&urls::theme(), &[("theme", "dark"), ("back", "/")]).await),
    ];
    let style = assets::url("css/app.css");
    let own = urls::ALL.iter().map(|pattern| pattern.replace("{workspace}", home.trim_start_matches("/w/")));
    let paths = own.map(|pattern| filled(&pattern)).chain([style, "/no/such/page".to_owned()]);
    // Events go on until the page is closed.
    for path in paths.filter(|path| !path.contains('{') && !path.ends_with("/events")) {
        seen.push((path.clone(), owner.get(&path).await));
        seen.push((path.clone(), nobody.get(&path).await));
    }
    seen.into_iter().map(|(path, answer)| Seen { path, answer, https }).collect()
}

fn judge(all: &[Seen]) {
    let pages = all.iter().filter(|seen| seen.is_page() && seen.answer.status == StatusCode::OK);
    assert!(pages.count() > 20, "the pages were opened");
    let set: Vec<&str> = all.iter().flat_map(|seen| seen.all("set-cookie")).collect();
    for name in ["carillon_session=", "carillon_theme=", "carillon_workspace="] {
        assert!(set.iter().any(|cookie| cookie.starts_with(name)), "{name}: {set:?}");
    }
    let mut broken = Vec::new();
    for seen in all {
        for (name, rule) in RULES {
            let why = rule(seen).err();
            broken.extend(why.map(|why| format!("{}: {name}: {why}", seen.path)));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[tokio::test]
async fn behind_https_every_rule_of_the_observatory_holds() {
    judge(&opened(&[("server.public_url", "https://carillon.example.com")], true).await);
}

#[tokio::test]
async fn by_plain_http_the_same_holds_and_https_is_not_promised() {
    judge(&opened(&[], false).await);
}

#[tokio::test]
async fn servers_without_https_are_led_to_only_where_the_operator_allows_them() {
    let https = ("server.public_url", "https://carillon.example.com");
    for (flags, plain) in [(&[https][..], false), (&[https, ("egress.allow", "127.0.0.0/8")][..], true)] {
        let app = TestApp::with(flags).await;
        let (owner, home) = app.owner().await;
        let of = async |path: &str| owner.get(path).await.header("content-security-policy").to_owned();
        let connecting = of(&format!("{home}/connections")).await;
        let forms = if plain { "form-action 'self' https: http:;" } else { "form-action 'self' https:;" };
        assert!(connecting.contains(forms), "{connecting}");
        assert_eq!(connecting.contains("http://localhost:*"), plain, "{connecting}");
        let elsewhere = of("/settings/profile").await;
        assert!(elsewhere.contains("form-action 'self';"), "{elsewhere}");
        assert_eq!(elsewhere.contains("http://localhost:*"), plain, "avatars of the sandbox: {elsewhere}");
    }
}
