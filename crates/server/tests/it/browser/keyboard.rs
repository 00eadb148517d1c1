//! Everything without a mouse, and always visible where one is.

use serde_json::Value;

use super::chromium::LOOK;
use super::page::Page;
use super::stage::Stage;

const PASSWORD: &str = "a bell for every hour";

/// How a person knows where they are: the role and name of what has the focus, and whether it can be seen.
struct Place {
    role: String,
    name: String,
}

/// Whether a ring is drawn around what has the focus, or around the label that it hides behind, on the screen. A ring is
/// an outline that is not transparent, or a shadow that spreads.
const SEEN: &str = "(() => {
  const it = document.activeElement;
  const shown = it.matches('.visually-hidden') ? it.closest('label') : it;
  const style = getComputedStyle(shown);
  const clear = (color) => /[,/] *0\\)$/.test(color);
  const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && !clear(style.outlineColor);
  const shadow = / 0px 0px 0px [1-9]/.test(style.boxShadow) && !clear(style.boxShadow.split(' 0px')[0]);
  const box = shown.getBoundingClientRect();
  const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const states = [':focus', ':focus-visible', ':focus-within'].filter((state) => it.matches(state));
  const how = { states, outline, shadow, inside, its: it.outerHTML.slice(0, 200), style: `${style.outline}; ${style.boxShadow}`, box };
  return outline || shadow ? (inside ? '' : JSON.stringify(how)) : JSON.stringify(how);
})()";

async fn place(page: &Page) -> Place {
    let document = serde_json::json!({ "expression": "document.activeElement" });
    let answer = page.command("Runtime.evaluate", document).await;
    let object = answer.pointer("/result/objectId").and_then(Value::as_str).expect("an element");
    let query = serde_json::json!({ "objectId": object, "fetchRelatives": false });
    let tree = page.command("Accessibility.getPartialAXTree", query).await;
    let text = |path: &str| tree.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    Place { role: text("/nodes/0/role/value"), name: text("/nodes/0/name/value") }
}

/// Goes on with Tab until the focus is on what is called so.
async fn tab_to(page: &Page, name: &str) {
    let mut passed = Vec::new();
    for _ in 0..80 {
        page.press("Tab").await;
        let here = place(page).await;
        if here.role == "RootWebArea" {
            continue;
        }
        seen(page, &here).await;
        if here.name == name {
            return;
        }
        passed.push(format!("{} {}", here.role, here.name));
    }
    panic!("“{name}” is not reached with Tab: {passed:#?} at {}", page.shown().await);
}

