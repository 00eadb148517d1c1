//! What is typed into the composer and not saved: kept for whoever typed it, and for nobody else.

use axum::http::StatusCode;
use carillon_domain::permission::Role;
use serde_json::json;

use crate::support::desk::{Desk, on_both_desks};
use crate::support::{Answer, Browser};

/// What follows `before` on a page, up to the quote.
fn quoted(page: &str, before: &str) -> String {
    let rest = page.split(before).nth(1).unwrap_or_else(|| panic!("no {before}: {page}"));
    rest.split('"').next().expect("a value").to_owned()
}

/// The number of the form on a page.
fn number(page: &str) -> String {
    quoted(page, "name=\"once\" value=\"")
}

/// For whom the composer is drawn.
async fn person(browser: &Browser<'_>, home: &str) -> String {
    quoted(&browser.get(&format!("{home}/compose")).await.text(), "data-person=\"")
}

/// Throws away what was typed into a form, as its page does.
async fn let_go(browser: &Browser<'_>, home: &str, form: &[(&str, &str)]) -> Answer {
    let person = person(browser, home).await;
    let form = [form, &[("person", person.as_str())]].concat();
    browser.post(&format!("{home}/compose/let-go"), &form).await
}

/// Sends the state `seq` of a form; answers why it is not kept, or nothing.
async fn send(browser: &Browser<'_>, home: &str, form: &[(&str, &str)], seq: u32) -> String {
    let (seq, person) = (seq.to_string(), person(browser, home).await);
    let form = [form, &[("seq", seq.as_str()), ("person", person.as_str())]].concat();
    let answer = browser.post(&format!("{home}/compose/keep"), &form).await;
    if answer.status == StatusCode::NO_CONTENT {
        return String::new();
    }
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["why"].as_str().expect("why").to_owned()
}

async fn keep(browser: &Browser<'_>, home: &str, form: &[(&str, &str)], seq: u32) {
    assert_eq!(send(browser, home, form, seq).await, "");
}

