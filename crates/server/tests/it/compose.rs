//! The composer, as a browser without scripts uses it.

use axum::http::{Method, StatusCode};
use carillon_store::testing::TestDb;
use serde_json::json;

use crate::library::upload;
use crate::support::TestApp;
use crate::support::desk::Desk;

#[tokio::test]
async fn parts_keep_their_files_when_a_draft_is_edited() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let file = upload(&browser, &home).await;
    let id = file.rsplit('/').next().expect("id");
    let form = [
        ("text", "One"),
        ("part", "Two"),
        ("part_media", id),
        ("part", "  "),
        ("timezone", "UTC"),
        ("action", "draft"),
    ];
    let saved = browser.post(&format!("{home}/compose"), &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let post = saved.header("location").trim_end_matches("?saved").rsplit('/').next().expect("id");
    let again = browser.get(&format!("{home}/compose?post={post}")).await.text();
    let form = again.split("<template").next().expect("before the pattern of a part");
    assert_eq!(form.matches("name=\"part_media\"").count(), 1, "{form}");
    assert!(form.contains(">Two</textarea>"), "{form}");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_post() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let here = format!("{home}/compose");
    let page = browser.get(&here).await.text();
    let once =
        page.split("name=\"once\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("number");
    let form = |text| [("text", text), ("once", once), ("timezone", "UTC"), ("action", "draft")];

    let first = browser.post(&here, &form("Good morning")).await;
    let second = browser.post(&here, &form("Good morning")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text());
    assert_eq!(first.header("location"), second.header("location"));
    let list = browser.get(&format!("{home}/posts")).await.text();
    assert_eq!(list.matches("Good morning").count(), 1, "{list}");

    // Gone back, changed, and sent again: somebody's next post.
    let other = browser.post(&here, &form("Good evening")).await;
    assert_ne!(first.header("location"), other.header("location"));
}

#[tokio::test]
async fn a_refused_form_comes_back_with_everything_in_it() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let here = format!("{home}/compose");
    let file = upload(&browser, &home).await;
    let id = file.rsplit('/').next().expect("id");
    for (at, zone, trouble) in [
        ("2020-01-01T09:00", "UTC", "past"),
        ("2027-03-28T03:30", "Europe/Athens", "does not exist"),
        ("2027-10-31T03:30", "Europe/Athens", "twice"),
        ("2027-01-01T09:00", "Mars/Base", "zone"),
        ("soon", "UTC", "time"),
    ] {
        let form = [
            ("text", "A <long> story"),
            ("media", id),
            ("part", "and its end"),
            ("first_comment", "Tell us"),
            ("scheduled_at", at),
            ("timezone", zone),
            ("action", "schedule"),
        ];
        let refused = browser.post(&here, &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{at} {zone}");
        let page = refused.text();
        let said: Vec<&str> =
            page.split("field-error").skip(1).filter_map(|rest| rest.split("</div>").next()).collect();
        for trouble in [trouble, "at least one account"] {
            assert!(said.iter().any(|line| line.contains(trouble)), "{at} {zone}: {said:?}");
        }
        for kept in ["A &#60;long&#62; story", "and its end", "Tell us", id, zone] {
            assert!(page.contains(kept), "{kept} is lost with {at} {zone}");
        }
    }
    assert!(browser.get(&format!("{home}/posts")).await.text().contains("No posts yet"));
}

#[tokio::test]
async fn a_form_over_the_limit_comes_back_with_everything_in_it() {
    let app = TestApp::with(&[("limits.requests_per_minute", "20")]).await;
    let (browser, home) = app.owner().await;
    let here = format!("{home}/compose");
    while browser.get(&home).await.status != StatusCode::TOO_MANY_REQUESTS {}
    let form = [("text", "Much work"), ("part", "and its end"), ("timezone", "UTC"), ("action", "draft")];
    let refused = browser.post(&here, &form).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!refused.header("retry-after").is_empty());
    let page = refused.text();
    assert!(page.contains(">Much work</textarea>") && page.contains("and its end"), "{page}");
    assert!(page.contains("Too many requests") && page.contains("What you wrote is still here"), "{page}");
    // That has its own limit; nothing is saved on the way.
    let mut given_back = 0;
    while browser.post(&here, &form).await.text().contains("Much work") {
        given_back += 1;
        assert!(given_back < 60, "it has an end");
    }
    app.clock.advance(std::time::Duration::from_secs(60));
    assert!(browser.get(&format!("{home}/posts")).await.text().contains("No posts yet"));
}

