use std::io::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use proptest::prelude::*;

use super::*;
use crate::media::refusal::Refusal;

/// A file in memory.
pub(in crate::media) struct Memory(pub Bytes);

#[async_trait]
impl ReadAt for Memory {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }
    async fn read_at(&self, range: Range<u64>) -> io::Result<Bytes> {
        let at = |n: u64| usize::try_from(n).expect("short");
        Ok(self.0.slice(at(range.start)..at(range.end)))
    }
}

async fn look(file: &[u8]) -> Result<DocumentFacts, ExamineError> {
    let kind = FileType::sniff(&file[..file.len().min(512)]).expect("a document");
    examine(kind, &Memory(Bytes::copy_from_slice(file))).await
}

/// Counts how often it is read.
struct Counted(Memory, AtomicUsize);

#[async_trait]
impl ReadAt for Counted {
    fn size(&self) -> u64 {
        self.0.size()
    }
    async fn read_at(&self, range: Range<u64>) -> io::Result<Bytes> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.read_at(range).await
    }
}

/// The pages of a PDF, and how many reads it took to know.
async fn counted(file: Vec<u8>) -> (Option<u32>, usize) {
    let file = Counted(Memory(file.into()), AtomicUsize::new(0));
    let pages = examine(FileType::Pdf, &file).await.expect("taken").pages;
    (pages, file.1.into_inner())
}

async fn pages(file: &[u8]) -> Option<u32> {
    look(file).await.expect("taken").pages
}

async fn refusal(file: &[u8]) -> Refusal {
    match look(file).await {
        Err(ExamineError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// Objects from number `first` on, behind `text`; gives where each one begins.
fn add(text: &mut Vec<u8>, first: usize, objects: &[String]) -> Vec<usize> {
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(text.len());
        text.extend(format!("{} 0 obj\n{object}\nendobj\n", first + n).bytes());
    }
    places
}

/// A table of the objects from number `first` on, with a trailer.
fn table(text: &mut Vec<u8>, first: usize, places: &[usize], trailer: &str) {
    let start = text.len();
    text.extend(format!("xref\n{first} {}\n", places.len()).bytes());
    for place in places {
        text.extend(format!("{place:010} 00000 n \n").bytes());
    }
    text.extend(format!("trailer\n<< {trailer} >>\nstartxref\n{start}\n%%EOF\n").bytes());
}

/// A PDF that says it has so many pages.
pub(in crate::media) fn pdf(pages: usize, trailer: &str) -> Vec<u8> {
    pdf_after(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec(), pages, trailer)
}

/// The same, behind what is there already.
fn pdf_after(mut text: Vec<u8>, pages: usize, trailer: &str) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Lang (en \\) >> [) /Pages 2 0 R >>".to_owned(),
        format!("<</Type/Pages/Kids[3 0 R]/Inherited<</A[<<>>]/B<0aFF>>>/Count {pages}>>"),
        "<< /Type /Page /Parent 2 0 R >>".to_owned(),
    ];
    let places = add(&mut text, 1, &objects);
    table(&mut text, 1, &places, &format!("/Size 4 /Root 1 0 R {trailer}"));
    text
}

fn packed(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("packed");
    encoder.finish().expect("packed")
}

/// As programs have written PDF since version 1.5: objects in a stream, places in another.
fn modern(pages: usize, predicted: bool, length_elsewhere: bool) -> Vec<u8> {
    let mut text = b"%PDF-1.5\n".to_vec();
    let (one, two) =
        ("<< /Type /Catalog /Pages 2 0 R >>".to_owned(), format!("<< /Count {pages} /Kids [] >>"));
    let head = format!("1 0 2 {} ", one.len() + 1);
    let content = packed(format!("{head}{one} {two}").as_bytes());
    let stream = text.len();
    let length = if length_elsewhere { "5 0 R".to_owned() } else { content.len().to_string() };
    text.extend(
        format!(
            "3 0 obj\n<< /Type /ObjStm /N 2 /First {} /Length {length} /Filter /FlateDecode >>\nstream\r\n",
            head.len()
        )
        .bytes(),
    );
    text.extend(&content);
    text.extend(b"\nendstream\nendobj\n");
    let number = add(&mut text, 5, &[content.len().to_string()])[0];
    let start = text.len();
    let entry = |kind: u8, field: usize, last: u8| {
        let field = u16::try_from(field).expect("short").to_be_bytes();
        vec![kind, field[0], field[1], last]
    };
    let mut rows = vec![
        entry(0, 0, 255),
        entry(2, 3, 0),
        entry(2, 3, 1),
        entry(1, stream, 0),
        entry(1, start, 0),
        entry(1, number, 0),
    ];
    if predicted {
        let mut above = vec![0; 4];
        for row in &mut rows {
            let plain = row.clone();
            row.iter_mut().zip(&above).for_each(|(byte, up): (&mut u8, &u8)| *byte = byte.wrapping_sub(*up));
            row.insert(0, 2);
            above = plain;
        }
    }
    let content = packed(&rows.concat());
    let parms = if predicted { "/DecodeParms << /Predictor 12 /Columns 4 >>" } else { "" };
    text.extend(
        format!(
            "4 0 obj\n<< /Type /XRef /Size 6 /W [1 2 1] /Root 1 0 R /Filter [/FlateDecode] {parms} /Length {} >>\nstream\n",
            content.len()
        )
        .bytes(),
    );
    text.extend(&content);
    text.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF").bytes());
    text
}