async fn kept_and_put_back(desk: Desk) {
    let owner = desk.owner().await;
    let compose = format!("{}/compose", desk.home);
    let once = number(&owner.get(&compose).await.text());
    let form = |text| {
        [
            ("text", text),
            ("account", desk.account.as_str()),
            ("once", once.as_str()),
            ("part", "And its end"),
            ("scheduled_at", "2031-05-04T09:30"),
            ("timezone", "Europe/Athens"),
        ]
    };
    keep(&owner, &desk.home, &form("A beginn"), 1).await;
    keep(&owner, &desk.home, &form("A beginning <so far>"), 3).await;
    let late = send(&owner, &desk.home, &form("A beginning"), 2).await;
    assert_eq!(late, "overtaken", "what was sent earlier does not replace what was sent later");

    // It is offered, and not put in unasked. A session has nothing to do with it.
    let back = desk.owner().await;
    let page = back.get(&compose).await.text();
    assert_eq!(page.matches(" data-offer=").count(), 1, "one form, however often it was kept: {page}");
    assert!(page.contains("<p>A beginning &#60;so far&#62;</p>") && !page.contains("so far&#62;</textarea>"));
    assert_ne!(number(&page), once, "this is another form");
    let page = back.get(&format!("{compose}?unsaved={once}")).await.text();
    assert!(page.contains(">A beginning &#60;so far&#62;</textarea>"), "{page}");
    assert!(page.contains(">And its end</textarea>") && page.contains("2031-05-04T09:30"), "{page}");
    assert!(!page.contains(" data-offer="), "{page}");
    assert_eq!(number(&page), once, "it is the same form again");

    // What is refused comes back as the same form; what is saved is offered no more.
    let too_late = [("scheduled_at", "2020-01-01T09:30"), ("action", "schedule")];
    let refused = back.post(&compose, &[&form("A beginning")[..], &too_late].concat()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(number(&refused.text()), once);
    let whole = [&form("A beginning and an end")[..], &[("action", "draft")]].concat();
    let saved = back.post(&compose, &whole).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let late = send(&back, &desk.home, &form("A beginning and an end"), 9).await;
    assert_eq!(late, "saved", "what was on its way while it was saved is not kept");
    let page = back.get(&compose).await.text();
    assert!(!page.contains(" data-offer="), "{page}");

    // How often it was kept makes the same form no other post.
    let again = back.post(&compose, &[&whole[..], &[("seq", "9")]].concat()).await;
    assert_eq!(again.header("location"), saved.header("location"));
    desk.app.dispose().await;
}
on_both_desks!(what_was_typed_is_offered_until_it_is_saved, super::kept_and_put_back);

#[tokio::test]
async fn nobody_else_sees_it() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let compose = format!("{}/compose", desk.home);
    let once = number(&owner.get(&compose).await.text());
    let form = [("text", "A secret plan"), ("once", once.as_str())];
    keep(&owner, &desk.home, &form, 1).await;

    let admin = desk.member(Role::Admin).await;
    for path in [compose.clone(), format!("{compose}?unsaved={once}")] {
        let page = admin.get(&path).await.text();
        assert!(!page.contains("A secret plan"), "{page}");
    }
    // Nor can anybody else throw it away.
    let_go(&admin, &desk.home, &[("form", once.as_str()), ("seq", "9")]).await;
    assert!(owner.get(&compose).await.text().contains("A secret plan"));

    let reader = desk.member(Role::Analyst).await;
    let members = desk.app.people().members(&desk.actor()).await.expect("members");
    let analyst = members.iter().find(|member| member.role == Role::Analyst).expect("the analyst");
    let person = analyst.user.to_string();
    let form = [&form[..], &[("person", person.as_str())]].concat();
    let refused = reader.post(&format!("{compose}/keep"), &form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_one_typed_is_not_kept_for_whoever_signs_in_next() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let compose = format!("{}/compose", desk.home);
    let (whose, once) = (person(&owner, &desk.home).await, number(&owner.get(&compose).await.text()));
    keep(&owner, &desk.home, &[("text", "A secret"), ("once", once.as_str())], 1).await;

    // The owner's page is still open in the browser where somebody else signed in, and goes on sending.
    let admin = desk.member(Role::Admin).await;
    let form = [("text", "A secret plan"), ("once", once.as_str()), ("seq", "2")];
    for said in [&[("person", whose.as_str())][..], &[("person", "")], &[]] {
        let refused = admin.post(&format!("{compose}/keep"), &[&form[..], said].concat()).await;
        assert_eq!(refused.status, StatusCode::SEE_OTHER, "{said:?}: {}", refused.text());
        assert!(refused.header("location").starts_with("/sign-in"), "{said:?}");
    }
    let gone = admin
        .post(&format!("{compose}/let-go"), &[("form", once.as_str()), ("person", whose.as_str())])
        .await;
    assert!(gone.header("location").starts_with("/sign-in"), "{}", gone.header("location"));
    let page = admin.get(&compose).await.text();
    assert!(!page.contains(" data-offer=") && !page.contains("A secret"), "{page}");

    // Nothing is lost: it is taken when its owner is back.
    let back = desk.owner().await;
    keep(&back, &desk.home, &form[..2], 2).await;
    assert!(back.get(&compose).await.text().contains("<p>A secret plan</p>"));
}

async fn whatever_is_pasted(desk: Desk) {
    let owner = desk.owner().await;
    let compose = format!("{}/compose", desk.home);
    let once = number(&owner.get(&compose).await.text());
    // A line break of a slide, and what no database takes as text.
    let form = [("text", "Title\u{b}and the rest\u{0}"), ("once", once.as_str())];
    keep(&owner, &desk.home, &form, 1).await;
    assert_eq!(owner.get(&compose).await.text().matches(" data-offer=").count(), 1);
    let back = owner.get(&format!("{compose}?unsaved={once}")).await;
    assert_eq!(back.status, StatusCode::OK);
    assert!(back.text().contains(">Title\u{b}and the rest"), "{}", back.text());

    // That it can't be saved like this is said when it is to be saved.
    let refused = owner.post(&compose, &[&form[..], &[("action", "draft")]].concat()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("control character"), "{}", refused.text());
    desk.app.dispose().await;
}
on_both_desks!(whatever_is_pasted_is_kept, super::whatever_is_pasted);

async fn thrown_away_for_good(desk: Desk) {
    let owner = desk.owner().await;
    let compose = format!("{}/compose", desk.home);
    let [first, second] = ["1", "2"].map(|digit| digit.repeat(32));
    let form = |once, text| [("text", text), ("once", once), ("timezone", "UTC")];

    // What was on its way while it was thrown away comes too late, also where nothing of the form was there yet.
    let gone = let_go(&owner, &desk.home, &[("form", first.as_str()), ("seq", "4")]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text());
    for seq in [3, 4] {
        assert_eq!(send(&owner, &desk.home, &form(first.as_str(), "Not this"), seq).await, "overtaken");
    }
    keep(&owner, &desk.home, &form(second.as_str(), "Nor that"), 2).await;
    let_go(&owner, &desk.home, &[("form", second.as_str()), ("seq", "5")]).await;
    assert_eq!(send(&owner, &desk.home, &form(second.as_str(), "Nor that"), 5).await, "overtaken");
    let page = owner.get(&compose).await.text();
    assert!(!page.contains(" data-offer="), "{page}");

    // What is typed into it later is kept again; a state that was known already is not forgotten.
    keep(&owner, &desk.home, &form(first.as_str(), "Something else"), 5).await;
    assert!(owner.get(&compose).await.text().contains("<p>Something else</p>"));
    let_go(&owner, &desk.home, &[("form", first.as_str()), ("seq", "1")]).await;
    assert_eq!(send(&owner, &desk.home, &form(first.as_str(), "Something else"), 5).await, "overtaken");
    assert!(!owner.get(&compose).await.text().contains(" data-offer="));

    // Nothing is kept of a form that was saved.
    let whole =
        [&form(first.as_str(), "Saved")[..], &[("account", desk.account.as_str()), ("action", "draft")]]
            .concat();
    assert_eq!(owner.post(&compose, &whole).await.status, StatusCode::SEE_OTHER);
    let_go(&owner, &desk.home, &[("form", first.as_str()), ("seq", "1")]).await;
    assert_eq!(send(&owner, &desk.home, &form(first.as_str(), "Saved"), 9).await, "saved");
    desk.app.dispose().await;
}
on_both_desks!(what_was_thrown_away_does_not_come_back, super::thrown_away_for_good);

#[tokio::test]
async fn offers_can_be_told_apart() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let compose = format!("{}/compose", desk.home);
    let [first, second] = ["1", "2"].map(|digit| digit.repeat(32));
    for (once, text) in [(&first, "About bells"), (&second, "About towers")] {
        keep(&owner, &desk.home, &[("text", text), ("once", once.as_str())], 1).await;
    }
    let page = owner.get(&compose).await.text();
    for text in ["About bells", "About towers"] {
        for control in ["Put it back", "Throw it away"] {
            let named = format!("{control}<span class=\"visually-hidden\">: {text}</span>");
            assert!(page.contains(&named), "{named}: {page}");
        }
    }
    assert_eq!(page.matches("<li class=\"alert alert-info alert-wide\" data-offer=").count(), 2, "{page}");
}

