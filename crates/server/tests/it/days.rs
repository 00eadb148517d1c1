//! Notes and holidays on days of the calendar.

use axum::http::StatusCode;
use carillon_domain::permission::Role;

use crate::support::desk::{Desk, on_both_desks};
use crate::support::{Browser, OWNER};

/// The part of the month that is one day.
async fn day(desk: &Desk, browser: &Browser<'_>, date: &str) -> String {
    let page = browser.get(&format!("{}/calendar?date={date}", desk.home)).await.text();
    let from = page.split(&format!("<time datetime=\"{date}\">")).nth(1).expect("the day");
    from.split("<li class=\"cal-day").next().expect("its end").to_owned()
}

async fn lists(desk: &Desk, browser: &Browser<'_>) -> String {
    browser.get(&format!("{}/calendar/notes", desk.home)).await.text()
}

fn note<'a>(days: (&'a str, &'a str), text: &'a str, colour: &'a str) -> [(&'a str, &'a str); 4] {
    [("first_day", days.0), ("last_day", days.1), ("text", text), ("colour", colour)]
}

/// Where a note is changed, by the link on its day.
fn link(day: &str) -> String {
    let found = day.split("href=\"").find(|part| part.contains("/calendar/notes/")).expect("a link");
    found.split('"').next().expect("its end").to_owned()
}

async fn noted(desk: Desk) {
    let browser = desk.owner().await;
    let path = format!("{}/calendar/notes", desk.home);
    let saved = browser.post(&path, &note(("2026-12-03", "2026-12-05"), "The fair", "amber")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    for (date, there) in
        [("2026-12-02", false), ("2026-12-03", true), ("2026-12-05", true), ("2026-12-06", false)]
    {
        let shown = day(&desk, &browser, date).await;
        assert_eq!(shown.contains("note-amber") && shown.contains("The fair"), there, "{date}: {shown}");
    }
    let one = link(&day(&desk, &browser, "2026-12-04").await);
    assert!(browser.get(&one).await.text().contains("value=\"2026-12-03\""));
    let changed = browser.post(&one, &note(("2026-12-10", ""), "<b>Later</b>", "red")).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text());
    assert!(!day(&desk, &browser, "2026-12-04").await.contains("The fair"));
    let shown = day(&desk, &browser, "2026-12-10").await;
    assert!(shown.contains("note-red") && !shown.contains("<b>Later"), "{shown}");

    let long = "x".repeat(301);
    for (form, told) in [
        (note(("", ""), "A", "red"), "Choose a day"),
        (note(("2026-12-10", "2026-12-09"), "A", "red"), "before the first one"),
        (note(("2026-12-10", "2028-12-10"), "A", "red"), "up to 366 days"),
        (note(("2026-12-10", ""), " ", "red"), "Write what the note"),
        (note(("2026-12-10", ""), &long, "red"), "at most 300"),
        (note(("2026-12-10", ""), "A", "loud"), "one of the colours"),
    ] {
        let refused = browser.post(&path, &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains(told), "{told}: {}", refused.text());
    }
    assert_eq!(browser.post(&format!("{one}/remove"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!day(&desk, &browser, "2026-12-10").await.contains("note-red"));
    assert_eq!(browser.get(&one).await.status, StatusCode::NOT_FOUND);
    desk.app.dispose().await;
}
on_both_desks!(a_note_is_on_its_days_until_it_is_moved_or_removed, super::noted);

/// A list with one day.
fn ics(name: &str, day: &str, holiday: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:{name}\r\nBEGIN:VEVENT\r\nUID:1\r\n\
         DTSTART;VALUE=DATE:{day}\r\nSUMMARY:{holiday}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

async fn holidays(desk: Desk) {
    let browser = desk.owner().await;
    let path = format!("{}/calendar/holidays", desk.home);
    for list in [ics("Greece", "20261225", "Christmas"), ics("Cyprus", "20261225", "Christmas")] {
        let taken = browser.upload(&path, "days.ics", list.as_bytes()).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
    }
    let shown = day(&desk, &browser, "2026-12-25").await;
    assert_eq!(shown.matches("Christmas").count(), 1, "{shown}");
    let page = lists(&desk, &browser).await;
    assert!(page.contains("Greece") && page.contains("1 day") && page.contains("until 2026-12-25"), "{page}");
    let refused = browser.upload(&path, "days.ics", b"day,name\n").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("no iCalendar file"), "{}", refused.text());

    for left in [1, 0] {
        let page = lists(&desk, &browser).await;
        let action = page.split("action=\"").find(|part| part.contains("/calendar/holidays/hols_"));
        let action = action.and_then(|part| part.split('"').next()).expect("a button").to_owned();
        assert_eq!(browser.post(&action, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(day(&desk, &browser, "2026-12-25").await.matches("Christmas").count(), left);
    }
    desk.app.dispose().await;
}
on_both_desks!(holidays_come_in_lists_and_are_shown_once, super::holidays);

#[tokio::test]
async fn who_writes_notes_who_brings_holidays_and_who_only_reads() {
    let desk = Desk::new().await;
    let path = format!("{}/calendar/notes", desk.home);
    let form = note(("2026-12-03", ""), "Ours", "blue");
    let writer = desk.member(Role::Contributor).await;
    assert_eq!(writer.post(&path, &form).await.status, StatusCode::SEE_OTHER);
    let one = link(&day(&desk, &writer, "2026-12-03").await);
    let list = ics("Greece", "20261225", "Christmas");
    let holidays = format!("{}/calendar/holidays", desk.home);
    assert_eq!(writer.upload(&holidays, "a.ics", list.as_bytes()).await.status, StatusCode::FORBIDDEN);

    let reader = desk.member(Role::Analyst).await;
    let shown = day(&desk, &reader, "2026-12-03").await;
    assert!(shown.contains("Ours") && !shown.contains("href=\"/w/"), "{shown}");
    assert_eq!(reader.post(&path, &form).await.status, StatusCode::FORBIDDEN);
    assert_eq!(reader.post(&format!("{one}/remove"), &[]).await.status, StatusCode::FORBIDDEN);

    let (elsewhere, _) = desk.app.stranger("eve@example.com", Role::Owner).await;
    let eve = desk.app.browser();
    eve.sign_in("eve@example.com", OWNER.1).await;
    let theirs = one.replace(&desk.home, &format!("/w/{}", elsewhere.workspace.id));
    assert_eq!(eve.get(&theirs).await.status, StatusCode::NOT_FOUND);
    assert_eq!(eve.post(&theirs, &form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(eve.post(&format!("{theirs}/remove"), &[]).await.status, StatusCode::NOT_FOUND);
}
