//! Days that are about more than posts.

use super::page::Page;
use super::stage::Stage;

/// Writes a note on today and brings in a holiday of today, then opens the calendar. Answers today.
pub async fn mark(stage: &Stage, page: &Page, home: &str) -> String {
    page.goto(&stage.url(&format!("{home}/calendar/notes"))).await;
    let today = page.value("[name=first_day]").await;
    page.fill("[name=text]", "The fair begins").await;
    page.put("[name=colour]", "amber").await;
    page.click(("button", "Add note")).await;
    page.wait("the note is there", "document.querySelector('main .day-note')").await;
    let list = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Coffee days\r\nBEGIN:VEVENT\r\nUID:1\r\n\
         DTSTART;VALUE=DATE:{}\r\nSUMMARY:Day of the bean\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        today.replace('-', "")
    );
    let file = stage.folder().join("days.ics");
    std::fs::write(&file, list).expect("a file");
    page.choose_files("#holidays-file", &[&file]).await;
    page.click(("button", "Add list")).await;
    page.reads("Coffee days").await;
    page.goto(&stage.url(&format!("{home}/calendar"))).await;
    today
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_says_what_it_is_about() {
    let Some(stage) = Stage::demo("notes::a_day_says_what_it_is_about").await else { return };
    let page = stage.signed_in().await;
    page.expect_complaint("status of 422");
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let home = home.as_str().expect("a path").to_owned();
    let today = mark(&stage, &page, &home).await;
    let day = format!("li.cal-day:has(time[datetime='{today}'])");
    assert!(page.has(&format!("{day} .note-amber")).await, "{}", page.shown().await);
    page.reads("Day of the bean").await;

    page.js(&format!("document.querySelector(\"{day} a.day-note\").focus()")).await;
    page.press("Enter").await;
    page.arrive("/calendar/notes/note_").await;
    page.fill("[name=text]", "The fair ends").await;
    page.put("[name=last_day]", "2020-01-01").await;
    page.click(("button", "Save")).await;
    page.reads("The last day lies before the first one.").await;
    assert_eq!(page.value("[name=text]").await, "The fair ends", "nothing typed is lost");
    page.put("[name=last_day]", &today).await;
    page.click(("button", "Save")).await;
    page.wait("the list", "location.pathname.endsWith('/calendar/notes')").await;
    page.goto(&stage.url(&format!("{home}/calendar"))).await;
    page.reads("The fair ends").await;
    stage.close([page]).await;
}
