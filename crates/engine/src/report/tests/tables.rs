use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use carillon_domain::insight::Period;
use jiff::tz::TimeZone;

use super::super::*;
use super::Plain;

fn athens() -> TimeZone {
    TimeZone::get("Europe/Athens").expect("a zone")
}

fn about() -> About {
    About {
        workspace: "Ada & Söhne".into(),
        zone: athens(),
        period: Some(Period {
            from: "2026-10-24T21:00:00Z".parse().expect("a time"),
            to: "2026-11-22T22:00:00Z".parse().expect("a time"),
            zone: athens(),
        }),
        as_of: "2026-11-22T12:30:15Z".parse().expect("a time"),
        known_on: None,
        account: None,
        network: None,
        tag: None,
        campaign: None,
        compared: None,
    }
}

fn table(rows: Vec<Vec<Cell>>) -> Table {
    let columns = vec![
        Column::new("text", Kind::Text),
        Column::new("link", Kind::Link),
        Column::new("published_at", Kind::Time),
        Column::new("day", Kind::Date),
        Column::metric("likes"),
        Column::before("engagement_rate_by_views"),
        Column::metric("watch_time"),
    ];
    let sources = BTreeMap::from([("likes", BTreeSet::from(["bluesky:likeCount".to_owned()]))]);
    Table { name: "posts", columns, rows, sources }
}

fn full(text: &str) -> Vec<Cell> {
    vec![
        Cell::Text(text.into()),
        Cell::link(Some("https://example.com/a,b")),
        // The second of the two half past threes of that night.
        Cell::Time("2026-10-25T01:30:00Z".parse().expect("a time")),
        Cell::Date("2026-10-25".parse().expect("a day")),
        Cell::of("likes", Some(1_234)),
        Cell::of("engagement_rate_by_views", Some(-1_205)),
        Cell::of("watch_time", Some(0)),
    ]
}

fn missing() -> Vec<Cell> {
    let mut cells = vec![Cell::Missing; 7];
    cells[0] = Cell::Text("none".into());
    cells
}

const HEADINGS: [&str; 7] = [
    "column.text",
    "column.link",
    "column.published_at (Europe/Athens)",
    "column.day",
    "metric.likes",
    "metric.engagement_rate_by_views (column.before, %)",
    "metric.watch_time (ms)",
];

