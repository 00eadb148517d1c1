//! Previews, and what networks say beside fields: the answer that the composer puts into its page.

use axum::http::StatusCode;

use crate::media::jpeg;
use crate::support::desk::Desk;

/// The preview of a network.
fn phone<'a>(answer: &'a str, network: &str) -> &'a str {
    let phones = answer.split("<figure class=\"phone\">").skip(1);
    let bar = format!("</svg>{network}</figcaption>");
    let found = phones.filter_map(|phone| phone.split("</figure>").next()).find(|phone| phone.contains(&bar));
    found.unwrap_or_else(|| panic!("no preview of {network}: {answer}"))
}

/// What goes to a place of the page.
fn place<'a>(answer: &'a str, selector: &str) -> &'a str {
    let begin = format!("<div hx-swap-oob=\"innerHTML:{selector}\">");
    let found = answer.split(&begin).nth(1).and_then(|rest| rest.split("\n<div hx-swap-oob").next());
    found.unwrap_or_else(|| panic!("nothing for {selector}: {answer}")).trim()
}

async fn check(desk: &Desk, form: &[(&str, &str)]) -> String {
    let owner = desk.owner().await;
    let answer = owner.post(&format!("{}/compose/check", desk.home), form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.text()
}

#[tokio::test]
async fn each_network_cuts_and_marks_up_in_its_own_way() {
    let desk = Desk::new().await;
    let instagram = desk.connect("instagram").await;
    let words = "bells ".repeat(30);
    let text = format!("See https://example.com/a #quay with @ada.example.com: {words}ending");
    let form = [
        ("text", text.as_str()),
        ("account", desk.account.as_str()),
        ("account", instagram.as_str()),
        ("timezone", "UTC"),
    ];
    let answer = check(&desk, &form).await;

    let bluesky = phone(&answer, "Bluesky");
    assert!(bluesky.contains("ending") && !bluesky.contains("phone-more"), "{bluesky}");
    for pressed in ["https://example.com/a", "#quay", "@ada.example.com"] {
        assert!(bluesky.contains(&format!("<span class=\"phone-link\">{pressed}</span>")), "{bluesky}");
    }
    assert!(bluesky.contains("<small>example.com</small>"), "the link has a card: {bluesky}");

    let instagram = phone(&answer, "Instagram");
    assert!(
        instagram.contains("… <span class=\"phone-more\" lang=\"en\" translate=\"no\">more</span>"),
        "{instagram}"
    );
    assert!(!instagram.contains("ending"), "{instagram}");
    assert!(instagram.contains("Instagram shows about so much"), "{instagram}");
    assert!(!instagram.contains(">https://example.com/a</span>"), "a link can't be pressed: {instagram}");
    assert!(instagram.contains("<span class=\"phone-link\">#quay</span>"), "{instagram}");
    assert!(!instagram.contains("phone-card"), "{instagram}");
}

#[tokio::test]
async fn files_stand_in_the_networks_ratio() {
    let desk = Desk::new().await;
    let instagram = desk.connect("instagram").await;
    let file = desk.upload("tower.jpg", "The <tower>", &jpeg(300, 900)).await;
    let media = file["id"].as_str().expect("an id");
    let form = [
        ("text", "The tower https://example.com"),
        ("media", media),
        ("account", desk.account.as_str()),
        ("account", instagram.as_str()),
        ("timezone", "UTC"),
    ];
    let answer = check(&desk, &form).await;
    let (bluesky, instagram) = (phone(&answer, "Bluesky"), phone(&answer, "Instagram"));
    assert!(bluesky.contains("viewBox=\"0 0 300 900\""), "as it is: {bluesky}");
    assert!(!bluesky.contains("phone-card"), "a picture leaves no room for a card: {bluesky}");
    assert!(instagram.contains("viewBox=\"0 0 4 5\"") && instagram.contains("slice"), "cropped: {instagram}");
    assert!(instagram.contains("aria-label=\"The &#60;tower&#62;\""), "{instagram}");
    let picture = instagram.split("<image href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let picture = desk.owner().await.get(picture.expect("a picture")).await;
    assert_eq!(picture.status, StatusCode::OK);
}

#[tokio::test]
async fn parts_and_the_first_comment_follow_the_post() {
    let desk = Desk::new().await;
    let form = [
        ("text", "One"),
        ("part", " "),
        ("part", "Two"),
        ("first_comment", "Three #bells"),
        ("account", desk.account.as_str()),
        ("timezone", "UTC"),
    ];
    let answer = check(&desk, &form).await;
    let bluesky = phone(&answer, "Bluesky");
    let order = ["One", "Two", "Three"].map(|word| bluesky.find(word).expect(word));
    assert!(order.is_sorted(), "{bluesky}");
    assert_eq!(bluesky.matches("class=\"phone-post").count(), 3, "{bluesky}");
    // The first box is empty, so what is said of the part belongs to the second one.
    let part = place(&answer, "[data-parts] &#62; [data-part-box]:nth-of-type(2) [data-says]");
    assert!(part.contains("<small>Bluesky</small> 3 / 300"), "{part}");
    assert!(place(&answer, "#says-first_comment").contains("12 / 300"), "{answer}");
}

#[tokio::test]
async fn findings_stand_beside_the_field_that_they_are_about() {
    let desk = Desk::new().await;
    let x = desk.connect("x").await;
    let long = "bell ".repeat(70);
    let (own, own_of_x) = (format!("text.{}", desk.account), format!("text.{x}"));
    let form = [
        ("text", long.as_str()),
        ("account", desk.account.as_str()),
        ("account", x.as_str()),
        (own.as_str(), ""),
        (own_of_x.as_str(), "Short."),
        ("timezone", "UTC"),
    ];
    let answer = check(&desk, &form).await;
    let text = place(&answer, "#says-text");
    assert!(text.contains("counter-over") && text.contains("<b>Bluesky:</b>"), "{text}");
    assert!(!text.contains("<small>X</small>"), "X has a text of its own: {text}");
    let at_x = place(&answer, &format!("#says-{x}"));
    assert!(at_x.contains("<small>X</small> 6 / 280") && !at_x.contains("field-error"), "{at_x}");

    let form = [("text", ""), (own.as_str(), "")];
    let answer = check(&desk, &form).await;
    assert_eq!(place(&answer, "#says-text"), "</div>", "what was said before is taken away: {answer}");
    assert!(answer.contains("Choose accounts to see how the post will look"), "{answer}");
}

#[tokio::test]
async fn pictures_without_a_description_are_asked_for_one() {
    let desk = Desk::new().await;
    let tiktok = desk.connect("tiktok").await;
    let ids =
        [desk.upload("a.jpg", "", &jpeg(40, 40)).await, desk.upload("b.jpg", "A quay", &jpeg(41, 40)).await];
    let [bare, described] = ids.each_ref().map(|file| file["id"].as_str().expect("an id"));
    let form = |account| {
        [("text", "Two"), ("media", bare), ("media", described), ("account", account), ("timezone", "UTC")]
    };
    let asked = "One picture has no description.";
    let answer = check(&desk, &form(desk.account.as_str())).await;
    assert!(place(&answer, "#says-media").contains(asked), "{answer}");
    assert!(!check(&desk, &form(tiktok.as_str())).await.contains(asked), "TikTok shows none");
    let answer =
        check(&desk, &[("text", "One"), ("media", described), ("account", desk.account.as_str())]).await;
    assert!(!answer.contains(asked), "{answer}");
}

#[tokio::test]
async fn other_clocks_stand_beside_the_time() {
    let desk = Desk::new().await;
    let form = |zone| [("text", "Noon"), ("scheduled_at", "2031-05-04T09:30"), ("timezone", zone)];
    let answer = check(&desk, &form("UTC")).await;
    let beside = place(&answer, "#says-scheduled_at");
    assert!(beside.contains("On your clock (Europe/Athens): 4 May 2031, 12:30"), "{beside}");
    assert!(!beside.contains("clock of the workspace"), "they are the same: {beside}");
    let answer = check(&desk, &form("Europe/Athens")).await;
    assert!(!place(&answer, "#says-scheduled_at").contains("clock"), "{answer}");

    // Somebody elsewhere has two more clocks to think of.
    let owner = desk.owner().await;
    let saved = owner.post("/settings/profile", &[("name", "Ada"), ("timezone", "Asia/Tokyo")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let answer = check(&desk, &form("UTC")).await;
    let beside = place(&answer, "#says-scheduled_at");
    for clock in [
        "On your clock (Asia/Tokyo): 4 May 2031, 18:30",
        "On the clock of the workspace (Europe/Athens): 4 May 2031, 12:30",
    ] {
        assert!(beside.contains(clock), "{beside}");
    }
}