/// Scrolling and drawing take a moment.
async fn seen(page: &Page, here: &Place) {
    let mut unseen = Value::Null;
    for _ in 0..40 {
        unseen = page.js(SEEN).await;
        if unseen == "" {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("the focus on {} “{}” can't be seen: {unseen}", here.role, here.name);
}

async fn closed(page: &Page) {
    page.wait("no dialog is open", "!document.querySelector('dialog[open]')").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_sign_in_to_a_draft_without_a_mouse() {
    let test = "keyboard::from_the_sign_in_to_a_draft_without_a_mouse";
    let Some(stage) = Stage::demo(test).await else { return };
    let workspace = stage.new_user("ada@example.com", PASSWORD).await;
    stage.upload(&workspace, "quay.png", "A quay").await;

    let page = stage.tab().await;
    page.prefer("light").await;
    page.goto(&stage.url("/sign-in")).await;
    assert_eq!(place(&page).await.name, "Email", "the first field has the focus");
    page.type_text("ada@example.com").await;
    tab_to(&page, "Password").await;
    page.type_text(PASSWORD).await;
    page.press("Enter").await;
    page.arrive("/overview").await;

    tab_to(&page, "Skip to content").await;
    page.press("Enter").await;
    page.wait("the focus is on the content", "document.activeElement.id === 'main'").await;
    tab_to(&page, "Compose").await;
    page.press("Enter").await;
    page.arrive("/compose").await;
    page.wait("the text has the focus", "document.activeElement.id === 'text'").await;
    page.type_text("Written without a mouse").await;

    // The library's dialog: Escape closes it and gives the focus back; then a file is chosen in it.
    tab_to(&page, "From the library").await;
    page.press("Enter").await;
    page.wait("the library is open", "document.querySelector('#picker[open] [data-pick]')").await;
    page.press("Escape").await;
    closed(&page).await;
    assert_eq!(place(&page).await.name, "From the library", "the focus is back");
    page.press(" ").await;
    page.wait("the library is open", "document.querySelector('#picker[open] [data-pick]')").await;
    tab_to(&page, "A quay quay.png").await;
    page.press(" ").await;
    tab_to(&page, "Add").await;
    page.press("Enter").await;
    page.wait("the file is in the post", "document.querySelector('[data-media=media] [data-tile]')").await;
    closed(&page).await;
    assert_eq!(place(&page).await.name, "From the library", "the focus is back");

    tab_to(&page, "Thread and first comment").await;
    page.press("Enter").await;
    tab_to(&page, "Add a part").await;
    page.press(" ").await;
    assert_eq!(place(&page).await.name, "Next part", "the new part has the focus");
    page.type_text("Nor this part").await;
    tab_to(&page, "Save draft").await;
    page.press("Enter").await;
    page.arrive("?saved").await;
    page.reads("Written without a mouse").await;
    page.reads("Nor this part").await;

    // The question before something is lost: Escape is no, and gives the focus back.
    tab_to(&page, "Delete draft").await;
    page.press("Enter").await;
    page.wait("the question", "document.querySelector('#confirm[open]')").await;
    assert_eq!(place(&page).await.name, "Cancel", "the harmless answer has the focus");
    page.press("Escape").await;
    closed(&page).await;
    assert_eq!(place(&page).await.name, "Delete draft", "the focus is back");

    // Menus: Escape closes them and gives the focus back.
    page.goto(&stage.url("/")).await;
    page.arrive("/overview").await;
    page.wait("the menu has the focus", "(() => { const s = document.querySelector('.menu-up summary'); s.focus(); return document.activeElement === s; })()").await;
    page.press("Enter").await;
    tab_to(&page, "Profile").await;
    page.press("Escape").await;
    page.wait("the menu is closed", "!document.querySelector('details.menu[open]')").await;
    assert_eq!(
        page.js("document.activeElement.matches('.menu-up summary')").await,
        true,
        "the focus is back"
    );
    stage.close([page]).await;
}

/// Types a date and a time into the field that has the focus, part after part as it shows them.
async fn type_time(page: &Page, day: &str, time: &str) {
    let (year, month, date) = (&day[..4], &day[5..7], &day[8..]);
    for key in format!("{month}{date}").chars() {
        page.strike(&key.to_string(), 0).await;
    }
    // A year may have six digits; its part is left by hand.
    for key in year.chars() {
        page.strike(&key.to_string(), 0).await;
    }
    page.press("ArrowRight").await;
    let hour: u32 = time[..2].parse().expect("an hour");
    let shown = format!("{:02}{}{}", (hour + 11) % 12 + 1, &time[3..], if hour < 12 { 'a' } else { 'p' });
    for key in shown.chars() {
        page.strike(&key.to_string(), 0).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_is_written_and_scheduled_without_a_mouse() {
    let test = "keyboard::a_post_is_written_and_scheduled_without_a_mouse";
    let Some(stage) = Stage::demo(test).await else { return };
    let accounts = stage.accounts().await;
    let mastodon = accounts.iter().find(|a| a["platform"] == "mastodon").expect("an account");
    let named = |part: &str| mastodon[part].as_str().expect("a name").to_owned();
    let name = format!("{} @{} · Mastodon", named("name"), named("handle"));

    let page = stage.signed_in().await;
    page.strike("c", 0).await;
    page.arrive("/compose").await;
    page.wait("the text has the focus", "document.activeElement.id === 'text'").await;
    page.type_text("Planned without a mouse").await;
    tab_to(&page, &name).await;
    page.press(" ").await;
    page.wait("it fits", "document.querySelectorAll('#check .check-good').length === 1").await;

    // The main mistake: a time that has passed. The rest stays, and the field says it.
    let due = "document.activeElement.id === 'scheduled_at'";
    tab_until(&page, due).await;
    type_time(&page, "2020-05-04", "09:30").await;
    assert_eq!(page.value("#scheduled_at").await, "2020-05-04T09:30");
    tab_to(&page, "Schedule").await;
    page.expect_complaint("status of 422");
    page.press("Enter").await;
    page.wait("a refusal", "document.querySelector('.field-error, .alert-danger')").await;
    assert_eq!(page.value("#text").await, "Planned without a mouse");
    tab_until(&page, due).await;
    type_time(&page, "2031-05-04", "18:45").await;
    assert_eq!(page.value("#scheduled_at").await, "2031-05-04T18:45");
    tab_to(&page, "Schedule").await;
    page.press("Enter").await;
    page.arrive("?saved").await;
    let url = page.address().await;
    let id = url.rsplit('/').next().and_then(|last| last.split('?').next()).expect("an id").to_owned();
    let post = stage.api.get(&format!("/api/v1/posts/{id}")).await;
    assert_eq!(post["status"], "scheduled");
    assert_eq!(post["scheduled_at"], "2031-05-04T15:45:00Z", "Athens is three hours ahead in May");
    stage.close([page]).await;
}

/// Goes on with Tab until this is true.
async fn tab_until(page: &Page, there: &str) {
    for _ in 0..80 {
        page.press("Tab").await;
        if page.js(there).await == true {
            return;
        }
    }
    panic!("Tab never leads to where {there}");
}