#[tokio::test]
async fn pages_are_those_that_a_pdf_says_it_has() {
    assert_eq!(pages(&pdf(12, "")).await, Some(12));
    assert_eq!(pages(&pdf(100_000, "/ID [<00> <00>]")).await, Some(100_000));
    for (predicted, elsewhere) in [(false, false), (true, false), (true, true)] {
        assert_eq!(pages(&modern(41, predicted, elsewhere)).await, Some(41), "{predicted} {elsewhere}");
    }
}

#[tokio::test]
async fn fields_of_a_width_that_is_not_looked_into_are_not_left_out() {
    let file = modern(41, false, false);
    let at = file.windows(10).position(|word| word == b"/W [1 2 1]").expect("the widths");
    for (widths, known) in [("/W [1 2 1]", Some(41)), ("/W [1 9 2 1]", None), ("/W [1 2]", None)] {
        let other = [&file[..at], widths.as_bytes(), &file[at + 10..]].concat();
        assert_eq!(pages(&other).await, known, "{widths}");
    }
}

#[tokio::test]
async fn the_newest_change_of_a_pdf_counts() {
    let mut file = pdf(12, "");
    let before = file.windows(4).rposition(|word| word == b"xref").expect("startxref") - 5;
    let old: usize = file[..before].windows(5).rposition(|word| word == b"xref\n").expect("the table");
    let places = add(&mut file, 2, &["<< /Count 7 0 R >>".to_owned()]);
    let number = add(&mut file, 7, &["13".to_owned()])[0];
    let start = file.len();
    let tables = format!("xref\n2 1\n{:010} 00000 n \n7 1\n{number:010} 00000 n \n", places[0]);
    file.extend(tables.bytes());
    file.extend(format!("trailer << /Root 1 0 R /Prev {old} >>\nstartxref\n{start}\n%%EOF\n").bytes());
    assert_eq!(pages(&file).await, Some(13));
}

#[tokio::test]
async fn what_is_no_whole_pdf_is_refused() {
    let whole = pdf(3, "");
    assert_eq!(refusal(&whole[..whole.len() - 40]).await, Refusal::Truncated);
    assert_eq!(refusal(b"%PDF-1.7 and so on").await, Refusal::Truncated);
    assert_eq!(refusal(b"%PDF-1.7\nstartxref\n99999999999999999999\n").await, Refusal::Truncated);
    assert_eq!(refusal(b"%PDF-1.7\nstartxref\n28\n%%EOF\n").await.code(), "damaged");
    assert_eq!(refusal(&pdf(0, "")).await.code(), "damaged");
}

#[tokio::test]
async fn a_locked_document_is_refused_whatever_its_kind() {
    assert_eq!(refusal(&pdf(3, "/Encrypt 9 0 R")).await, Refusal::Locked);
    assert_eq!(refusal(&compound(&[("EncryptedPackage", 0), ("EncryptionInfo", 0)])).await, Refusal::Locked);
    assert_eq!(refusal(&compound(&[("WordDocument", 0x0100)])).await, Refusal::Locked);
    assert_eq!(
        refusal(&compound(&[("PowerPoint Document", 0), ("EncryptedSummary", 0)])).await,
        Refusal::Locked
    );
    let said = Refusal::Locked.to_string();
    assert!(said.contains("password") && said.ends_with('.'), "{said}");
}

