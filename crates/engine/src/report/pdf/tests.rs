//! The report as a stranger's reader sees it.

use std::collections::BTreeSet;

use carillon_domain::insight::{Basis, Change, Period};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use lopdf::{Document, Object};

use super::*;
use crate::report::tests::Plain;
use crate::usecase::analytics::Figure;

fn days() -> Vec<Date> {
    date(2026, 10, 24).series(1.day()).take(30).collect()
}

fn figure(metric: &'static str, value: Option<i64>, days: Vec<Option<i64>>) -> Figure {
    Figure { metric, value, given: 3, of: 4, days, ..Figure::default() }
}

fn figures() -> Figures {
    let followers =
        (0..30).map(|day| (!(10..14).contains(&day)).then_some(12_000 + day * 37 % 400)).collect();
    let some = |by: i64| (0..30).map(|day| (day % 3 != 1).then_some(day * by % 977)).collect();
    Figures {
        followers: Figure {
            change: Some(Change { from: 12_000, to: 12_345 }),
            previous: Some(12_000),
            sources: BTreeSet::from([
                "bluesky:followersCount".to_owned(),
                "instagram:followers_count".to_owned(),
            ]),
            as_of: "2026-11-22T06:00:00Z".parse().ok(),
            ..figure("followers", Some(12_345), followers)
        },
        views: Figure {
            change: Some(Change { from: 9_000, to: 8_100 }),
            ..figure("views", Some(8_100), some(311))
        },
        reach: figure("reach", None, vec![None; 30]),
        engagements: figure("engagements", Some(412), some(41)),
        posts: Figure {
            given: 4,
            ..figure("published", Some(20), (0..30).map(|day| Some(day % 2)).collect())
        },
        rates: [
            Figure {
                change: Some(Change { from: 450, to: 508 }),
                previous: Some(450),
                ..figure("engagement_rate_by_views", Some(508), vec![None; 30])
            },
            figure("engagement_rate_by_followers", Some(333), vec![None; 30]),
            figure("engagement_rate_by_reach", None, vec![None; 30]),
        ],
    }
}

fn report() -> Report {
    let zone = TimeZone::get("Europe/Athens").expect("a zone");
    let best = |n: i64| Best {
        text: format!(
            "Post {n} says \"Grüße\" to Ελλάδα и Москва 🎉🎉 and goes on for much longer than a line has room"
        ),
        url: (n != 3).then(|| format!("https://example.com/{n}")),
        account: "@ada.example".into(),
        network: "Bluesky".into(),
        published_at: "2026-11-01T22:30:00Z".parse().expect("a time"),
        views: (n != 2).then_some(5_000 - n),
        engagements: Some(200 - n),
        rate: Some(if n == 2 { (Basis::Followers, 160) } else { (Basis::Views, 396 - n) }),
        few: n == 9,
    };
    Report {
        about: About {
            workspace: "Ada & Söhne".into(),
            zone: zone.clone(),
            period: Some(Period {
                from: "2026-10-23T21:00:00Z".parse().expect("a time"),
                to: "2026-11-22T22:00:00Z".parse().expect("a time"),
                zone,
            }),
            as_of: "2026-11-22T12:30:15Z".parse().expect("a time"),
            known_on: None,
            account: None,
            network: None,
            tag: None,
            campaign: None,
            compared: Some((date(2026, 9, 24), date(2026, 10, 23))),
        },
        logo: None,
        days: days(),
        accounts: 4,
        figures: figures(),
        networks: vec![("Bluesky".into(), 3, figures()), ("Instagram".into(), 1, Figures::default())],
        top: (0..10).map(best).collect(),
        notes: vec![(
            date(2026, 10, 30),
            "@ada on bluesky counts from this day on: nobody looked before.".into(),
        )],
    }
}

fn read(bytes: &[u8]) -> (Document, Vec<String>) {
    let document = Document::load_mem(bytes).expect("a PDF");
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    let texts = pages.iter().map(|page| document.extract_text(&[*page]).expect("text")).collect();
    (document, texts)
}