#[tokio::test]
async fn it_goes_when_it_is_thrown_away_emptied_or_old() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let compose = format!("{}/compose", desk.home);
    let form = |once, text| [("text", text), ("once", once), ("timezone", "UTC")];
    let [first, second, third] = ["1", "2", "3"].map(|digit| digit.repeat(32));
    keep(&owner, &desk.home, &form(first.as_str(), "The first"), 1).await;
    keep(&owner, &desk.home, &form(second.as_str(), "The second"), 1).await;

    let gone = let_go(&owner, &desk.home, &[("form", first.as_str())]).await;
    assert_eq!((gone.status, gone.header("location")), (StatusCode::SEE_OTHER, compose.as_str()));
    let page = owner.get(&compose).await.text();
    assert!(page.contains("The second") && !page.contains("The first"), "{page}");

    keep(&owner, &desk.home, &form(second.as_str(), " "), 3).await;
    assert!(!owner.get(&compose).await.text().contains(" data-offer="), "nothing is left in it");
    assert_eq!(send(&owner, &desk.home, &form(second.as_str(), "The sec"), 2).await, "overtaken");
    assert!(!owner.get(&compose).await.text().contains(" data-offer="), "it was emptied later");

    keep(&owner, &desk.home, &form(third.as_str(), "The third"), 1).await;
    desk.app.clock.advance(std::time::Duration::from_secs(29 * 24 * 3600));
    desk.app.engine.upkeep().await;
    let owner = desk.owner().await;
    assert!(owner.get(&compose).await.text().contains("The third"));
    desk.app.clock.advance(std::time::Duration::from_secs(2 * 24 * 3600));
    desk.app.engine.upkeep().await;
    let owner = desk.owner().await;
    assert!(!owner.get(&compose).await.text().contains("The third"));

    let person = person(&owner, &desk.home).await;
    for strange in ["", "new", "../../posts"] {
        let form = [("person", person.as_str()), ("text", "Lost"), ("once", strange)];
        let refused = owner.post(&format!("{compose}/keep"), &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{strange}");
    }
}