#[tokio::test]
async fn a_form_is_drawn_again_without_saving() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let form = [("text", "Much work"), ("timezone", "UTC"), ("action", "again")];
    let again = browser.post(&format!("{home}/compose"), &form).await;
    assert_eq!(again.status, StatusCode::OK);
    assert!(again.text().contains(">Much work</textarea>"), "{}", again.text());
    assert!(browser.get(&format!("{home}/posts")).await.text().contains("No posts yet"));
}

#[tokio::test]
async fn a_form_without_a_session_leads_back_to_where_it_was_written() {
    let app = TestApp::new().await;
    let (_, home) = app.owner().await;
    let headers = |from: &'static str| {
        [
            ("content-type", "application/x-www-form-urlencoded"),
            ("host", "127.0.0.1:8080"),
            ("origin", "http://127.0.0.1:8080"),
            ("sec-fetch-site", "same-origin"),
            ("referer", from),
        ]
    };
    for (from, back) in [
        ("http://127.0.0.1:8080/w/x/compose?post=y", "/sign-in?return=%2Fw%2Fx%2Fcompose%3Fpost%3Dy"),
        ("nonsense", "/sign-in"),
    ] {
        let path = format!("{home}/compose");
        let sent = app.request(axum::http::Method::POST, &path, &headers(from), "text=Much").await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, back));
    }
}

#[tokio::test]
async fn the_composer_uses_the_persons_zone_and_the_calendar_the_workspaces() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let zone = async || {
        let form = browser.get(&format!("{home}/compose")).await.text();
        let field = form.split("name=\"timezone\" type=\"text\" value=\"").nth(1).expect("a zone");
        field.split('"').next().expect("a value").to_owned()
    };
    assert_eq!(zone().await, "Europe/Athens", "the workspace's");
    let own = [("name", "Ada"), ("timezone", "America/New_York")];
    assert_eq!(browser.post("/settings/profile", &own).await.status, StatusCode::SEE_OTHER);
    assert_eq!(zone().await, "America/New_York", "the person's own");

    let form = [
        ("text", "Late bell"),
        ("scheduled_at", "2026-12-01T23:30"),
        ("timezone", "America/New_York"),
        ("action", "draft"),
    ];
    let saved = browser.post(&format!("{home}/compose"), &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    assert!(browser.get(saved.header("location")).await.text().contains("1 Dec 2026, 23:30"));
    let calendar = browser.get(&format!("{home}/calendar?view=week&date=2026-12-01")).await.text();
    assert!(calendar.contains("Times in Europe/Athens"), "the calendar is everybody's: {calendar}");
    let day = calendar.split("<li class=\"cal-day").find(|day| day.contains("Late bell")).expect("a day");
    assert!(day.contains("datetime=\"2026-12-02\"") && day.contains("<time>06:30</time>"), "{day}");
    assert!(day.contains("23:30 in America/New_York"), "{day}");
}

/// The value of the first hidden field of this name.
fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).expect(name);
    rest.split('"').next().expect("a value")
}

#[tokio::test]
async fn a_time_that_comes_twice_is_chosen_from_two() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let here = format!("{}/compose", desk.home);
    let at = |wall: &'static str, choice: &'static str| {
        let form = [
            ("text", "In the night"),
            ("account", desk.account.as_str()),
            ("scheduled_at", wall),
            ("timezone", "Europe/Athens"),
            ("scheduled_offset", choice),
            ("action", "schedule"),
        ];
        form.map(|(name, value)| (name, value.to_owned()))
    };
    let post = async |form: [(&'static str, String); 6]| {
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        owner.post(&here, &form).await
    };
    let due = async |answer: crate::support::Answer| {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let id =
            answer.header("location").trim_end_matches("?saved").rsplit('/').next().expect("id").to_owned();
        let saved = desk.call(Method::GET, &format!("/api/v1/posts/{id}"), None).await.json();
        (saved["scheduled_at"].as_str().expect("a time").to_owned(), id)
    };

    let asked = post(at("2027-10-31T03:30", "")).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = asked.text();
    for offset in ["+03", "+02"] {
        let radio = format!("type=\"radio\" name=\"scheduled_offset\" value=\"{offset}\"");
        assert!(page.contains(&radio.replace('+', "&#43;")) || page.contains(&radio), "{offset}: {page}");
    }
    let (first, _) = due(post(at("2027-10-31T03:30", "+03")).await).await;
    let (second, id) = due(post(at("2027-10-31T03:30", "+02")).await).await;
    let instant = |text: &str| text.parse::<jiff::Timestamp>().expect("an instant").to_string();
    assert_eq!(instant(&first), "2027-10-31T00:30:00Z");
    assert_eq!(instant(&second), "2027-10-31T01:30:00Z");
    let again = owner.get(&format!("{here}?post={id}")).await.text();
    assert_eq!(again.matches("name=\"scheduled_offset\"").count(), 2, "the choice stays open to change");
    assert_eq!(again.matches("checked> <span class=\"form-check-label\">03:30").count(), 1, "{again}");

    let gap = post(at("2027-03-28T03:30", "")).await.text();
    assert!(gap.contains("name=\"scheduled_offset\" value=\"2027-03-28T04:00:00\""), "{gap}");
    let (next, _) = due(post(at("2027-03-28T03:30", "2027-03-28T04:00:00")).await).await;
    assert_eq!(instant(&next), "2027-03-28T01:00:00Z");
}