#[tokio::test]
async fn what_can_not_be_followed_is_not_known_and_no_reason_to_refuse() {
    let mut file = pdf(3, "");
    let at = file.windows(5).position(|word| word == b"2 0 o").expect("the pages");
    file[at] = b'x';
    assert_eq!(pages(&file).await, None);
    // Circles end.
    let start = file.windows(5).rposition(|word| word == b"xref\n").expect("the table");
    let circle = pdf(3, &format!("/Prev {start} /XRefStm {start}"));
    assert_eq!(pages(&circle).await, Some(3));
    // Another object stands where the pages should.
    file[at] = b'7';
    assert_eq!(pages(&file).await, None);
    // Lines of 19 bytes, and tables that are not there or name no root.
    let short = String::from_utf8_lossy(&pdf(3, "")).replace(" n \n", " n\n");
    let start = short.find("xref\n").expect("the table");
    let old = short.rfind("startxref").expect("the end");
    assert_eq!(pages(format!("{}startxref\n{start}\n", &short[..old]).as_bytes()).await, None);
    assert_eq!(pages(b"%PDF-1.7\nstartxref\n9\n%%EOF").await, None);
    assert_eq!(pages(b"%PDF-1.7\nxref\n0 0\ntrailer\n<< >>\nstartxref\n9\n%%EOF").await, None);
    // A catalog that is longer than what is read of it.
    let mut long = b"%PDF-1.4\n".to_vec();
    let catalog = format!("<< /Lang ({}) /Pages 2 0 R >>", "x".repeat(70_000));
    let places = add(&mut long, 1, &[catalog, "<< /Count 3 >>".to_owned()]);
    table(&mut long, 1, &places, "/Root 1 0 R");
    assert_eq!(pages(&long).await, None);
}

/// A stream of references behind `text`; gives where it begins.
fn references(text: &mut Vec<u8>, entries: &str, content: &[u8]) -> usize {
    let start = text.len();
    let dict = format!("<< /Type /XRef /W [1 2 1] /Size 9 /Root 1 0 R {entries} >>");
    text.extend(format!("9 0 obj\n{dict}\nstream\n").bytes());
    text.extend(content);
    text.extend(b"\nendstream\nendobj\n");
    start
}

#[tokio::test]
async fn a_stream_of_references_that_can_not_be_unpacked_is_no_reason_to_refuse() {
    let (bomb, small) = (packed(&vec![0; 20 * 1024 * 1024]), packed(&[0; 40]));
    let file = |entries: &str, content: &[u8]| {
        let mut file = b"%PDF-1.5\n".to_vec();
        let start = references(&mut file, entries, content);
        file.extend(format!("startxref\n{start}\n%%EOF").bytes());
        file
    };
    let length = |content: &[u8]| format!("/Length {}", content.len());
    for (entries, content) in [
        (format!("/Filter /FlateDecode {}", length(&bomb)), &bomb),
        (format!("/Filter /LZWDecode {}", length(&small)), &small),
        (format!("/Filter /FlateDecode /DecodeParms << /Predictor 2 >> {}", length(&small)), &small),
        ("/Filter /FlateDecode /Length 7 0 R".to_owned(), &small),
    ] {
        assert_eq!(pages(&file(&entries, content)).await, None, "{entries}");
        let locked = file(&format!("{entries} /Encrypt 8 0 R"), content);
        assert_eq!(refusal(&locked).await, Refusal::Locked, "{entries}");
    }
}

#[tokio::test]
async fn all_sections_together_have_one_budget() {
    // Each of these streams is small enough by itself.
    let chained = |count: usize, content: &[u8]| {
        let mut file = b"%PDF-1.5\n".to_vec();
        let mut older = String::new();
        for _ in 0..count {
            let entries = format!("/Filter /FlateDecode /Length {} {older}", content.len());
            older = format!("/Prev {}", references(&mut file, &entries, content));
        }
        pdf_after(file, 3, &older)
    };
    assert_eq!(counted(chained(20, &packed(&[0; 40]))).await.0, Some(3));
    let (pages, reads) = counted(chained(199, &packed(&vec![0; 10 * 1024 * 1024]))).await;
    assert_eq!(pages, None);
    assert!(reads < 20, "{reads}");

    let stretched = |count: usize| {
        let mut file = b"%PDF-1.4\n".to_vec();
        let start = file.len();
        file.extend(format!("xref\n{}trailer << >>\n", "9 0\n".repeat(count)).bytes());
        pdf_after(file, 3, &format!("/Prev {start}"))
    };
    assert_eq!(counted(stretched(100)).await.0, Some(3));
    let (pages, reads) = counted(stretched(5_000)).await;
    assert_eq!(pages, Some(3));
    assert!(reads < 20, "{reads}");
    let (pages, reads) = counted(stretched(1_000_000)).await;
    assert_eq!(pages, None);
    assert!(reads < 100, "{reads}");
}