/// Readers break lines and words where they like.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn the_text_of_the_report_is_text() {
    let (_, pages) = read(&pdf(&report(), &Plain).expect("a file"));
    assert!(pages.len() > 1, "{} pages", pages.len());
    let first = squeezed(&pages[0]);
    for said in [
        "Ada & Söhne",
        "2026-10-24 – 2026-11-22",
        "report.compared(from=2026-09-24 to=2026-10-23)",
        "report.as_of 2026-11-22 14:30 Europe/Athens",
        "metric.followers",
        "12345",
        "+2.88 % report.moved(n=12000)",
        "-10.00 % report.moved_some(n=9000)",
        "+0.58 report.moved_points(n=4.50 %)",
        "report.gave_accounts(n=3 of=4)",
        "report.gave_posts(n=3 of=4)",
        "table.days",
        "metric.reach – report.missing",
    ] {
        assert!(first.contains(&squeezed(said)), "{said}: {}", pages[0]);
    }
    let all = squeezed(&pages.join(" "));
    for said in [
        "table.networks",
        "Instagram 1 – – – – –",
        "Post 0 says \"Grüße\" to Ελλάδα и Москва □ and",
        // Half past midnight in Athens.
        "@ada.example · Bluesky · 2026-11-02",
        "report.few",
        "basis.followers",
        "report.top_rule(n=100)",
        "2026-10-30: @ada on bluesky counts",
        "Accounts that follow this one.",
        "followers@1 · bluesky:followersCount · instagram:followers_count · report.read 2026-11-22 08:00 Europe/Athens",
    ] {
        assert!(all.contains(&squeezed(said)), "{said}: {all}");
    }
    for (index, page) in pages.iter().enumerate() {
        let foot = format!("report.page(n={} of={})", index + 1, pages.len());
        assert!(squeezed(page).contains(&squeezed(&foot)), "{foot}: {page}");
    }
    assert!(!all.contains("reach@1"), "what nobody gave needs no definition");
}

#[test]
fn the_head_says_as_known_on_which_day_it_is() {
    let first = |report: &Report| squeezed(&read(&pdf(report, &Plain).expect("a file")).1[0]);
    assert!(!first(&report()).contains("known_on"));
    let mut known = report();
    known.about.known_on = Some(date(2026, 11, 22));
    for said in ["report.known_on 2026-11-22", "report.kept_last"] {
        assert!(first(&known).contains(&squeezed(said)), "{said}: {}", first(&known));
    }
}

#[test]
fn the_same_report_is_the_same_file() {
    let one = pdf(&report(), &Plain).expect("a file");
    assert_eq!(one, pdf(&report(), &Plain).expect("a file"));
    let mut later = report();
    later.about.as_of = "2026-11-22T12:31:15Z".parse().expect("a time");
    assert_ne!(one, pdf(&later, &Plain).expect("a file"));
}

