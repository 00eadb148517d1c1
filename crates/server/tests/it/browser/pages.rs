//! Every page at two widths and two looks: nothing complains, nothing sticks out, and axe finds nothing against WCAG 2.2 AA.
//! Pictures of all of them are drawn into `target/screenshots`, to be looked at.

mod analytics;
mod calendar;
mod library;
mod posts;
mod refused;

use std::path::{Path, PathBuf};

use carillon_store::testing::skipped;
use serde_json::json;

use super::page::Page;
use super::stage::Stage;

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

    /// Nothing is wider than the window, nor the bar that lies over it.
    async fn measure(&mut self, page: &Page, place: &str, width: u32) {
        let wide = format!(
            "[...document.querySelectorAll(document.documentElement.scrollWidth <= {width} ? '.tabs-bottom *' : 'body *')]
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
    // What sticks out makes a phone's window larger; it is among what was found already.
    page.wait("the height", &format!("innerHeight >= {}", height.max(900))).await;
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
    inspector.open(&page, "connections", &stage.url(&format!("{home}/connections"))).await;
    for name in [
        "notices",
        "networks",
        "settings",
        "settings/members",
        "settings/tokens",
        "settings/reports",
        "settings/calendar",
        "settings/notices",
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
    page.goto(&stage.url(&format!("{home}/settings/calendar"))).await;
    page.resize(1440, 900).await;
    page.click(("button", "Make a link")).await;
    page.wait("the link", "document.body.textContent.includes('never fetched')").await;
    inspector.look(&page, "settings-calendar-made").await;
    page.goto(&stage.url(&format!("{home}/posts"))).await;
    page.js("document.getElementById('unreachable').hidden = false").await;
    inspector.look(&page, "unreachable").await;
    inspector.open(&page, "error", &stage.url("/no/such/page")).await;
    choose(&mut inspector, &stage, &page).await;
    stage.close([page]).await;
    inspector.end();
}

/// An account's page, from the list of accounts, once nothing is being read.
async fn account(inspector: &mut Inspector, page: &Page, name: &str, workspace: &str) {
    let link = first(page, &format!("{workspace}/accounts")).await;
    page.goto(&link).await;
    page.wait("nothing is being read", "!document.querySelector('main [aria-busy=true]')").await;
    inspector.look(page, name).await;
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
async fn pages_in_greek_are_sound() {
    let test = "pages::pages_in_greek_are_sound";
    let Some(mut inspector) = Inspector::new(test) else { return };
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    let home = home(&page).await;
    page.goto(&stage.url("/settings/profile")).await;
    page.put("[name=language]", "el").await;
    page.js("document.querySelector('[name=language]').form.requestSubmit()").await;
    page.wait("Greek", "document.documentElement.lang === 'el'").await;
    for name in ["overview", "calendar", "compose", "connections", "settings"] {
        inspector.open(&page, &format!("greek-{name}"), &stage.url(&format!("{home}/{name}"))).await;
    }
    stage.close([page]).await;
    inspector.end();
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