#[tokio::test]
async fn a_form_that_somebody_overtook_shows_both_and_saves_next_time() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let here = format!("{home}/compose");
    let new = [("text", "First draft"), ("timezone", "UTC"), ("action", "draft")];
    let saved = browser.post(&here, &new).await;
    let post = saved.header("location").trim_end_matches("?saved").rsplit('/').next().expect("id").to_owned();
    let form = browser.get(&format!("{here}?post={post}")).await.text();
    let version = hidden(&form, "version").to_owned();
    let edit = |text: &'static str, version: String| {
        [
            ("post", post.clone()),
            ("version", version),
            ("text", text.to_owned()),
            ("timezone", "UTC".to_owned()),
            ("action", "draft".to_owned()),
        ]
    };
    let send = async |form: [(&'static str, String); 5]| {
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        browser.post(&here, &form).await
    };
    let theirs = send(edit("What they wrote", version.clone())).await;
    assert_eq!(theirs.status, StatusCode::SEE_OTHER, "{}", theirs.text());

    let mine = send(edit("What I wrote", version.clone())).await;
    assert_eq!(mine.status, StatusCode::PRECONDITION_FAILED);
    let page = mine.text();
    assert!(page.contains("Somebody else changed this post"), "{page}");
    assert!(page.contains("<dd>What they wrote</dd>") && page.contains(">What I wrote</textarea>"), "{page}");
    let newer = hidden(&page, "version").to_owned();
    assert_ne!(newer, version);

    let again = send(edit("What I wrote", newer)).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text());
    let list = browser.get(&format!("{home}/posts")).await.text();
    assert!(list.contains("What I wrote") && !list.contains("What they wrote"), "{list}");
}

#[tokio::test]
async fn today_is_proposed_at_the_next_full_hour() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    // Athens is two hours ahead: eleven o'clock, before nine of the next day, and late that evening.
    for (now, proposed) in [
        ("2026-11-24T09:00:00Z", [("2026-11-24", "2026-11-24T12:00"), ("2026-11-25", "2026-11-25T09:00")]),
        ("2026-11-25T03:10:00Z", [("2026-11-25", "2026-11-25T09:00"), ("2026-11-26", "2026-11-26T09:00")]),
        ("2026-11-25T06:59:59Z", [("2026-11-25", "2026-11-25T09:00"), ("2026-11-26", "2026-11-26T09:00")]),
        ("2026-11-25T20:59:59Z", [("2026-11-25", "2026-11-25T23:00"), ("2026-11-26", "2026-11-26T09:00")]),
        ("2026-11-25T21:30:00Z", [("2026-11-25", "2026-11-26T00:00"), ("2026-11-26", "2026-11-26T09:00")]),
    ] {
        app.clock.advance_to(now.parse().expect("a time"));
        for (day, at) in proposed {
            let form = browser.get(&format!("{home}/compose?date={day}")).await.text();
            assert!(form.contains(&format!("value=\"{at}\"")), "{now} {day}: {form}");
        }
    }
}