#[test]
fn readers_who_cannot_see_it_are_told() {
    let (document, _) = read(&pdf(&report(), &Plain).expect("a file"));
    let catalog = document.catalog().expect("a catalog");
    assert_eq!(catalog.get(b"Lang").and_then(Object::as_str).expect("a language"), b"en");
    assert!(catalog.has(b"StructTreeRoot"), "a tree of parts");
    let text = |value: &Object| value.as_str().map(|text| String::from_utf8_lossy(text).into_owned());
    let mut kinds = BTreeSet::new();
    let mut pictures = Vec::new();
    for object in document.objects.values() {
        let Ok(part) = object.as_dict() else { continue };
        let Ok(kind) = part.get(b"S").and_then(Object::as_name) else { continue };
        kinds.insert(String::from_utf8_lossy(kind).into_owned());
        if kind == b"Figure" {
            pictures.push(part.get(b"Alt").and_then(text).expect("what it shows"));
        }
    }
    for kind in ["H1", "H2", "P", "Figure", "Table", "TR", "TH", "TD"] {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
    assert_eq!(pictures.len(), 4);
    let addresses = document.objects.values().filter_map(|object| {
        let action = object.as_dict().ok()?.get(b"A").and_then(Object::as_dict).ok()?;
        action.get(b"URI").and_then(text).ok()
    });
    let addresses: BTreeSet<_> = addresses.collect();
    assert_eq!(addresses.len(), 9, "{addresses:?}");
    assert!(addresses.contains("https://example.com/9") && kinds.contains("Link"), "{addresses:?}");
    assert!(pictures.iter().any(|said| said.contains("what=metric.followers") && said.contains("missing=4")));
    let info = document.trailer.get(b"Info").and_then(Object::as_reference).expect("about it");
    let info = document.get_dictionary(info).expect("about it");
    let date = info.get(b"CreationDate").and_then(text).expect("a date");
    assert!(date.starts_with("D:20261122123015"), "as of, and no other clock: {date}");
    assert!(info.has(b"Title") && info.has(b"Author"));
}

/// Width, height and content of the pictures in it.
fn pictures(document: &Document) -> Vec<(i64, i64, Vec<u8>)> {
    let streams = document.objects.values().filter_map(|object| object.as_stream().ok());
    let pictures = streams.filter(|stream| {
        stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Image")
    });
    let side =
        |stream: &lopdf::Stream, name: &[u8]| stream.dict.get(name).and_then(Object::as_i64).expect("a side");
    pictures
        .map(|stream| {
            let content = stream.decompressed_content().expect("pixels");
            (side(stream, b"Width"), side(stream, b"Height"), content)
        })
        .collect()
}

#[test]
fn the_logo_is_in_it_and_is_named() {
    let (plain, _) = read(&pdf(&report(), &Plain).expect("a file"));
    assert!(pictures(&plain).is_empty(), "without a logo there is no picture");
    let drawn = image::RgbImage::from_fn(6, 4, |x, y| image::Rgb([(x * 40) as u8, (y * 60) as u8, 200]));
    let mut png = std::io::Cursor::new(Vec::new());
    drawn.write_to(&mut png, image::ImageFormat::Png).expect("a picture");
    let branded = Report { logo: Some(png.into_inner()), ..report() };
    let bytes = pdf(&branded, &Plain).expect("a file");
    assert_eq!(bytes, pdf(&branded, &Plain).expect("a file"));
    let (document, pages) = read(&bytes);
    assert_eq!(pictures(&document), [(6, 4, drawn.into_raw())], "pixel by pixel");
    assert!(squeezed(&pages[0]).contains("Ada&Söhne"), "beside the name: {}", pages[0]);
    let alt = |object: &Object| {
        let part = object.as_dict().ok()?;
        part.get(b"S").and_then(Object::as_name).ok().filter(|kind| *kind == b"Figure")?;
        // Beyond ASCII it is UTF-16.
        let said = part.get(b"Alt").and_then(Object::as_str).ok()?;
        Some(String::from_utf8_lossy(said).replace('\0', ""))
    };
    let said: Vec<String> = document.objects.values().filter_map(alt).collect();
    assert_eq!(said.len(), 5, "{said:?}");
    assert!(said.iter().any(|text| text.contains("report.logo(place=Ada & S")), "{said:?}");
    let broken = Report { logo: Some(b"no picture".to_vec()), ..report() };
    assert!(pdf(&broken, &Plain).is_err(), "a file without what belongs in it is none");
}

#[test]
fn a_report_of_nothing_is_one_page_without_zeros() {
    let empty = Report {
        accounts: 0,
        figures: Figures::default(),
        networks: Vec::new(),
        top: Vec::new(),
        notes: Vec::new(),
        ..report()
    };
    let (_, pages) = read(&pdf(&empty, &Plain).expect("a file"));
    assert_eq!(pages.len(), 1);
    assert!(pages[0].contains('–') && !pages[0].contains("table.days"), "{}", pages[0]);
    let many = Report { top: (0..200).flat_map(|_| report().top).collect(), ..report() };
    let (_, pages) = read(&pdf(&many, &Plain).expect("a file"));
    assert!(pages.len() > 50, "{}", pages.len());
    assert!(pages[10].contains("report.post"), "headings stand on every page of a table: {}", pages[10]);
}