#[tokio::test]
async fn a_change_of_a_post_is_offered_at_its_own_form() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let post = desk.post("As it is saved", json!({ "status": "draft" })).await;
    let id = post["id"].as_str().expect("an id");
    let version = post["version"].to_string();
    let here = format!("{}/compose?post={id}", desk.home);
    let once = number(&owner.get(&here).await.text());
    let form = |text| {
        [
            ("post", id),
            ("version", version.as_str()),
            ("once", once.as_str()),
            ("text", text),
            ("account", desk.account.as_str()),
            ("timezone", "Europe/Athens"),
        ]
    };
    keep(&owner, &desk.home, &form("As it is saved"), 1).await;
    let page = owner.get(&here).await.text();
    assert!(!page.contains(" data-offer="), "there is no difference: {page}");

    keep(&owner, &desk.home, &form("As it should be"), 2).await;
    let page = owner.get(&here).await.text();
    assert!(page.contains("<p>As it should be</p>") && page.contains(">As it is saved</textarea>"), "{page}");
    let new = owner.get(&format!("{}/compose", desk.home)).await.text();
    assert!(!new.contains("As it should be"), "another form: {new}");
    let back = owner.get(&format!("{here}&unsaved={once}")).await.text();
    assert!(back.contains(">As it should be</textarea>"), "{back}");

    // Somebody else saved meanwhile: what they wrote is shown before it is replaced.
    let path = format!("/api/v1/posts/{id}");
    let changed =
        desk.call(axum::http::Method::PATCH, &path, Some(json!({ "text": "As they want it" }))).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    let form = [&form("As it should be")[..], &[("action", "draft")]].concat();
    let overtaken = owner.post(&format!("{}/compose", desk.home), &form).await;
    assert_eq!(overtaken.status, StatusCode::PRECONDITION_FAILED);
    let page = overtaken.text();
    assert!(page.contains("As they want it") && page.contains(">As it should be</textarea>"), "{page}");
}

#[tokio::test]
async fn what_has_no_text_is_kept_too() {
    let desk = Desk::new().await;
    let channel = desk.connect("youtube").await;
    let owner = desk.owner().await;
    let compose = format!("{}/compose", desk.home);
    let title = format!("option.{channel}.title");
    let set = [
        (title.as_str(), "How bells are cast"),
        ("links", "utm_source=bells"),
        ("campaign", "Spring"),
        ("scheduled_at", "2031-05-04T09:30"),
        ("repeat", "weekly"),
    ];
    for (index, (name, value)) in set.into_iter().enumerate() {
        let once = index.to_string().repeat(32);
        let form = |value| [("text", ""), ("once", once.as_str()), ("timezone", "UTC"), (name, value)];
        keep(&owner, &desk.home, &form(value), 1).await;
        let page = owner.get(&compose).await.text();
        assert_eq!(page.matches(" data-offer=").count(), 1, "{name}: {page}");
        let back = owner.get(&format!("{compose}?unsaved={once}")).await.text();
        assert!(back.contains(value), "{name}: {back}");
        keep(&owner, &desk.home, &form(""), 2).await;
        assert!(!owner.get(&compose).await.text().contains(" data-offer="), "{name} was taken out again");
    }
}

