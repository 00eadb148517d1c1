//! Moving posts in the calendar, by keys and by mouse; composing from an empty place of it.

use axum::http::Method;
use serde_json::{Value, json};

use super::page::Page;
use super::stage::Stage;

/// Far from all that the demo has planned: 5 May 2031 is a Monday, and Athens is three hours ahead of UTC then.
const MONTH: &str = "calendar?date=2031-05-05";

async fn planned(stage: &Stage, text: &str, accounts: &[String], wall: &str) -> String {
    let body = json!({ "text": text, "accounts": accounts, "status": "scheduled", "scheduled_at": wall,
        "timezone": "Europe/Athens" });
    let made = stage.api.post("/api/v1/posts", body).await;
    made["id"].as_str().expect("an id").to_owned()
}

async fn due(stage: &Stage, post: &str) -> Value {
    stage.api.get(&format!("/api/v1/posts/{post}")).await["scheduled_at"].clone()
}

async fn opened(stage: &Stage, page: &Page) -> String {
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let home = home.as_str().expect("a path").to_owned();
    page.goto(&stage.url(&format!("{home}/{MONTH}"))).await;
    home
}

/// Waits until a tile stands on a day, and nothing is under way.
async fn stands(page: &Page, post: &str, day: &str) {
    let place = format!("#cal [data-day='{day}'] [data-post='{post}']:not([aria-busy])");
    page.wait(&format!("it stands on {day}"), &format!("!!document.querySelector({})", json!(place))).await;
}

/// Picks up the tile that has the focus, walks, and says which place it would get.
async fn walk(page: &Page, keys: &[&str]) -> Value {
    page.press("m").await;
    page.wait(
        "it is picked up",
        "!!document.querySelector('.is-held') && !!document.querySelector('.is-aim')",
    )
    .await;
    for key in keys {
        page.press(key).await;
    }
    page.js("document.querySelector('.is-aim').dataset.day").await
}