fn read(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

fn of_texts(texts: &[&str]) -> Vec<String> {
    let rows = texts.iter().map(|text| vec![Cell::Text((*text).to_owned())]).collect();
    let table = Table { columns: vec![Column::new("text", Kind::Text)], rows, ..table(Vec::new()) };
    let bytes = csv(&table, &Plain, &TimeZone::UTC, Mark::Without).expect("a file");
    read(&bytes).into_iter().skip(1).map(|mut row| row.remove(0)).collect()
}

#[test]
fn a_csv_comes_back_as_it_went_out() {
    let text = "He said \"no\",\r\nthen left; ünï 🎉";
    let bytes = csv(&table(vec![full(text), missing()]), &Plain, &athens(), Mark::Without).expect("a file");
    let rows = read(&bytes);
    assert_eq!(rows[0], HEADINGS);
    assert_eq!(
        rows[1],
        [text, "https://example.com/a,b", "2026-10-25T03:30:00+02:00", "2026-10-25", "1234", "-12.05", "0"]
    );
    assert_eq!(rows[2], ["none", "", "", "", "", "", ""], "what is missing is empty, and zero is zero");
    let raw = String::from_utf8(bytes).expect("UTF-8");
    assert!(raw.ends_with("\r\nnone,,,,,,\r\n"), "lines end as RFC 4180 says: {raw:?}");
    let marked = csv(&table(Vec::new()), &Plain, &athens(), Mark::With).expect("a file");
    assert!(marked.starts_with(b"\xef\xbb\xbfcolumn.text,"), "for spreadsheets");
}

#[test]
fn no_text_of_others_becomes_a_formula() {
    for text in [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＠x",
        "-",
        "--1",
        "+1.2.3",
        "@ada",
    ] {
        assert_eq!(of_texts(&[text]), [format!("'{text}")], "{text:?}");
    }
    let harmless = ["a=1", "-12", "+3.5", "12", "", "'=1", "(=1)", "é"];
    // A lone empty cell is quoted, else its row would be an empty line.
    assert_eq!(of_texts(&harmless), harmless);
    // An address is text of others, too; only those of the web are links.
    assert_eq!(Cell::link(Some("javascript:alert(1)")), Cell::Text("javascript:alert(1)".into()));
}

fn sheets(bytes: &[u8]) -> Xlsx<Cursor<&[u8]>> {
    Xlsx::new(Cursor::new(bytes)).expect("a workbook")
}

#[test]
fn a_workbook_has_typed_cells_and_says_what_they_mean() {
    let bytes = xlsx(&table(vec![full("=1+1"), missing()]), &Plain, &about()).expect("a file");
    let mut book = sheets(&bytes);
    assert_eq!(book.sheet_names(), ["table.posts", "report.about"]);
    let cells = book.worksheet_range("table.posts").expect("a sheet");
    let at = |row, col| cells.get_value((row, col)).cloned().unwrap_or(Data::Empty);
    for (col, heading) in (0..).zip(HEADINGS) {
        assert_eq!(at(0, col), Data::String(heading.into()));
    }
    assert_eq!(at(1, 0), Data::String("=1+1".into()), "text, as it was written");
    assert_eq!(at(1, 4), Data::Float(1_234.0));
    assert_eq!(at(1, 5), Data::Float(-0.120_5), "a share that is shown as percent");
    assert_eq!(at(1, 6), Data::Float(0.0));
    let Data::DateTime(time) = at(1, 2) else { panic!("no time: {:?}", at(1, 2)) };
    let (year, month, day, hour, minute, ..) = time.to_ymd_hms_milli();
    assert_eq!((year, month, day, hour, minute), (2026, 10, 25, 3, 30), "the wall clock in Athens");
    assert!(matches!(at(1, 3), Data::DateTime(_)));
    for col in 1..7 {
        assert_eq!(at(2, col), Data::Empty, "missing is empty");
    }
    let formulas = book.worksheet_formula("table.posts").expect("a sheet");
    assert!(formulas.is_empty(), "nothing is computed");
    let about = book.worksheet_range("report.about").expect("a sheet");
    let words: Vec<String> = about.rows().flatten().map(ToString::to_string).collect();
    for word in [
        "Ada & Söhne",
        "2026-10-25 – 2026-11-22",
        "Europe/Athens",
        "2026-11-22 14:30 Europe/Athens",
        "Likes, favourites or hearts.",
        "likes@1",
        "bluesky:likeCount",
        "engagement_rate_by_views@1",
    ] {
        assert!(words.iter().any(|known| known == word), "{word}: {words:?}");
    }
}

#[test]
fn the_same_numbers_make_the_same_file() {
    let make = || xlsx(&table(vec![full("a"), missing()]), &Plain, &about()).expect("a file");
    assert_eq!(make(), make());
}

#[test]
fn what_does_not_fit_into_a_cell_is_kept_as_text() {
    let long = "🎉".repeat(20_000);
    let mut row = full(&long);
    row[4] = Cell::Count(i64::MIN);
    row[2] = Cell::Time("1890-01-01T00:00:00Z".parse().expect("a time"));
    let bytes = xlsx(&table(vec![row]), &Plain, &about()).expect("a file");
    let cells = sheets(&bytes).worksheet_range("table.posts").expect("a sheet");
    let text = |col| match cells.get_value((1, col)) {
        Some(Data::String(text)) => text.clone(),
        other => panic!("no text: {other:?}"),
    };
    assert!(text(0).ends_with('…') && text(0).encode_utf16().count() <= 32_767);
    assert_eq!(text(4), i64::MIN.to_string());
    assert!(text(2).starts_with("1890-01-01T"), "{}", text(2));
}

#[test]
fn a_file_is_named_after_what_is_in_it() {
    assert_eq!(about().file_name("posts", "csv"), "ada-s-hne-posts-2026-10-25-to-2026-11-22.csv");
    let known = About { known_on: Some(jiff::civil::date(2026, 11, 22)), ..about() };
    let name = known.file_name("posts", "csv");
    assert_eq!(name, "ada-s-hne-posts-2026-10-25-to-2026-11-22-known-on-2026-11-22.csv");
    let line = |what: &str| known.lines(&Plain).into_iter().find(|line| line.0 == what).map(|line| line.1);
    assert_eq!(line("report.known_on").as_deref(), Some("2026-11-22"));
    assert_eq!(line("report.kept").as_deref(), Some("report.kept_last"), "what is of today is named");
    assert!(!about().lines(&Plain).iter().any(|line| line.0.contains("kept")), "only there");
    let all = About {
        workspace: "日本".into(),
        period: None,
        account: Some(("@ada.example".into(), "Bluesky".into())),
        ..about()
    };
    assert_eq!(all.file_name("sync-runs", "xlsx"), "carillon-ada-example-sync-runs-2026-11-22.xlsx");
}

#[test]
fn every_column_has_a_word() {
    let mut seen = BTreeSet::new();
    assert!(COLUMNS.iter().all(|name| seen.insert(name)), "each once");
    assert!(COLUMNS.iter().all(|name| carillon_domain::insight::definition(name).is_none()), "no metric");
}

proptest::proptest! {
    /// What was guarded is what it was, whatever it begins with.
    #[test]
    fn a_guarded_text_comes_back(head in "['=+@\\-\t ]{0,4}", rest in ".{0,6}") {
        let text = format!("{head}{rest}");
        let kept = crate::report::guarded(&text);
        proptest::prop_assert_eq!(crate::report::unguarded(&kept), text.as_str());
        let formula = kept.starts_with(['=', '+', '-', '@']);
        proptest::prop_assert!(!formula || kept.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit()));
    }
}
