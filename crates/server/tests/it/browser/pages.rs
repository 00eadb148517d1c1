//! Every page at two widths and two looks: nothing complains, nothing sticks out, and axe finds nothing against WCAG 2.2 AA.
//! Pictures of all of them are drawn into `target/screenshots`, to be looked at.

use std::path::{Path, PathBuf};

use axum::http::Method;
use carillon_store::testing::skipped;
use serde_json::json;

use super::page::Page;
use super::stage::{Stage, other_workspace};
use super::{import, notes};
use crate::documents::pdf;

/// Folder with axe-core's package; without it these tests are skipped.
const VARIABLE: &str = "CARILLON_TEST_AXE_DIR";
const WIDTHS: [u32; 2] = [1440, 390];
const LOOKS: [&str; 2] = ["light", "dark"];

/// Opens what is folded, so that all of it is looked at.
const UNFOLD: &str = "document.querySelectorAll('main details').forEach((d) => { d.open = true; }), true";

/// Nothing moves any more.
const STILL: &str = "document.fonts.status === 'loaded' && [...document.images].every((i) => i.complete || i.loading === 'lazy')
  && document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getComputedTiming().iterations === Infinity)";

const AXE: &str = "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] })
  .then((r) => r.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`)))";

/// Looks at pages, and keeps what it finds until the end, so that one run tells everything.
struct Inspector {
    axe: String,
    pictures: PathBuf,
    found: Vec<String>,
}

impl Inspector {
    fn new(test: &str) -> Option<Self> {
        let Some(folder) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) else {
            skipped(&format!("{VARIABLE} unset"), &format!("browser::{test}"));
            return None;
        };
        let script = Path::new(&folder).join("axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&script).unwrap_or_else(|e| panic!("{}: {e}", script.display()));
        let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
        std::fs::create_dir_all(&pictures).expect("a folder");
        Some(Self { axe, pictures, found: Vec::new() })
    }

    /// Opens a page and looks at it.
    async fn open(&mut self, page: &Page, name: &str, url: &str) {
        page.goto(url).await;
        page.js(UNFOLD).await;
        self.look(page, name).await;
    }

    /// Looks at what is open at every width, in every look.
    async fn look(&mut self, page: &Page, name: &str) {
        page.js(&format!("{};0", self.axe)).await;
        for look in LOOKS {
            page.prefer(look).await;
            let dressed = format!("document.documentElement.dataset.bsTheme === '{look}'");
            page.wait("the look", &dressed).await;
            for width in WIDTHS {
                page.resize(width, 900).await;
                page.wait(
                    "the width",
                    &format!("innerWidth === {width} || document.documentElement.scrollWidth > {width}"),
                )
                .await;
                page.wait("nothing moves", STILL).await;
                let place = format!("{name}-{width}-{look}");
                self.measure(page, &place, width).await;
                let found = page.js(AXE).await;
                let found = found.as_array().expect("a list").iter();
                self.found.extend(found.map(|v| format!("{place}: {}", v.as_str().unwrap_or_default())));
                picture(page, width, &self.pictures.join(format!("{place}.png"))).await;
            }
        }
    }

    /// Nothing is wider than the window.
    async fn measure(&mut self, page: &Page, place: &str, width: u32) {
        let wide = format!(
            "document.documentElement.scrollWidth <= {width} ? [] : [...document.querySelectorAll('body *')]
               .filter((e) => e.getBoundingClientRect().right > {width} + 0.5 && e.checkVisibility())
               .slice(0, 5).map((e) => e.outerHTML.slice(0, 120))"
        );
        let out = page.js(&wide).await;
        let out = out.as_array().expect("a list").iter();
        self.found.extend(out.map(|e| format!("{place}: sticks out: {e}")));
    }

    fn end(self) {
        assert!(self.found.is_empty(), "{} findings:\n{}", self.found.len(), self.found.join("\n"));
    }
}

/// Draws the whole page into a PNG file, in a window that is as high; a dialog in a window of the usual height.
async fn picture(page: &Page, width: u32, file: &Path) {
    let whole = "document.querySelector('dialog[open]') ? 900 : Math.min(document.documentElement.scrollHeight, 8000)";
    let height = page.js(whole).await.as_u64().and_then(|h| u32::try_from(h).ok()).expect("a height");
    page.resize(width, height.max(900)).await;
    page.wait("the height", &format!("innerHeight === {}", height.max(900))).await;
    let drawn = page.command("Page.captureScreenshot", json!({})).await;
    let data = drawn["data"].as_str().expect("a picture");
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, data).expect("base64");
    std::fs::write(file, bytes).expect("a file");
}

/// The path of the workspace that is open.
async fn home(page: &Page) -> String {
    let path = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    path.as_str().expect("a path").to_owned()
}

/// The first link of the page to something below this path.
async fn first(page: &Page, below: &str) -> String {
    let link = page.js(&format!("document.querySelector(\"main a[href^='{below}/']\").href")).await;
    link.as_str().expect("a link").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_about_posts_are_sound() {
    let test = "pages::pages_about_posts_are_sound";
    let Some(mut inspector) = Inspector::new(test) else { return };
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    let home = home(&page).await;
    inspector.open(&page, "overview", &stage.url(&format!("{home}/overview?days=90"))).await;
    inspector
        .open(&page, "overview-network", &stage.url(&format!("{home}/overview?platform=mastodon")))
        .await;
    let mastodon = stage.account("mastodon").await;
    let queue = stage.url(&format!("{home}/accounts/{mastodon}/queue"));
    inspector.open(&page, "queue-none", &queue).await;
    let slots = json!({ "slots": [{ "weekday": 1, "time": "09:00" }, { "weekday": 4, "time": "18:30", "timezone": "Asia/Tokyo" }] });
    let path = format!("/api/v1/accounts/{mastodon}/slots");
    let (status, said) = stage.api.send(Method::PUT, &path, Some(slots)).await;
    assert!(status.is_success(), "{said}");
    let queued = json!({ "text": "Whenever there is room.", "accounts": [mastodon], "status": "queue" });
    stage.api.post("/api/v1/posts", queued).await;
    inspector.open(&page, "queue", &queue).await;
    let weekly = json!({ "text": "Every week.", "accounts": [mastodon], "status": "scheduled",
        "scheduled_at": "2032-06-07T09:00:00Z", "repeat": "FREQ=WEEKLY" });
    let weekly = stage.api.post("/api/v1/posts", weekly).await;
    let weekly = weekly["id"].as_str().expect("an id").to_owned();
    inspector.open(&page, "post-series", &stage.url(&format!("{home}/posts/{weekly}"))).await;
    inspector.open(&page, "edit-series", &stage.url(&format!("{home}/compose?post={weekly}"))).await;
    let found = stage.found_on("threads").await;
    inspector.open(&page, "post-found", &stage.url(&format!("{home}/found/{found}"))).await;
    inspector.open(&page, "definitions", &stage.url(&format!("{home}/definitions"))).await;
    inspector.open(&page, "calendar-month", &stage.url(&format!("{home}/calendar"))).await;
    inspector.open(&page, "calendar-week", &stage.url(&format!("{home}/calendar?view=week"))).await;
    for view in ["day", "list"] {
        let place = format!("{home}/calendar?view={view}&colour=network&state=scheduled");
        inspector.open(&page, &format!("calendar-{view}"), &stage.url(&place)).await;
    }
    inspector.open(&page, "calendar-empty", &stage.url(&format!("{home}/calendar?date=2031-05-04"))).await;
    page.resize(1440, 900).await;
    notes::mark(&stage, &page, &home).await;
    inspector.look(&page, "calendar-notes").await;
    inspector.open(&page, "notes", &stage.url(&format!("{home}/calendar/notes"))).await;
    inspector.open(&page, "import", &stage.url(&format!("{home}/posts/import"))).await;
    page.resize(1440, 900).await;
    import::choose(&stage, &page, import::WRONG).await;
    inspector.look(&page, "import-report").await;
    inspector.open(&page, "posts", &stage.url(&format!("{home}/posts"))).await;
    inspector.open(&page, "posts-none", &stage.url(&format!("{home}/posts?q=nothing+like+this"))).await;
    page.goto(&stage.url(&format!("{home}/posts?status=scheduled"))).await;
    let scheduled = first(&page, &format!("{home}/posts")).await;
    inspector.open(&page, "post-scheduled", &scheduled).await;
    let edit = page.js("document.querySelector(\"main a[href*='compose?post=']\").href").await;
    inspector.open(&page, "edit", edit.as_str().expect("a link")).await;
    page.goto(&stage.url(&format!("{home}/posts?status=published"))).await;
    let published = first(&page, &format!("{home}/posts")).await;
    inspector.open(&page, "post-published", &published).await;
    figures(&mut inspector, &stage, &page, &home).await;

    inspector.open(&page, "compose", &stage.url(&format!("{home}/compose"))).await;
    page.resize(1440, 900).await;
    page.fill(("textbox", "Text"), &"A long text about coffee. ".repeat(20)).await;
    page.js("document.querySelectorAll('[name=account]').forEach((a) => a.click())").await;
    page.wait("the check", "document.querySelector('#check .check-bad')").await;
    page.wait("the best times", "document.querySelector('[data-slots]:not([aria-busy]) .slots-note')").await;
    inspector.look(&page, "compose-checked").await;
    page.resize(1440, 900).await;
    page.js("document.querySelector('[data-open-picker]').click()").await;
    page.wait("the library", "document.querySelector('#picker[open] [data-pick] img')?.complete").await;
    inspector.look(&page, "compose-library").await;

    page.goto(&stage.url(&format!("{home}/calendar"))).await;
    let other = other_workspace(&page).await;
    for (name, status) in [("post-failed", "failed"), ("post-held", "held")] {
        page.goto(&stage.url(&format!("{other}/posts?status={status}"))).await;
        let link = first(&page, &format!("{other}/posts")).await;
        inspector.open(&page, name, &link).await;
    }
    inspector.open(&page, "connections-trouble", &stage.url(&format!("{other}/connections"))).await;
    account(&mut inspector, &page, "account-trouble", &other).await;
    stage.close([page]).await;
    inspector.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_other_pages_are_sound() {
    let test = "pages::all_other_pages_are_sound";
    let Some(mut inspector) = Inspector::new(test) else { return };
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.tab().await;
    page.expect_complaint("status of 422");
    page.expect_complaint("status of 404");
    inspector.open(&page, "sign-in", &stage.url("/sign-in")).await;
    page.resize(1440, 900).await;
    page.fill(("textbox", "Email"), "nobody@example.com").await;
    page.fill(("textbox", "Password"), "not the password").await;
    page.click(("button", "Sign in")).await;
    page.wait("a refusal", "document.querySelector('.alert-danger')").await;
    inspector.look(&page, "sign-in-refused").await;

    page.goto(stage.login()).await;
    page.arrive("/overview").await;
    let home = home(&page).await;
    page.resize(1440, 900).await;
    page.js("document.querySelector('.side .menu-up').open = true, document.querySelector('.top .menu-end').open = true").await;
    inspector.look(&page, "menu").await;
    search(&mut inspector, &stage, &page, &home).await;
    inspector.open(&page, "library", &stage.url(&format!("{home}/library"))).await;
    page.goto(&stage.url(&format!("{home}/library?kind=image"))).await;
    page.js("document.querySelector('[data-shelf] input[name=item]').click()").await;
    inspector.look(&page, "library-chosen").await;
    page.resize(1440, 900).await;
    page.click(".shelf-bar .btn-primary").await;
    page.wait("what the networks say", "document.querySelector('#publish[open] #publish-check > *')").await;
    inspector.look(&page, "library-publish").await;
    page.goto(&stage.url(&format!("{home}/library?kind=files"))).await;
    let file = first(&page, &format!("{home}/library")).await;
    inspector.open(&page, "file", &file).await;
    let document = stage.api.upload("tides.pdf", &pdf(12), "").await;
    let place = format!("{home}/library/{}", document["id"].as_str().expect("an id"));
    inspector.open(&page, "document", &stage.url(&place)).await;
    page.resize(1440, 900).await;
    page.click(("button", "Delete")).await;
    page.wait("the question", "document.querySelector('#confirm[open]')").await;
    inspector.look(&page, "question").await;
    inspector.open(&page, "connections", &stage.url(&format!("{home}/connections"))).await;
    account(&mut inspector, &page, "account", &home).await;
    for name in [
        "notices",
        "settings",
        "settings/members",
        "settings/tokens",
        "settings/reports",
        "settings/calendar",
        "settings/texts",
    ] {
        inspector.open(&page, &name.replace('/', "-"), &stage.url(&format!("{home}/{name}"))).await;
    }
    for name in ["settings/profile", "settings/sessions"] {
        inspector.open(&page, &name.replace('/', "-"), &stage.url(&format!("/{name}"))).await;
    }
    page.goto(&stage.url(&format!("{home}/settings/tokens"))).await;
    page.resize(1440, 900).await;
    page.fill("[name=name]", "A script").await;
    page.click(("button", "Create token")).await;
    page.wait("the token", "document.querySelector('#new-token')").await;
    inspector.look(&page, "settings-token-made").await;
    inspector.open(&page, "error", &stage.url("/no/such/page")).await;
    choose(&mut inspector, &stage, &page).await;
    stage.close([page]).await;
    inspector.end();
}

/// The search, the palette and the map of the keys.
async fn search(inspector: &mut Inspector, stage: &Stage, page: &Page, home: &str) {
    let thrown = stage.api.upload("thrown.pdf", &pdf(3), "").await;
    let id = thrown["id"].as_str().expect("an id");
    inspector.open(page, "trash-empty", &stage.url(&format!("{home}/trash"))).await;
    page.goto(&stage.url(&format!("{home}/library/{id}"))).await;
    page.resize(1440, 900).await;
    page.click(("button", "Delete")).await;
    page.click(("button", "Yes, do it")).await;
    page.reads("The file is in the trash.").await;
    inspector.open(page, "trash", &stage.url(&format!("{home}/trash"))).await;
    for (name, query) in [("search", ""), ("search-found", "?q=a"), ("search-none", "?q=zeppelin+zeppelin")] {
        inspector.open(page, name, &stage.url(&format!("{home}/search{query}"))).await;
    }
    page.resize(1440, 900).await;
    page.js("document.querySelector('.side [data-find]').click()").await;
    page.wait("the palette", "document.querySelector('#palette[open] [data-offered] [role=option]')").await;
    inspector.look(page, "palette").await;
    page.press("Escape").await;
    page.js("document.querySelector('[data-opens=keys]').click()").await;
    page.wait("the keys", "document.querySelector('#keys[open] kbd')").await;
    inspector.look(page, "keys").await;
}

/// An account's page, from the list of accounts, once nothing is being read.
async fn account(inspector: &mut Inspector, page: &Page, name: &str, workspace: &str) {
    let link = first(page, &format!("{workspace}/accounts")).await;
    page.goto(&link).await;
    page.wait("nothing is being read", "!document.querySelector('main [aria-busy=true]')").await;
    inspector.look(page, name).await;
}

/// What a network tells the owner of an account and of a post, within their pages and alone.
async fn figures(inspector: &mut Inspector, stage: &Stage, page: &Page, home: &str) {
    let account = stage.account("threads").await;
    let list = format!("/api/v1/publications?state=published&account={account}");
    let published = stage.api.get(&list).await["items"][0].clone();
    let text = |name: &str| published[name].as_str().expect(name).to_owned();
    let places = [
        ("account", format!("{home}/accounts/{account}"), format!("{home}/accounts/{account}/insights")),
        (
            "post",
            format!("{home}/posts/{}", text("post")),
            format!("{home}/publications/{}/insights", text("id")),
        ),
    ];
    for (name, around, alone) in places {
        page.resize(1440, 900).await;
        page.goto(&stage.url(&around)).await;
        page.js(&format!("document.querySelector(\"a[href='{alone}']\").click()")).await;
        page.wait("the figures", "document.querySelector('[id$=-figures] .figures-note')").await;
        page.js(UNFOLD).await;
        inspector.look(page, &format!("{name}-figures")).await;
        inspector.open(page, &format!("{name}-figures-alone"), &stage.url(&alone)).await;
    }
}

/// A login with several accounts under it, and one that was refused.
async fn choose(inspector: &mut Inspector, stage: &Stage, page: &Page) {
    let asked = json!({ "flavour": "facebook" });
    for (decision, name) in [("Refuse", "connected-not"), ("Allow", "choose")] {
        let begun = stage.api.post("/api/v1/connect/instagram", asked.clone()).await;
        page.resize(1440, 900).await;
        page.goto(begun["authorize_url"].as_str().expect("an address")).await;
        page.click("button[value=marafields]").await;
        page.click(("button", decision)).await;
        page.arrive(&stage.url("/")).await;
        page.wait("the page", "document.querySelector('main h1')").await;
        inspector.look(page, name).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_is_sound() {
    let test = "pages::a_first_start_is_sound";
    let Some(mut inspector) = Inspector::new(test) else { return };
    let Some(stage) = Stage::empty(test).await else { return };
    let page = stage.tab().await;
    page.expect_complaint("status of 422");
    inspector.open(&page, "not-set-up", &stage.url("/sign-in")).await;
    inspector.open(&page, "set-up", stage.setup()).await;
    page.resize(1440, 900).await;
    page.fill("[name=name]", "Ada Lovelace").await;
    page.fill("[name=email]", "ada@example.com").await;
    page.fill("[name=password]", "passwordpassword").await;
    page.fill("[name=workspace]", "Northlight").await;
    page.fill("[name=timezone]", "Mars/Olympus").await;
    page.click(("button", "Create my account")).await;
    page.wait("a refusal", "document.querySelector('.field-error')").await;
    inspector.look(&page, "set-up-refused").await;
    page.resize(1440, 900).await;
    page.fill("[name=password]", "a bell for every hour").await;
    page.fill("[name=timezone]", "Europe/Athens").await;
    page.click(("button", "Create my account")).await;
    page.arrive("/overview").await;
    let home = home(&page).await;
    for name in ["overview", "definitions", "calendar", "posts", "library", "connections", "compose"] {
        inspector.open(&page, &format!("first-{name}"), &stage.url(&format!("{home}/{name}"))).await;
    }
    stage.close([page]).await;
    inspector.end();
}