/// Goes on with Tab until the focus is on the tile of this post.
async fn tab_to(page: &Page, post: &str) {
    for _ in 0..120 {
        page.press("Tab").await;
        if page.js("document.activeElement.dataset.post ?? null").await == json!(post) {
            return;
        }
    }
    panic!("Tab does not lead to {post} at {}", page.shown().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_is_moved_by_keys_and_a_broken_order_is_asked_about() {
    let test = "calendar::a_post_is_moved_by_keys_and_a_broken_order_is_asked_about";
    let Some(stage) = Stage::demo(test).await else { return };
    let accounts = [stage.account("mastodon").await];
    let post = planned(&stage, "A bell on Monday", &accounts, "2031-05-05T10:00:00").await;
    planned(&stage, "There before", &accounts, "2031-05-07T10:30:00").await;
    let page = stage.signed_in().await;
    opened(&stage, &page).await;

    tab_to(&page, &post).await;
    assert_eq!(walk(&page, &["ArrowDown", "ArrowLeft", "ArrowRight"]).await, "2031-05-12");
    page.press("Escape").await;
    page.wait("it is left", "!document.querySelector('.is-held, .is-aim')").await;
    assert_eq!(walk(&page, &["ArrowDown"]).await, "2031-05-12");
    page.press("Enter").await;
    page.reads("Moved to 12 May 2031, 10:00.").await;
    stands(&page, &post, "2031-05-12").await;
    assert_eq!(due(&stage, &post).await, "2031-05-12T07:00:00Z");
    let focused = format!("document.activeElement.dataset.post === {}", json!(post));
    page.wait("the focus stays on it", &focused).await;

    // Another post of the account goes out half an hour later there: no is the answer of Escape.
    assert_eq!(walk(&page, &["ArrowUp", "ArrowRight", "ArrowRight"]).await, "2031-05-07");
    page.press("Enter").await;
    page.wait("the question", "document.querySelector('#confirm[open]')").await;
    page.reads("less than an hour").await;
    page.press("Escape").await;
    stands(&page, &post, "2031-05-12").await;
    assert_eq!(due(&stage, &post).await, "2031-05-12T07:00:00Z", "nothing was saved");
    page.wait("the focus stays on it", &focused).await;
    walk(&page, &["ArrowUp", "ArrowRight", "ArrowRight"]).await;
    page.press("Enter").await;
    page.click(("button", "Yes, do it")).await;
    page.reads("Moved to 7 May 2031, 10:00.").await;
    stands(&page, &post, "2031-05-07").await;
    assert_eq!(due(&stage, &post).await, "2031-05-07T07:00:00Z");

    // Somebody else changes it while it is in the hand: it is said, and the tile is back, as it is now.
    page.expect_complaint("status of 412");
    assert_eq!(walk(&page, &["ArrowRight"]).await, "2031-05-08");
    let change = Some(json!({ "text": "A bell, changed" }));
    let (status, answer) = stage.api.send(Method::PATCH, &format!("/api/v1/posts/{post}"), change).await;
    assert!(status.is_success(), "{answer}");
    page.press("Enter").await;
    page.wait("the refusal", "!!document.querySelector('#toasts .toast-danger')").await;
    page.reads("changed by somebody else").await;
    stands(&page, &post, "2031-05-07").await;
    assert_eq!(due(&stage, &post).await, "2031-05-07T07:00:00Z");
    page.reads("A bell, changed").await;
    stage.close([page]).await;
}

/// Drags a tile onto a place, as the browser tells the page of it.
async fn drag(page: &Page, post: &str, place: &str) {
    let act = format!(
        "(() => {{
           const tile = document.querySelector({}), place = document.querySelector({});
           const data = new DataTransfer();
           const fire = (at, kind) =>
             at.dispatchEvent(new DragEvent(kind, {{ bubbles: true, cancelable: true, dataTransfer: data }}));
           fire(tile, 'dragstart');
           const refused = fire(place, 'dragover');
           if (!refused) fire(place, 'drop');
           fire(tile, 'dragend');
           return !refused;
         }})()",
        json!(format!("[data-post='{post}']")),
        json!(place)
    );
    assert_eq!(page.js(&act).await, true, "{place} takes it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn posts_and_drafts_are_dragged_and_a_move_is_undone() {
    let test = "calendar::posts_and_drafts_are_dragged_and_a_move_is_undone";
    let Some(stage) = Stage::demo(test).await else { return };
    let accounts = [stage.account("mastodon").await];
    let post = planned(&stage, "A bell on Monday", &accounts, "2031-05-05T10:00:00").await;
    let draft = json!({ "text": "A bell some day", "accounts": accounts, "status": "draft" });
    let draft = stage.api.post("/api/v1/posts", draft).await["id"].as_str().expect("an id").to_owned();
    let page = stage.signed_in().await;
    let home = opened(&stage, &page).await;

    drag(&page, &post, "#cal [data-day='2031-05-21']").await;
    stands(&page, &post, "2031-05-21").await;
    page.reads("Moved to 21 May 2031, 10:00.").await;
    assert_eq!(due(&stage, &post).await, "2031-05-21T07:00:00Z");
    page.click(("button", "Undo")).await;
    stands(&page, &post, "2031-05-05").await;
    assert_eq!(due(&stage, &post).await, "2031-05-05T07:00:00Z");

    drag(&page, &draft, "#cal [data-day='2031-05-22']").await;
    stands(&page, &draft, "2031-05-22").await;
    page.reads("Moved to 22 May 2031, 09:00.").await;
    let now = stage.api.get(&format!("/api/v1/posts/{draft}")).await;
    assert_eq!((&now["status"], &now["scheduled_at"]), (&json!("draft"), &json!("2031-05-22T06:00:00Z")));

    page.click(("button", "Undo")).await;
    page.wait(
        "it is beside the calendar",
        &format!("!!document.querySelector('.cal-drafts [data-post=\"{draft}\"]')"),
    )
    .await;
    assert_eq!(due(&stage, &draft).await, Value::Null);

    page.goto(&stage.url(&format!("{home}/calendar?view=day&date=2031-05-05"))).await;
    drag(&page, &post, "#cal [data-hour='16']").await;
    page.reads("Moved to 5 May 2031, 16:00.").await;
    assert_eq!(due(&stage, &post).await, "2031-05-05T13:00:00Z");

    page.goto(&stage.url(&format!("{home}/calendar?view=list&date=2031-05-05"))).await;
    assert!(page.has(&format!("#cal [data-day='2031-05-05'] [data-post='{post}']")).await);
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_place_composes_for_its_time() {
    let test = "calendar::an_empty_place_composes_for_its_time";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    let home = opened(&stage, &page).await;
    page.js("document.querySelector(\"#cal [data-day='2031-05-20'] .cal-chips\").click()").await;
    page.arrive("/compose?date=2031-05-20").await;
    assert_eq!(page.value("#scheduled_at").await, "2031-05-20T09:00");

    page.goto(&stage.url(&format!("{home}/calendar?view=day&date=2031-05-20"))).await;
    page.js("document.querySelector(\"#cal [data-hour='14'] .cal-add\").focus()").await;
    page.press("Enter").await;
    page.arrive("/compose?date=2031-05-20").await;
    assert_eq!(page.value("#scheduled_at").await, "2031-05-20T14:00");

    // Filters stay while one turns the pages, and can be taken away.
    page.goto(&stage.url(&format!("{home}/calendar"))).await;
    page.js("document.querySelector('.cal-filters').open = true").await;
    page.put("#state", "held").await;
    page.click(("button", "Show")).await;
    page.arrive("state=held").await;
    page.click(("link", "After")).await;
    page.arrive("date=").await;
    assert_eq!(page.value("#state").await, "held");
    page.reads("No post here fits").await;
    page.click(("link", "Show all posts")).await;
    page.wait("all posts", "!location.search.includes('state')").await;

    for look in ["light", "dark"] {
        page.on_paper(look).await;
        let hidden = "['.cal-filters', '.cal-drafts', '.page-actions', '.side'].every((part) => \
                      !document.querySelector(part).checkVisibility())";
        assert_eq!(page.js(hidden).await, true, "paper shows only the days: {look}");
        let columns =
            "getComputedStyle(document.querySelector('.cal-days')).gridTemplateColumns.split(' ').length";
        assert_eq!(page.js(columns).await, 7, "{look}");
    }
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_month_is_drawn_in_place() {
    let test = "calendar::another_month_is_drawn_in_place";
    let Some(stage) = Stage::demo(test).await else { return };
    let accounts = [stage.account("mastodon").await];
    let post = planned(&stage, "A bell in June", &accounts, "2031-06-04T10:00:00").await;
    let page = stage.signed_in().await;
    opened(&stage, &page).await;
    let heading = "document.querySelector('h1').textContent";
    let shows = async |month: &str| {
        let shown =
            format!("{heading} === {0} && !document.querySelector('#cal-page[aria-busy]')", json!(month));
        page.wait(month, &shown).await;
        assert_eq!(page.js("window.same").await, true, "no page was loaded");
    };
    page.js("window.same = true; document.querySelector('.cal-nav [rel=next]').focus()").await;
    page.press("Enter").await;
    shows("June 2031").await;
    stands(&page, &post, "2031-06-04").await;
    assert_eq!(page.js("document.activeElement.rel").await, "next", "the focus stays where it was");
    assert_eq!(page.js("document.getElementById('cal-say').textContent").await, "June 2031", "it is said");
    page.arrive("date=2031-06").await;

    // What is drawn can be moved as what was loaded.
    page.js(&format!("document.querySelector('[data-post=\"{post}\"]').focus()")).await;
    assert_eq!(walk(&page, &["ArrowRight"]).await, "2031-06-05");
    page.press("Enter").await;
    page.reads("Moved to 5 Jun 2031, 10:00.").await;
    stands(&page, &post, "2031-06-05").await;

    page.js("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })").await;
    page.js("document.querySelector('.segments a[href*=\"view=day\"]').click()").await;
    page.wait("the day", "!!document.querySelector('#cal [data-hour]')").await;
    assert_eq!(page.js("scrollY").await, 0, "one reads it from its beginning");
    page.js("history.back()").await;
    shows("June 2031").await;
    page.js("history.back()").await;
    shows("May 2031").await;
    page.js("history.forward()").await;
    shows("June 2031").await;
    page.js("location.hash = 'content'").await;
    shows("June 2031").await;

    // Nothing is lost where the server can't be reached, and what else answers instead is a page of its own.
    page.js("window.own = window.fetch; window.fetch = () => Promise.reject(new TypeError('away')); true")
        .await;
    let week = "document.querySelector('.segments a[href*=\"view=week\"]').click()";
    page.js(week).await;
    page.wait("it is said", "!document.getElementById('unreachable').hidden").await;
    shows("June 2031").await;
    page.js("window.fetch = (url) => String(url).includes('calendar') \
         ? Promise.resolve(new Response('elsewhere')) : window.own(url); true")
        .await;
    page.js("dispatchEvent(new Event('online'))").await;
    page.wait("it is there again", "document.getElementById('unreachable').hidden").await;
    page.js(week).await;
    page.wait("a page is loaded", &format!("!window.same && {heading} === 'May – June 2031'")).await;
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn turning_to_the_next_month_waits_for_nothing_and_shows_what_is_planned() {
    let test = "calendar::turning_to_the_next_month_waits_for_nothing_and_shows_what_is_planned";
    let Some(stage) = Stage::demo(test).await else { return };
    let accounts = [stage.account("mastodon").await];
    let post = planned(&stage, "A bell in June", &accounts, "2031-06-04T10:00:00").await;
    let page = stage.signed_in().await;
    opened(&stage, &page).await;
    let read = |month: &str| {
        format!(
            "performance.getEntriesByType('resource').filter((one) => one.name.includes('date={month}')).length"
        )
    };
    page.wait("June is read ahead", &format!("{} > 0", read("2031-06"))).await;

    // Something is planned anew in the month that was read ahead. It is forgotten, so that nobody is shown what is no more.
    page.js("document.addEventListener('sse:post', () => { window.heard = true; }); true").await;
    let change = Some(json!({ "scheduled_at": "2031-06-05T10:00:00", "timezone": "Europe/Athens" }));
    let (status, answer) = stage.api.send(Method::PATCH, &format!("/api/v1/posts/{post}"), change).await;
    assert!(status.is_success(), "{answer}");
    page.wait("it is heard of", "window.heard === true").await;
    page.wait("May is drawn anew for it", &format!("{} > 0", read("2031-05"))).await;
    let first = "new Promise((resolve) => { \
         new MutationObserver(() => resolve(document.querySelector(\"#cal [data-day='2031-06-05'] [data-post]\") !== null)) \
         .observe(document.getElementById('cal-page').parentElement, { childList: true }); \
         document.querySelector('.cal-nav [rel=next]').click(); })";
    assert_eq!(page.js(first).await, true, "what is drawn first is what is planned now");

    // The month after is known before one turns to it, and the one before is the one that was left.
    page.wait("July is read ahead", &format!("{} > 0", read("2031-07"))).await;
    page.js("window.fetch = () => Promise.reject(new TypeError('away')); \
         window.addEventListener('sse:post', (event) => event.stopImmediatePropagation(), true); true")
        .await;
    for (way, month) in [("next", "July 2031"), ("prev", "June 2031"), ("next", "July 2031")] {
        page.js(&format!("document.querySelector('.cal-nav [rel={way}]').click()")).await;
        page.wait(month, &format!("document.querySelector('h1').textContent === {}", json!(month))).await;
    }
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_turns_while_a_move_is_saved_gets_there_and_finds_it_moved() {
    let test = "calendar::who_turns_while_a_move_is_saved_gets_there_and_finds_it_moved";
    let Some(stage) = Stage::demo(test).await else { return };
    let accounts = [stage.account("mastodon").await];
    let post = planned(&stage, "A bell on Monday", &accounts, "2031-05-05T10:00:00").await;
    let page = stage.signed_in().await;
    opened(&stage, &page).await;
    // What is asked of the server waits until it is let through, one by one; nothing is heard of meanwhile.
    page.js("window.own = window.fetch; window.asked = {}; \
         window.addEventListener('sse:post', (event) => event.stopImmediatePropagation(), true); \
         window.fetch = (url, how) => new Promise((resolve) => { \
           window.asked[how?.method ?? 'GET'] = () => resolve(window.own(url, how)); }); true")
        .await;
    drag(&page, &post, "#cal [data-day='2031-05-21']").await;
    page.wait("it is sent", "!!window.asked.POST").await;
    page.js("window.asked = { POST: window.asked.POST }; \
         document.querySelector('.segments a[href*=\"view=week\"]').click()")
        .await;
    page.wait("the week is asked for", "!!window.asked.GET").await;
    page.js("window.asked.POST(); true").await;
    page.reads("Moved to 21 May 2031, 10:00.").await;
    page.js("window.asked.GET(); window.fetch = window.own; true").await;
    page.wait("the week", "location.search.includes('view=week') && !document.querySelector('[aria-busy]')")
        .await;
    page.js("document.querySelector('.segments a[href*=\"view=month\"]').click()").await;
    stands(&page, &post, "2031-05-21").await;
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_that_could_not_be_read_ahead_is_read_when_one_turns_to_it() {
    let test = "calendar::a_month_that_could_not_be_read_ahead_is_read_when_one_turns_to_it";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    opened(&stage, &page).await;
    let away = "window.own ??= window.fetch; window.asked = 0; \
         window.fetch = () => { window.asked += 1; return ANSWER; }; \
         document.dispatchEvent(new Event('sse:post')); \
         document.querySelector('.cal-nav [rel=WAY]').dispatchEvent(new PointerEvent('pointerover', { bubbles: true })); true";
    let failures = [
        ("next", "June 2031", "Promise.reject(new TypeError('away'))"),
        ("prev", "May 2031", "Promise.resolve(new Response('down', { status: 502 }))"),
    ];
    for (way, month, answer) in failures {
        page.js(&away.replace("ANSWER", answer).replace("WAY", way)).await;
        page.wait("it was asked for ahead, and by the page itself", "window.asked >= 2").await;
        page.js("window.fetch = window.own; true").await;
        page.js(&format!("document.querySelector('.cal-nav [rel={way}]').click()")).await;
        page.wait(month, &format!("document.querySelector('h1').textContent === {}", json!(month))).await;
        assert_eq!(
            page.js("document.getElementById('unreachable').hidden && !!window.own").await,
            true,
            "in place"
        );
    }
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_presses_is_not_taken_out_of_their_hand() {
    let test = "calendar::what_somebody_presses_is_not_taken_out_of_their_hand";
    let Some(stage) = Stage::demo(test).await else { return };
    let accounts = [stage.account("mastodon").await];
    let post = planned(&stage, "A bell on Monday", &accounts, "2031-05-05T10:00:00").await;
    let page = stage.signed_in().await;
    let home = opened(&stage, &page).await;
    let beside = stage.tab().await;
    beside.goto(&stage.url(&format!("{home}/{MONTH}"))).await;
    let tile = format!("document.querySelector('[data-post=\"{post}\"]')");
    page.js(&format!(
        "window.tile = {tile}; \
         window.tile.dispatchEvent(new PointerEvent('pointerdown', {{ bubbles: true }})); true"
    ))
    .await;
    let other = planned(&stage, "Another bell", &accounts, "2031-05-07T10:00:00").await;
    stands(&beside, &other, "2031-05-07").await;
    assert_eq!(page.js("window.tile.isConnected").await, true, "it is still the one that is pressed");
    page.js("window.tile.dispatchEvent(new PointerEvent('pointerup', { bubbles: true })); true").await;
    stands(&page, &other, "2031-05-07").await;
    stage.close([page, beside]).await;
}
