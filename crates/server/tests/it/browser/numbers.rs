//! From the overview over a comparison and an account to a post and how its numbers grew.

use serde_json::json;

use super::page::Page;
use super::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_followed_down_to_a_post() {
    let Some(stage) = Stage::demo("numbers::numbers_are_followed_down_to_a_post").await else { return };
    let page = stage.signed_in().await;
    let found = stage.found_on("threads").await;

    // The form works as forms do; what was chosen stays, in it and in the links to other times.
    page.put("#compare", "year").await;
    page.put("#platform", "threads").await;
    page.put("#tag", "nobody has it").await;
    page.click(("button", "Show")).await;
    page.arrive("compare=year").await;
    assert_eq!(page.value("#compare").await, "year");
    page.reads("compared with").await;
    prints(&page).await;
    page.click(("link", "Last month")).await;
    page.arrive("range=last-month").await;
    assert_eq!(page.value("#compare").await, "year");
    page.put("#from", "2026-01-05").await;
    page.put("#to", "2026-01-11").await;
    page.click(("button", "Show")).await;
    page.reads("5 Jan 2026 to 11 Jan 2026, compared with 5 Jan 2025 to 11 Jan 2025").await;
    assert_eq!(page.value("#from").await, "2026-01-05");

    // By keyboard alone: from the last day to the next field, and the form is sent with Enter.
    page.js("document.getElementById('campaign').focus()").await;
    page.type_text("Spring").await;
    page.press("Enter").await;
    page.arrive("campaign=Spring").await;
    assert_eq!(page.value("#campaign").await, "Spring");

    let account = stage.account("threads").await;
    let place = page.js("location.pathname.replace(/overview$/, '')").await;
    let home = place.as_str().expect("a path").to_owned();
    page.goto(&stage.url(&format!("{home}accounts/{account}"))).await;
    page.wait("nothing is being read", "!document.querySelector('main [aria-busy=true]')").await;
    page.wait("how it grew", "document.querySelector('#growth svg.chart .chart-own circle') !== null").await;
    page.click("#growth details > summary").await;
    page.wait("its table", "document.querySelectorAll('#growth details[open] tbody tr').length > 30").await;
    page.click("#posts thead th:nth-child(3) a").await;
    page.arrive("?sort=").await;
    page.wait("it says by what it is sorted", "document.querySelector('#posts th[aria-sort=descending]')")
        .await;
    page.wait("nothing is being read", "!document.querySelector('main [aria-busy=true]')").await;
    page.click(&format!("a[href$='/found/{found}']")).await;
    page.arrive(&format!("/found/{found}")).await;
    let curve = "document.querySelectorAll('svg.chart .chart-own circle').length";
    page.wait("the curve", &format!("{curve} > 0")).await;
    assert_eq!(page.js("document.querySelector('svg.chart').getAttribute('role')").await, json!("img"));
    page.click("#curves details > summary").await;
    page.wait("the table", "document.querySelector('#curves details[open] thead')").await;
    page.click(("link", "Likes")).await;
    page.arrive("metric=likes").await;
    page.wait("the other curve", &format!("{curve} > 0")).await;
    stage.close([page]).await;
}

/// What the numbers are written with: the colour of one, and what lies behind it.
const INK: &str = "[getComputedStyle(document.querySelector('.tile-value')).color, \
    getComputedStyle(document.querySelector('.tile')).backgroundColor]";

/// On paper the overview is light whatever the look is, and has nothing that can only be clicked.
async fn prints(page: &Page) {
    let chosen = "document.querySelector('#numbers .print-only')";
    assert_eq!(page.js(&format!("{chosen}.checkVisibility()")).await, json!(false), "the form says so");
    page.on_paper("light").await;
    let ink = page.js(INK).await;
    page.prefer("dark").await;
    page.wait("the dark look", "document.documentElement.dataset.bsTheme === 'dark'").await;
    assert_ne!(page.js(INK).await, ink, "a dark screen");
    page.on_paper("dark").await;
    assert_eq!(page.js(INK).await, ink, "and white paper");
    for gone in
        [".side", ".top", ".tabs-bottom", ".page-actions", ".overview-choice", ".downloads", "#by-day"]
    {
        let element = format!("document.querySelector('{gone}')");
        assert_eq!(
            page.js(&format!("{element} !== null && !{element}.checkVisibility()")).await,
            json!(true),
            "{gone}"
        );
    }
    for there in [".print-head b", "#numbers > p", ".tile .spark", "#networks-title"] {
        let seen = format!("document.querySelector('{there}').checkVisibility()");
        assert_eq!(page.js(&seen).await, json!(true), "{there}");
    }
    assert_eq!(
        page.js(&format!("{chosen}.innerText")).await,
        json!("Network: Threads; Tag: nobody has it"),
        "whose numbers they are"
    );
    let style = |element: &str| format!("getComputedStyle(document.querySelector('#numbers {element}'))");
    let networks = "[aria-labelledby=networks-title]";
    for (part, property, value) in [("thead th", "whiteSpace", "normal"), ("tbody th", "minWidth", "0px")] {
        let is = page.js(&format!("{}.{property}", style(&format!("{networks} {part}")))).await;
        assert_eq!(is, json!(value), "a table fits on a page: {part}");
    }
    let margin = page.js(&format!("{}.paddingLeft", style(".card-body"))).await;
    assert_ne!(margin, json!("0px"), "words in a card keep away from its border");
    let file = page.command("Page.printToPDF", json!({})).await;
    // What `%PDF-` begins with in base 64.
    assert!(file["data"].as_str().is_some_and(|data| data.starts_with("JVBERi")), "it can be printed");
    page.prefer("light").await;
}