/// A ZIP file of empty files with these names.
pub(in crate::media) fn zip(names: &[&str], flags: u16) -> Vec<u8> {
    let (mut file, mut list) = (Vec::new(), Vec::new());
    for name in names {
        let length = u16::try_from(name.len()).expect("short").to_le_bytes();
        let place = u32::try_from(file.len()).expect("short").to_le_bytes();
        let facts = [&[20, 0][..], &flags.to_le_bytes(), &[0; 18], &length, &[0, 0]].concat();
        file.extend([b"PK\x03\x04", &facts[..], name.as_bytes()].concat());
        list.extend(
            [b"PK\x01\x02", &[20, 0][..], &facts[..], &[0; 10], &place[..], name.as_bytes()].concat(),
        );
    }
    let (count, start) = (u16::try_from(names.len()).expect("few").to_le_bytes(), file.len());
    let number = |n: usize| u32::try_from(n).expect("short").to_le_bytes();
    let end =
        [b"PK\x05\x06", &[0; 4][..], &count, &count, &number(list.len()), &number(start), &[3, 0], b"bye"];
    [file, list, end.concat()].concat()
}

#[tokio::test]
async fn office_files_are_what_their_contents_say() {
    let types = "[Content_Types].xml";
    let word = zip(&[types, "word/document.xml", "docProps/app.xml"], 0);
    assert_eq!(look(&word).await.expect("taken"), DocumentFacts { kind: FileType::Docx, pages: None });
    let names = [
        types,
        "ppt/presentation.xml",
        "ppt/slides/slide1.xml",
        "ppt/slides/slide12.xml",
        "ppt/slides/_rels/slide1.xml.rels",
    ];
    let slides = DocumentFacts { kind: FileType::Pptx, pages: Some(2) };
    assert_eq!(look(&zip(&names, 0)).await.expect("taken"), slides);
    // As Office 365 names the main part of some files.
    for (name, kind) in [("word/document2.xml", FileType::Docx), ("ppt/presentation12.xml", FileType::Pptx)] {
        let facts = look(&zip(&[types, name], 0)).await.expect("taken");
        assert_eq!(facts, DocumentFacts { kind, pages: None }, "{name}");
    }
    for name in ["word/documents.xml", "word/document2x.xml", "ppt/presentation2.bin"] {
        assert_eq!(refusal(&zip(&[types, name], 0)).await.code(), "unsupported_type", "{name}");
    }
    for other in [&["a.txt"][..], &[types, "xl/workbook.xml"], &["word/document.xml"]] {
        assert_eq!(refusal(&zip(other, 0)).await.code(), "unsupported_type", "{other:?}");
    }
    let macros = refusal(&zip(&[types, "word/document.xml", "word/vbaProject.bin"], 0)).await;
    assert_eq!(macros, Refusal::Macros(FileType::Docx));
    assert_eq!(refusal(&zip(&[types, "word/document.xml"], 1)).await, Refusal::Locked);
    assert_eq!(refusal(&word[..word.len() - 30]).await, Refusal::Truncated);
}

/// A compound file with these streams in its root, and what the flags of their first bytes are. Deeper lies a text.
fn compound(streams: &[(&str, u16)]) -> Vec<u8> {
    let number = |n: usize| u32::try_from(n).expect("few").to_le_bytes();
    let none = u32::MAX.to_le_bytes();
    let entry = |name: &str, kind: u8, links: [[u8; 4]; 3], start: [u8; 4]| {
        let mut text: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = u16::try_from(text.len() + 2).expect("short").to_le_bytes();
        text.resize(64, 0);
        [&text[..], &length, &[kind, 1], &links.concat(), &[0; 36], &start, &[0; 8]].concat()
    };
    // Sector 0 is the table, 1 and 2 the directory, the streams follow.
    let mut head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    head.extend([0; 22]);
    head.extend([9, 0]);
    head.resize(48, 0);
    head.extend(number(1));
    head.resize(76, 0);
    head.extend(number(0));
    head.resize(512, 0xff);
    let mut table = [number(0xffff_fffd), number(2), number(0xffff_fffe)].concat();
    table.resize(512, 0xff);
    let mut directory = entry("Root Entry", 5, [none, none, number(1)], none);
    for (n, (name, _)) in streams.iter().enumerate() {
        let right = if n + 1 < streams.len() { number(n + 2) } else { number(streams.len() + 1) };
        directory.extend(entry(name, 2, [none, right, none], number(3 + n)));
    }
    directory.extend(entry("ObjectPool", 1, [none, none, number(streams.len() + 2)], none));
    directory.extend(entry("WordDocument", 2, [none, none, none], number(3)));
    directory.resize(1024, 0);
    let mut file = [head, table, directory].concat();
    for (_, flags) in streams {
        let start = file.len();
        file.extend([0; 10]);
        file.extend(flags.to_le_bytes());
        file.resize(start + 512, 0);
    }
    file
}