#[tokio::test]
async fn a_text_that_is_too_long_becomes_a_thread() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let sentence = |n: usize| format!("This is sentence number {n} of a long story about bells.");
    let text: Vec<String> = (1..=12).map(sentence).collect();
    let text = text.join(" ");
    let form = |action: &'static str| {
        [
            ("text", text.clone()),
            ("account", desk.account.clone()),
            ("part", "The end.".to_owned()),
            ("timezone", "UTC".to_owned()),
            ("action", action.to_owned()),
        ]
    };
    let sent = |form: &[(&'static str, String); 5]| {
        form.iter().map(|(name, value)| (*name, value.clone())).collect::<Vec<_>>()
    };
    let pairs = sent(&form("split"));
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let checked = owner.post(&format!("{}/compose/check", desk.home), &pairs).await.text();
    assert!(checked.contains("Split into a thread"), "{checked}");
    let page = owner.post(&format!("{}/compose", desk.home), &pairs).await;
    assert_eq!(page.status, StatusCode::OK);
    let page = page.text();
    let areas: Vec<&str> = page
        .split("<template")
        .next()
        .expect("before the pattern of a part")
        .split("</textarea>")
        .filter_map(|area| area.rsplit_once("<textarea")?.1.split_once('>').map(|(_, text)| text))
        .filter(|text| text.contains("sentence") || text.contains("The end."))
        .collect();
    assert_eq!(areas.len(), 4, "{areas:?}");
    assert!(areas.iter().all(|part| part.len() <= 300 && part.ends_with('.')), "{areas:?}");
    assert_eq!(areas[..3].join(" "), text, "nothing is lost");
    assert_eq!(areas[3], "The end.", "what followed still follows");
    // The same for programs, and what fits stays one part.
    let body = json!({ "text": text, "accounts": [desk.account] });
    let split = desk.call(Method::POST, "/api/v1/posts/split", Some(body)).await;
    assert_eq!(split.json()["parts"].as_array().map(Vec::len), Some(3), "{}", split.text());
    let body = json!({ "text": "Short.", "accounts": [desk.account] });
    let split = desk.call(Method::POST, "/api/v1/posts/split", Some(body)).await;
    assert_eq!(split.json()["parts"], json!(["Short."]));
    let body = json!({ "text": "Short.", "accounts": [] });
    let nobody = desk.call(Method::POST, "/api/v1/posts/split", Some(body)).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(nobody.json()["errors"][0]["code"], "no_threads");
    // What is counted are characters, and what is refused says how many are possible.
    let refused = async |text: String, accounts: Vec<String>| {
        let body = json!({ "text": text, "accounts": accounts });
        let answer = desk.call(Method::POST, "/api/v1/posts/split", Some(body)).await;
        let error = answer.json()["errors"][0].clone();
        (
            error["code"].as_str().unwrap_or_default().to_owned(),
            error["limit"].clone(),
            error["value"].clone(),
        )
    };
    let fine = refused("é ".repeat(20_000), vec![desk.account.clone()]).await;
    assert_eq!(fine.0, "", "60,000 bytes are 40,000 characters");
    let long = refused("é".repeat(50_001), vec![desk.account.clone()]).await;
    assert_eq!(long, ("too_long".to_owned(), 50_000.into(), 50_001.into()));
    let many = refused("Short.".to_owned(), vec![desk.account.clone(); 201]).await;
    assert_eq!(many, ("too_many".to_owned(), 200.into(), 201.into()));
    let twice = refused("Short.".to_owned(), vec![desk.account.clone(); 2]).await;
    assert_eq!(twice.0, "duplicate");
}

/// What a form gives to choose from for an option of an account.
fn choices<'a>(page: &'a str, account: &str, option: &str) -> Vec<&'a str> {
    let list = page.split(&format!("name=\"option.{account}.{option}\"")).nth(1).expect("the option");
    let list = list.split("</select>").next().expect("a list");
    list.split("<option value=\"").skip(1).filter_map(|choice| choice.split('"').next()).collect()
}

#[tokio::test]
async fn a_form_gives_to_choose_what_the_account_may() {
    // Nobody but followers can be chosen by an account that everybody sees.
    let cases = [
        (("platforms.tiktok.audited", "yes"), vec!["choose", "public", "friends", "private"]),
        (("platforms.tiktok.audited", "no"), vec!["choose", "private"]),
        (("platforms.tiktok.permissions", "inbox"), vec!["inbox"]),
        (("platforms.tiktok.permissions", "direct"), vec!["direct"]),
    ];
    for (setting, offered) in cases {
        let desk = Desk::with(TestDb::sqlite().await, &[setting]).await;
        let owner = desk.owner().await;
        let account = desk.connect("tiktok").await;
        let option = if setting.0.ends_with("audited") { "privacy" } else { "mode" };
        let page = owner.get(&format!("{}/compose", desk.home)).await.text();
        assert_eq!(choices(&page, &account, option), offered, "{setting:?}");
    }
}