#[tokio::test]
async fn two_changes_of_a_post_are_two_forms() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let post = desk.post("As it is saved", json!({ "status": "draft" })).await;
    let id = post["id"].as_str().expect("an id");
    let version = post["version"].to_string();
    let here = format!("{}/compose?post={id}", desk.home);
    let form = |once, text, field| {
        [
            ("post", id),
            ("version", version.as_str()),
            ("once", once),
            ("text", text),
            ("account", desk.account.as_str()),
            ("timezone", "Europe/Athens"),
            ("links", ""),
            field,
        ]
    };
    let [first, second, third] = ["1", "2", "3"].map(|digit| digit.repeat(32));
    let filled = ("fill_in", "1");
    let unfilled = ("kept_text", "");
    let is_filled = owner.get(&here).await.text().contains("name=\"fill_in\" value=\"1\" checked");
    let (same, other) = if is_filled { (filled, unfilled) } else { (unfilled, filled) };

    // Whoever ignores what is offered and types something else has both.
    keep(&owner, &desk.home, &form(first.as_str(), "An hour of work", same), 1).await;
    keep(&owner, &desk.home, &form(second.as_str(), "As it is savedx", same), 1).await;
    let page = owner.get(&here).await.text();
    assert!(page.contains("<p>An hour of work</p>") && page.contains("<p>As it is savedx</p>"), "{page}");
    for once in [first.as_str(), second.as_str()] {
        let gone = let_go(&owner, &desk.home, &[("form", once), ("post", id)]).await;
        assert_eq!(gone.header("location"), here);
    }

    // A change of something that is no text is one, too.
    let page = owner.get(&here).await.text();
    assert!(!page.contains(" data-offer="), "{page}");
    keep(&owner, &desk.home, &form(third.as_str(), "As it is saved", same), 1).await;
    let page = owner.get(&here).await.text();
    assert!(!page.contains(" data-offer="), "there is no difference: {page}");
    keep(&owner, &desk.home, &form(third.as_str(), "As it is saved", other), 2).await;
    assert!(owner.get(&here).await.text().contains(" data-offer="), "variables are filled in, or not");
    let weekly = [&form(third.as_str(), "As it is saved", same)[..], &[("repeat", "weekly")]].concat();
    keep(&owner, &desk.home, &weekly, 3).await;
    assert!(owner.get(&here).await.text().contains(" data-offer="), "it comes again");
}

async fn outlives_its_post(desk: Desk) {
    let owner = desk.owner().await;
    let compose = format!("{}/compose", desk.home);
    let out = desk.post("Out it is", json!({ "status": "now" })).await;
    let thrown_away = desk.post("A draft", json!({ "status": "draft" })).await;
    let posts = [(out, "1", StatusCode::CONFLICT), (thrown_away, "2", StatusCode::NOT_FOUND)];
    for (post, digit, _) in &posts {
        let id = post["id"].as_str().expect("an id");
        let once = digit.repeat(32);
        let form = [("post", id), ("version", "1"), ("once", once.as_str()), ("text", "Much <work>")];
        keep(&owner, &desk.home, &form, 1).await;
    }
    let page = owner.get(&compose).await.text();
    assert!(!page.contains(" data-offer="), "their own forms have it: {page}");

    desk.work().await;
    let path = format!("/api/v1/posts/{}", posts[1].0["id"].as_str().expect("an id"));
    let gone = desk.call(axum::http::Method::DELETE, &path, None).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text());
    let page = owner.get(&compose).await.text();
    assert_eq!(page.matches("<p>Much &#60;work&#62;</p>").count(), 2, "{page}");
    for (post, digit, status) in posts {
        let id = post["id"].as_str().expect("an id");
        let once = digit.repeat(32);
        let settled = owner.get(&format!("{compose}?post={id}&unsaved={once}")).await;
        assert_eq!(settled.status, status);
        let page = settled.text();
        let url = format!("{compose}?unsaved={once}");
        assert!(
            page.contains(&format!("href=\"{url}\"")) && page.contains("Make a new post of it"),
            "{page}"
        );
        let back = owner.get(&url).await.text();
        assert!(back.contains(">Much &#60;work&#62;</textarea>"), "{back}");
        assert!(!back.contains("name=\"post\""), "it becomes a new post: {back}");
        let_go(&owner, &desk.home, &[("form", once.as_str())]).await;
        let page = owner.get(&format!("{compose}?post={id}")).await;
        assert_eq!(page.status, status);
        assert!(!page.text().contains(" data-offer="), "{}", page.text());
    }
    desk.app.dispose().await;
}
on_both_desks!(what_was_typed_outlives_its_post, super::outlives_its_post);