/// The same, its directory so far behind that only a further list, in the sector with the number `link`, names the table of its
/// sectors. The first lists and tables stand where its own table and directory would.
fn far(streams: &[(&str, u16)], link: usize) -> Vec<u8> {
    let number = |n: usize| u32::try_from(n).expect("few").to_le_bytes();
    let mut file = compound(streams);
    let directory = file[1024..2048].to_vec();
    let (table, first) = (link + 1, (109 + 127 * link) * 128);
    file[48..52].copy_from_slice(&number(first));
    file[68..76].copy_from_slice(&[number(0), number(link + 1)].concat());
    file.resize((first + 1) * 512, 0xff);
    for list in 0..=link {
        let mut sector = [0xff; 512];
        sector[508..].copy_from_slice(&if list < link { number(list + 1) } else { number(0xffff_fffe) });
        if list == link {
            sector[..4].copy_from_slice(&number(table));
        }
        file[(list + 1) * 512..][..512].copy_from_slice(&sector);
    }
    let links = [number(first + 1), number(0xffff_fffe)].concat();
    file[(table + 1) * 512..][..8].copy_from_slice(&links);
    file.extend(directory);
    file
}

#[tokio::test]
async fn the_root_of_a_large_old_office_file_is_read_whole() {
    // The first four entries lie in the first sector.
    let [a, b, c] = [("Current User", 0), ("Pictures", 0), ("a", 0)];
    for link in 0..3 {
        let slides = far(&[a, b, c, ("PowerPoint Document", 0)], link);
        assert_eq!(look(&slides).await.expect("taken").kind, FileType::Ppt, "{link}");
        let locked = far(&[a, b, ("PowerPoint Document", 0), ("EncryptedSummary", 0)], link);
        assert_eq!(refusal(&locked).await, Refusal::Locked, "{link}");
    }
    // Lists in a circle, and one that is not there.
    let mut circle = far(&[a, b, c, ("PowerPoint Document", 0)], 0);
    circle[72..76].copy_from_slice(&u32::MAX.to_le_bytes());
    circle[1020..1024].copy_from_slice(&[0; 4]);
    let circle = Counted(Memory(circle.into()), AtomicUsize::new(0));
    assert_eq!(examine(FileType::Compound, &circle).await.expect("taken").kind, FileType::Ppt);
    assert!(circle.1.into_inner() < 100);
    let mut gone = far(&[a, b, c, ("PowerPoint Document", 0)], 0);
    gone[68..72].copy_from_slice(&100_000_u32.to_le_bytes());
    assert_eq!(refusal(&gone).await, Refusal::Truncated);
}

#[tokio::test]
async fn old_office_files_are_what_lies_in_their_root() {
    let of = async |streams| look(&compound(streams)).await;
    let doc = DocumentFacts { kind: FileType::Doc, pages: None };
    assert_eq!(of(&[("1Table", 0), ("WordDocument", 0)]).await.expect("taken"), doc);
    let ppt = DocumentFacts { kind: FileType::Ppt, pages: None };
    assert_eq!(of(&[("Current User", 0), ("PowerPoint Document", 0)]).await.expect("taken"), ppt);
    let macros = refusal(&compound(&[("WordDocument", 0), ("Macros", 0)])).await;
    assert_eq!(macros, Refusal::Macros(FileType::Docx));
    // What is embedded says nothing of the whole.
    assert_eq!(refusal(&compound(&[("Workbook", 0)])).await.code(), "unsupported_type");
    assert_eq!(refusal(&compound(&[("WordDocument", 0)])[..30]).await, Refusal::Truncated);
}

proptest! {
    #[test]
    fn damage_anywhere_ends_in_an_answer(which in 0..5_usize, at in 0..3000_usize, byte: u8, keep in 0..4000_usize) {
        let mut file = match which {
            0 => pdf(12, ""),
            1 => modern(12, true, true),
            2 => modern(12, false, false),
            3 => zip(&["[Content_Types].xml", "ppt/presentation.xml", "ppt/slides/slide1.xml"], 0),
            _ => compound(&[("1Table", 0), ("WordDocument", 0)]),
        };
        let at = 9 + at % (file.len() - 9);
        file[at] = byte;
        file.truncate(keep.max(9));
        let done = futures::executor::block_on(look(&file));
        prop_assert!(!matches!(done, Err(ExamineError::Storage(_))), "{:?}", done);
    }
}