#[tokio::test]
async fn what_was_chosen_stays_chosen_although_it_is_not_offered() {
    let desk = Desk::with(TestDb::sqlite().await, &[("platforms.tiktok.audited", "no")]).await;
    let owner = desk.owner().await;
    let account = desk.connect("tiktok").await;
    let options = json!({ account.as_str(): { "options": { "privacy": "public" } } });
    let fields = json!({ "status": "draft", "accounts": [account], "overrides": options });
    let post = desk.post("For everybody", fields).await;
    let id = post["id"].as_str().expect("an id");
    let page = owner.get(&format!("{}/compose?post={id}", desk.home)).await.text();
    assert_eq!(choices(&page, &account, "privacy"), ["choose", "public", "private"]);
    assert!(page.contains("<option value=\"public\" selected>"), "{page}");
}

#[tokio::test]
async fn what_tiktok_wants_agreed_to_is_a_link_and_its_own_words_survive_the_form() {
    let desk = Desk::new().await;
    let account = desk.connect("tiktok").await;
    let owner = desk.owner().await;
    let privacy = format!("option.{account}.privacy");
    let form = [
        ("text", "Waves."),
        ("account", account.as_str()),
        (privacy.as_str(), "public"),
        ("timezone", "UTC"),
    ];
    let checked = owner.post(&format!("{}/compose/check", desk.home), &form).await.text();
    let link = "you agree to TikTok&#39;s <a href=\"https://www.tiktok.com/legal/page/global/music-usage-confirmation/en\" \
                rel=\"noopener noreferrer\" target=\"_blank\">Music Usage Confirmation</a>.";
    assert!(checked.contains(link), "{checked}");

    let body = json!({ "text": "Waves.", "accounts": [account], "status": "draft",
        "overrides": { &account: { "options": { "privacy": "PUBLIC_TO_EVERYONE" } } } });
    let made = desk.call(Method::POST, "/api/v1/posts", Some(body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let made = made.json();
    let consent = made["warnings"].as_array().expect("warnings").iter().find(|w| w["code"] == "consent");
    let link = &consent.expect("the sentence")["links"][0];
    assert_eq!(link["words"], "Music Usage Confirmation");
    assert!(link["url"].as_str().is_some_and(|url| url.ends_with("/music-usage-confirmation/en")), "{link}");

    let (here, post) = (format!("{}/compose", desk.home), made["id"].as_str().expect("id"));
    let page = owner.get(&format!("{here}?post={post}")).await.text();
    assert!(page.contains("<option value=\"PUBLIC_TO_EVERYONE\" selected>"), "{page}");
    let form = [
        ("post", post),
        ("version", hidden(&page, "version")),
        ("text", "Waves and gulls."),
        ("account", account.as_str()),
        (privacy.as_str(), "PUBLIC_TO_EVERYONE"),
        ("timezone", "UTC"),
        ("action", "draft"),
    ];
    let saved = owner.post(&here, &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let now = desk.read(&made).await;
    assert_eq!(now["text"], "Waves and gulls.");
    assert_eq!(now["overrides"][&account]["options"]["privacy"], "PUBLIC_TO_EVERYONE", "{now}");
}

#[tokio::test]
async fn the_length_that_an_account_may_post_is_shown() {
    let desk = Desk::new().await;
    let (owner, form) = (desk.owner().await, format!("{}/compose", desk.home));
    let said = "takes videos of up to";
    assert!(!owner.get(&form).await.text().contains(said), "Bluesky gives all accounts the same");
    desk.connect("tiktok").await;
    desk.work_for_hours(1).await;
    let page = owner.get(&form).await.text();
    assert!(page.contains("TikTok takes videos of up to 10:00 minutes from this account."), "{page}");
}

#[tokio::test]
async fn a_post_does_not_stand_against_itself() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let time = json!({ "status": "scheduled", "scheduled_at": "2026-12-01T09:00:00Z" });
    let post = desk.post("The harbour at six.", time).await;
    let id = post["id"].as_str().expect("an id").to_owned();
    let form = [
        ("text", "The harbour at six."),
        ("account", desk.account.as_str()),
        ("scheduled_at", "2026-12-01T09:00"),
        ("timezone", "UTC"),
    ];
    let check = format!("{}/compose/check", desk.home);
    let another = owner.post(&check, &form).await.text();
    assert!(another.contains("less than an hour") && another.contains("the same content"), "{another}");
    let beside = another.split("#says-scheduled_at").nth(1).expect("a place").split("hx-swap-oob").next();
    assert!(
        beside.is_some_and(|said| said.contains("less than an hour")),
        "beside its field, too: {another}"
    );
    let version = post["version"].to_string();
    let edited = [&form[..], &[("post", id.as_str()), ("version", version.as_str())]].concat();
    let edited = owner.post(&check, &edited).await.text();
    assert!(!edited.contains("check-warning"), "{edited}");
    // Without a time it may go out now.
    let soon = owner.post(&check, &form[..2]).await.text();
    assert!(soon.contains("the same content") && !soon.contains("less than an hour"), "{soon}");
}

#[tokio::test]
async fn a_thread_is_offered_only_where_it_helps() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let (long, own) = ("Bells ring. ".repeat(40), format!("text.{}", desk.account));
    let check = async |text: &str, other: &str| {
        let form =
            [("text", text), ("account", desk.account.as_str()), (own.as_str(), other), ("timezone", "UTC")];
        owner.post(&format!("{}/compose/check", desk.home), &form).await.text()
    };
    assert!(check(&long, "").await.contains("value=\"split\""));
    let answer = check("Bells ring.", &long).await;
    assert!(answer.contains("check-bad") && !answer.contains("value=\"split\""), "{answer}");
}

#[tokio::test]
async fn tags_are_typed_changed_and_taken_away() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let compose = format!("{}/compose", desk.home);
    let base =
        [("text", "Bells"), ("account", desk.account.as_str()), ("timezone", "UTC"), ("action", "draft")];
    let long = "a".repeat(200);
    let refused = owner.post(&compose, &[&base[..], &[("tags", &long)]].concat()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    assert!(page.contains("id=\"tags-error\"") && page.contains(&format!("value=\"{long}\"")), "{page}");
    let saved = owner.post(&compose, &[&base[..], &[("tags", "bells,  tower ,bells,")]].concat()).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let id = saved.header("location").rsplit('/').next().and_then(|id| id.split('?').next()).expect("an id");
    let id = id.to_owned();
    let read = async || desk.read(&json!({ "id": id })).await;
    assert_eq!(read().await["tags"], json!(["bells", "tower"]));
    let page = owner.get(&format!("{compose}?post={id}")).await.text();
    assert!(page.contains("name=\"tags\" value=\"bells, tower\""), "{page}");
    for (typed, left) in [(None, json!(["bells", "tower"])), (Some(""), json!([]))] {
        let version = read().await["version"].to_string();
        let mut form = [&base[..], &[("post", id.as_str()), ("version", version.as_str())]].concat();
        form.extend(typed.map(|tags| ("tags", tags)));
        let saved = owner.post(&format!("{compose}?post={id}"), &form).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        assert_eq!(read().await["tags"], left);
    }
}

#[tokio::test]
async fn the_same_text_again_is_warned_of_as_the_network_takes_it() {
    let desk = Desk::new().await;
    let (x, linkedin) = (desk.connect("x").await, desk.connect("linkedin").await);
    let owner = desk.owner().await;
    let accounts = json!([desk.account, x, linkedin]);
    let fields =
        json!({ "accounts": accounts, "status": "scheduled", "scheduled_at": "2026-12-01T09:00:00Z" });
    desk.post("The harbour at six.", fields).await;
    let said = async |account: &str, at: &str| {
        let form = [
            ("text", "The  HARBOUR at six."),
            ("account", account),
            ("scheduled_at", at),
            ("timezone", "UTC"),
        ];
        let answer = owner.post(&format!("{}/compose/check", desk.home), &form).await.text();
        assert!(answer.contains("the same content on 2026-12-01 09:00"), "{answer}");
        assert!(answer.contains("check-good"), "a warning refuses nothing: {answer}");
        answer
    };
    let answer = said(desk.account.as_str(), "2026-12-01T12:00").await;
    assert!(answer.contains("Is that meant?"), "{answer}");
    assert!(
        said(desk.account.as_str(), "2026-12-01T09:30").await.contains("less than an hour from this one")
    );
    let answer = said(x.as_str(), "2026-12-03T12:00").await;
    assert!(answer.contains("X refuses what it had before, for a time that it does not publish"), "{answer}");
    let answer = said(linkedin.as_str(), "2026-12-02T09:00").await;
    assert!(answer.contains("LinkedIn refuses what it had in the last 48 hours or so"), "{answer}");
    assert!(said(linkedin.as_str(), "2026-12-03T12:00").await.contains("Is that meant?"));
}
