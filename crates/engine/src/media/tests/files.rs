use std::time::Duration;

use carillon_connectors::contract::cx::MediaSource;
use carillon_domain::id::{AccountId, PostId, PublicationId};
use carillon_domain::media::MediaKind;
use carillon_domain::publication::PublicationState;
use carillon_store::on_both;
use carillon_store::repo::post;
use carillon_store::repo::publication;
use carillon_store::testing::{TestDb, rows};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::document::tests::{pdf, zip};
use super::*;

fn only(kind: MediaKind) -> FileFilter {
    FileFilter { kind: Some(kind), ..FileFilter::default() }
}

async fn picture(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let file = NewFile { name: "pic/cat".to_owned(), alt: Some(" A cat ".to_owned()) };
    let row = shelf.library.upload(&shelf.actor, file, whole(&jpeg(400, 200))).await.expect("taken");
    assert_eq!(
        (row.info.kind, row.info.mime.as_str(), row.name.as_str()),
        (MediaKind::Image, "image/jpeg", "cat.jpg")
    );
    assert_eq!((row.info.width, row.info.height), (Some(400), Some(200)));
    assert_eq!((row.info.alt.as_deref(), row.version), (Some("A cat"), 1));
    assert!(row.warnings.is_empty());

    let stored = shelf.bytes(&shelf.actor, row.info.id, Version::Original).await;
    assert_eq!(row.info.sha256, hex::encode(Sha256::digest(&stored)));
    assert_eq!(row.info.bytes, stored.len() as u64);
    let thumb = shelf.bytes(&shelf.actor, row.info.id, Version::Rendition("thumb".to_owned())).await;
    let thumb = image::load_from_memory(&thumb).expect("jpeg");
    assert_eq!((thumb.width(), thumb.height()), (320, 160));

    let again = shelf.library.get(&shelf.actor, row.info.id).await.expect("found");
    assert_eq!(again, row);
    assert!(shelf.objects().await.iter().all(|key| !key.contains("uploads")), "no piece stays");
}
on_both!(a_picture_enters_the_library, |t| super::picture(t));

async fn documents(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let file = pdf(301, "/Info << /Author (Ada) >>");
    let begin = NewFile { name: "plan".to_owned(), alt: None };
    let begun = shelf.library.begin(&shelf.actor, begin, file.len() as u64).await.expect("begun");
    for at in (0..file.len()).step_by(100) {
        let part = whole(&file[at..file.len().min(at + 100)]);
        shelf.library.append(&shelf.actor, begun.id, at as u64, part).await.expect("stored");
    }
    let row = shelf.library.get(&shelf.actor, begun.id).await.expect("complete");
    let info = &row.info;
    assert_eq!(
        (info.kind, info.mime.as_str(), row.name.as_str(), info.pages),
        (MediaKind::Document, "application/pdf", "plan.pdf", Some(301))
    );
    assert_eq!((info.width, info.duration_ms, row.renditions.len()), (None, None, 0));
    assert_eq!(row.warnings.iter().map(|w| w.code.as_str()).collect::<Vec<_>>(), ["metadata_kept"]);
    let stored = shelf.bytes(&shelf.actor, begun.id, Version::Original).await;
    assert!(stored == file, "nothing of it changes");
    assert_eq!((info.sha256.clone(), info.bytes), (hex::encode(Sha256::digest(&file)), file.len() as u64));

    let slides = zip(&["[Content_Types].xml", "ppt/presentation.xml", "ppt/slides/slide1.xml"], 0);
    let id = shelf.upload("deck", &slides).await.expect("taken");
    let slides = shelf.library.get(&shelf.actor, id).await.expect("found");
    assert_eq!((slides.name.as_str(), slides.info.pages), ("deck.pptx", Some(1)));
    let listed = shelf.library.list(&shelf.actor, &only(MediaKind::Document), 9).await.expect("list");
    assert_eq!(listed, [slides, row]);
    assert!(shelf.objects().await.iter().all(|key| !key.contains("uploads")), "no piece stays");
}
on_both!(a_document_is_known_by_its_content_and_stays_as_it_is, |t| super::documents(t));

async fn refusals(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let good = jpeg(100, 100);
    let cases: [(&str, Vec<u8>, &str); 13] = [
        ("a.jpg", Vec::new(), "empty"),
        ("a.png", good.clone(), "wrong_extension"),
        ("a.pdf", b"%PDF-1.7 and so on".to_vec(), "truncated"),
        ("a.pdf", pdf(3, "/Encrypt 9 0 R"), "locked"),
        ("a.docx", pdf(3, ""), "wrong_extension"),
        ("a.docx", zip(&["[Content_Types].xml", "ppt/presentation.xml"], 0), "wrong_extension"),
        ("a.zip", zip(&["a.txt"], 0), "unsupported_type"),
        ("a.txt.gz", b"\x1f\x8b\x08\0 and so on".to_vec(), "unsupported_type"),
        ("a.jpg", good[..good.len() / 2].to_vec(), "truncated"),
        ("a.jpg", [&good[..], &vec![0; 200_000]].concat(), "too_large"),
        ("a.jpg", jpeg(400, 300), "too_many_pixels"),
        ("a.mp4", mp4(5000)[..4000].to_vec(), "truncated"),
        ("a.gif", b"GIF89a".to_vec(), "truncated"),
    ];
    for (name, bytes, expected) in cases {
        let error = shelf.upload(name, &bytes).await.expect_err("refused");
        assert_eq!(code(&error), expected, "{name}");
        assert!(shelf.objects().await.is_empty(), "{name}: something stayed");
    }
    let file = NewFile { name: "a.jpg".to_owned(), alt: Some("x".repeat(MAX_ALT + 1)) };
    let error = shelf.library.upload(&shelf.actor, file, whole(&good)).await.expect_err("refused");
    assert_eq!(code(&error), "too_long");
    let error = {
        let file = NewFile { name: "a.jpg".to_owned(), alt: None };
        shelf.library.upload(&shelf.actor, file, cut(&good[..1000])).await.expect_err("cut")
    };
    assert_eq!(code(&error), "upload_interrupted");
    assert!(shelf.objects().await.is_empty());
    assert!(shelf.library.list(&shelf.actor, &FileFilter::default(), 10).await.expect("list").is_empty());
    let later = shelf.clock.now_plus(Duration::from_secs(1_000_000));
    assert!(
        carillon_store::repo::media_upload::expired(&test.db, later, 10).await.expect("query").is_empty()
    );
}
on_both!(a_refused_file_leaves_nothing_behind, |t| super::refusals(t));

trait NowPlus {
    fn now_plus(&self, by: Duration) -> Timestamp;
}
impl NowPlus for ManualClock {
    fn now_plus(&self, by: Duration) -> Timestamp {
        carillon_domain::time::Clock::now(self) + by
    }
}

async fn people(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let id = shelf.upload("a.jpg", &jpeg(10, 10)).await.expect("taken");
    let analyst = actor(1, Role::Analyst);
    assert!(shelf.library.get(&analyst, id).await.is_ok(), "an analyst reads");
    let file = || NewFile { name: "b.jpg".to_owned(), alt: None };
    let refused = [
        shelf.library.upload(&analyst, file(), whole(&jpeg(10, 10))).await.map(drop),
        shelf.library.begin(&analyst, file(), 10).await.map(drop),
        shelf.library.describe(&analyst, id, About::alt(""), None).await.map(drop),
        shelf.library.delete(&analyst, id, None).await,
        shelf.library.list(&actor(1, Role::Client), &FileFilter::default(), 10).await.map(drop),
    ];
    for result in refused {
        assert_eq!(code(&result.expect_err("refused")), "forbidden");
    }
    let stranger = actor(2, Role::Owner);
    let hidden = [
        shelf.library.get(&stranger, id).await.map(drop),
        shelf.library.content(&stranger, id, &Version::Original).await.map(drop),
        shelf.library.describe(&stranger, id, About::alt(""), None).await.map(drop),
        shelf.library.delete(&stranger, id, None).await,
        shelf.library.append(&stranger, id, 0, whole(b"x")).await.map(drop),
        shelf.library.upload_state(&stranger, id).await.map(drop),
        shelf.library.terminate(&stranger, id).await,
    ];
    for result in hidden {
        assert_eq!(code(&result.expect_err("hidden")), "not_found");
    }
    assert!(shelf.library.list(&stranger, &FileFilter::default(), 10).await.expect("list").is_empty());
    assert!(shelf.library.info(stranger.workspace, id).await.expect("query").is_none());
}
on_both!(only_members_who_may_touch_a_file, |t| super::people(t));

async fn changes(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let id = shelf.upload("a.jpg", &jpeg(10, 10)).await.expect("taken");
    let described =
        shelf.library.describe(&shelf.actor, id, About::alt("A cat"), Some(1)).await.expect("changed");
    assert_eq!((described.info.alt.as_deref(), described.version), (Some("A cat"), 2));
    let stale = shelf.library.describe(&shelf.actor, id, About::alt(""), Some(1)).await.expect_err("stale");
    assert_eq!(code(&stale), "stale");
    let bare = shelf.library.describe(&shelf.actor, id, About::alt("  "), None).await.expect("changed");
    assert_eq!((bare.info.alt, bare.version), (None, 3));
}
on_both!(a_description_changes_by_version, |t| super::changes(t));

async fn pages(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let mut ids = Vec::new();
    for _ in 0..3 {
        shelf.clock.advance(Duration::from_millis(5));
        ids.push(shelf.upload("a.jpg", &jpeg(10, 10)).await.expect("taken"));
    }
    ids.reverse();
    let of = |rows: Vec<carillon_store::repo::media::MediaRow>| {
        rows.iter().map(|row| row.info.id).collect::<Vec<_>>()
    };
    let first = of(shelf.library.list(&shelf.actor, &FileFilter::default(), 2).await.expect("list"));
    assert_eq!(first, ids[..2]);
    let second = of(shelf
        .library
        .list(&shelf.actor, &FileFilter { after: Some(ids[1]), ..only(MediaKind::Image) }, 2)
        .await
        .expect("list"));
    assert_eq!(second, ids[2..]);
    assert!(shelf.library.list(&shelf.actor, &only(MediaKind::Video), 2).await.expect("list").is_empty());
}
on_both!(the_library_is_listed_newest_first, |t| super::pages(t));

/// A post with these files, in this state.
async fn use_in_post(shelf: &Shelf, media: &[MediaId], state: PublicationState) {
    let account = (AccountId::from_uuid(Uuid::from_u128(3)), "test");
    let ids = (PostId::from_uuid(Uuid::from_u128(1)), PublicationId::from_uuid(Uuid::from_u128(2)));
    let (mut post, mut publication) = rows::draft(shelf.actor.workspace, account, ids, Timestamp::UNIX_EPOCH);
    post.composition.media = media.to_vec();
    publication.state = state;
    let write = shelf.parts.db.write(move |tx| {
        Box::pin(async move {
            post::insert(tx, &post).await?;
            publication::insert(tx, &publication).await
        })
    });
    write.await.expect("post");
}

async fn used(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let id = shelf.upload("a.jpg", &jpeg(10, 10)).await.expect("taken");
    use_in_post(&shelf, &[id], PublicationState::Scheduled).await;
    let error = shelf.library.delete(&shelf.actor, id, None).await.expect_err("in use");
    assert_eq!(code(&error), "media_in_use");
    assert!(shelf.library.get(&shelf.actor, id).await.is_ok());
}
on_both!(a_file_of_a_scheduled_post_is_not_deleted, |t| super::used(t));

async fn purge(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let (gone, raced) = (
        shelf.upload("a.jpg", &jpeg(10, 10)).await.expect("taken"),
        shelf.upload("b.jpg", &jpeg(12, 12)).await.expect("taken"),
    );
    assert_eq!(code(&shelf.library.delete(&shelf.actor, gone, Some(2)).await.expect_err("stale")), "stale");
    for id in [gone, raced] {
        shelf.library.delete(&shelf.actor, id, Some(1)).await.expect("deleted");
        assert_eq!(code(&shelf.library.get(&shelf.actor, id).await.expect_err("gone")), "not_found");
    }
    // A post that was composed at the same moment.
    use_in_post(&shelf, &[raced], PublicationState::Scheduled).await;
    assert_eq!(shelf.library.sweep().await.expect("sweep"), 0, "too early");
    let source = shelf.library.source(shelf.actor.workspace);
    assert!(source.open(gone, 0..10).await.is_ok(), "work that began before goes on");
    shelf.clock.advance(Duration::from_secs(30 * 24 * 3600 - 1));
    shelf.library.sweep().await.expect("sweep");
    assert!(source.open(gone, 0..10).await.is_ok(), "it can still be taken out of the trash");
    shelf.clock.advance(Duration::from_secs(2));
    shelf.library.sweep().await.expect("sweep");
    assert!(source.open(gone, 0..10).await.is_err(), "the bytes are gone");
    assert!(source.open(raced, 0..10).await.is_ok(), "a scheduled post keeps them");
    let left = shelf.objects().await;
    assert!(left.iter().all(|key| key.contains(&raced.to_string())), "{left:?}");
}
on_both!(bytes_of_deleted_files_go_a_month_later_unless_a_post_needs_them, |t| super::purge(t));

async fn trash(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let (back, gone) = (
        shelf.upload("a.jpg", &jpeg(10, 10)).await.expect("taken"),
        shelf.upload("b.jpg", &jpeg(12, 12)).await.expect("taken"),
    );
    let (library, actor) = (&shelf.library, &shelf.actor);
    let lying = async || {
        let rows = library.trashed(actor, None, 10).await.expect("listed");
        rows.into_iter().map(|row| row.info.id).collect::<Vec<_>>()
    };
    assert_eq!(code(&library.restore(actor, back).await.expect_err("it is not there")), "not_found");
    assert_eq!(code(&library.erase_trashed(actor, back).await.expect_err("it is not there")), "not_found");
    for id in [back, gone] {
        library.delete(actor, id, None).await.expect("deleted");
        shelf.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(lying().await, [gone, back], "latest first");
    library.restore(actor, back).await.expect("taken out");
    library.delete(actor, back, None).await.expect("deleted");
    library.restore(actor, gone).await.expect("taken out");
    library.delete(actor, gone, None).await.expect("deleted in the same instant");
    let first = library.trashed(actor, None, 1).await.expect("a page");
    let behind = first[0].deleted_at.map(|at| (at, first[0].info.id));
    let second = library.trashed(actor, behind, 1).await.expect("a page");
    assert_eq!([first[0].info.id, second[0].info.id], [back.max(gone), back.min(gone)], "each once");
    let behind = second[0].deleted_at.map(|at| (at, second[0].info.id));
    assert!(library.trashed(actor, behind, 1).await.expect("a page").is_empty());
    library.restore(actor, back).await.expect("taken out");
    library.erase_trashed(actor, gone).await.expect("erased");
    assert!(lying().await.is_empty());
    assert!(library.get(actor, back).await.is_ok());
    assert_eq!(code(&library.restore(actor, gone).await.expect_err("for good")), "not_found");
    assert_eq!(library.sweep().await.expect("sweep"), 0, "work that began before goes on");
    shelf.clock.advance(Duration::from_secs(3601));
    assert_eq!(library.sweep().await.expect("sweep"), 1);
    let left = shelf.objects().await;
    assert!(left.iter().all(|key| key.contains(&back.to_string())), "{left:?}");
}
on_both!(a_deleted_file_is_taken_out_of_the_trash_or_goes_for_good, |t| super::trash(t));

async fn tagged(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let (library, actor) = (&shelf.library, &shelf.actor);
    let tags = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut files = Vec::new();
    for n in 0..3 {
        files.push(shelf.upload(&format!("{n}.jpg"), &jpeg(10 + n, 10)).await.expect("taken"));
    }
    let of = async |id: MediaId| library.get(actor, id).await.expect("there").tags;
    let full = About { tags: Some((0..50).map(|n| n.to_string()).collect()), ..About::default() };
    library.describe(actor, files[2], full, None).await.expect("as many as there may be");
    let refused = library.add_tags(actor, &files, &tags(&["spring"])).await.expect_err("one too many");
    assert!(matches!(refused, AppError::Invalid(_)), "{refused:?}");
    for id in &files[..2] {
        assert!(of(*id).await.is_empty(), "never half a change");
    }

    library.delete(actor, files[2], None).await.expect("deleted");
    let (spring, launch) = (tags(&["spring"]), tags(&["launch"]));
    let backwards: Vec<MediaId> = files.iter().rev().copied().collect();
    let (one, other) =
        tokio::join!(library.add_tags(actor, &files, &spring), library.add_tags(actor, &backwards, &launch));
    assert_eq!((one.expect("tagged"), other.expect("tagged")), (2, 2), "what is gone is passed over");
    for id in &files[..2] {
        let mut found = of(*id).await;
        found.sort();
        assert_eq!(found, ["launch", "spring"], "what two people add at once is both there");
    }
}
on_both!(tags_are_added_to_all_files_or_none, |t| super::tagged(t));

async fn missing(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let (library, actor) = (&shelf.library, &shelf.actor);
    let id = shelf.upload("a.jpg", &jpeg(10, 10)).await.expect("taken");
    library.delete(actor, id, None).await.expect("deleted");
    library.erase_trashed(actor, id).await.expect("for good");
    // A draft that lay in the trash meanwhile is taken out.
    use_in_post(&shelf, &[id], PublicationState::Draft).await;
    shelf.clock.advance(Duration::from_secs(3601));
    assert_eq!(library.sweep().await.expect("sweep"), 1);
    assert!(shelf.objects().await.is_empty(), "gone is gone");
}
on_both!(a_draft_keeps_no_file_that_was_deleted_for_good, |t| super::missing(t));

async fn many(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let mut kept = Vec::new();
    for n in 0..100 {
        kept.push(shelf.upload(&format!("{n}.jpg"), &jpeg(10 + n, 10)).await.expect("taken"));
    }
    let last = shelf.upload("last.jpg", &jpeg(10, 12)).await.expect("taken");
    for id in kept.iter().chain([&last]) {
        shelf.library.delete(&shelf.actor, *id, None).await.expect("deleted");
        shelf.clock.advance(Duration::from_secs(1));
    }
    use_in_post(&shelf, &kept, PublicationState::Held).await;
    shelf.clock.advance(Duration::from_secs(31 * 24 * 3600));
    shelf.library.sweep().await.expect("sweep");
    let objects = shelf.objects().await;
    let is_there = |id: &MediaId| objects.iter().any(|key| key.contains(&id.to_string()));
    assert!(kept.iter().all(is_there), "what still goes out");
    assert!(!is_there(&last), "the one behind them");
}
on_both!(files_that_still_go_out_keep_no_others, |t| super::many(t));

async fn links(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let id = shelf.upload("a.jpg", &jpeg(10, 10)).await.expect("taken");
    let source = shelf.library.source(shelf.actor.workspace);
    let url = source.public_url(id).expect("url");
    let parts: Vec<String> = url.path_segments().expect("path").map(str::to_owned).collect();
    let (expiry, token) = (parts[3].clone(), parts[4].clone());
    let content = shelf.library.linked(id, &expiry, &token).await.expect("valid");
    assert_eq!(content.mime, "image/jpeg");
    assert_eq!(shelf.read(&content).await, shelf.bytes(&shelf.actor, id, Version::Original).await);
    let middle: Vec<Bytes> = source.open(id, 3..7).await.expect("opens").try_collect().await.expect("read");
    assert_eq!(middle.concat(), shelf.read(&content).await[3..7]);
    let forged = shelf.library.linked(id, &format!("{expiry}0"), &token).await.expect_err("forged");
    assert_eq!(code(&forged), "not_found");
    shelf.clock.advance(Duration::from_secs(24 * 3600 + 1));
    assert_eq!(code(&shelf.library.linked(id, &expiry, &token).await.expect_err("expired")), "not_found");
    let private = Library::new(LibraryParts { public_url: None, ..shelf.parts.clone() });
    assert!(private.source(shelf.actor.workspace).public_url(id).is_none());
}
on_both!(networks_fetch_by_signed_addresses, |t| super::links(t));

async fn unmeasured(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let bare = Library::new(LibraryParts { tools: Tools::default(), ..shelf.parts.clone() });
    let file = NewFile { name: "clip.mp4".to_owned(), alt: None };
    let row = bare.upload(&shelf.actor, file, whole(&mp4(5000))).await.expect("taken");
    assert_eq!((row.info.kind, row.info.width), (MediaKind::Video, None));
    assert_eq!(
        row.warnings.iter().map(|warning| warning.code.as_str()).collect::<Vec<_>>(),
        ["not_measured"]
    );
    let stored = shelf.bytes(&shelf.actor, row.info.id, Version::Original).await;
    assert!(!stored.windows(6).any(|window| window == b"SECRET"), "the place is gone");
    assert_eq!(row.info.sha256, hex::encode(Sha256::digest(&stored)));
    let none = bare.content(&shelf.actor, row.info.id, &Version::Rendition("thumb".to_owned())).await;
    assert_eq!(code(&none.expect_err("no thumbnail")), "not_found");
}
on_both!(without_ffmpeg_a_video_is_taken_with_a_warning, |t| super::unmeasured(t));

async fn measured(test: &TestDb) {
    let name = "media::tests::files::a_video_is_measured_and_pictured";
    let Some((_folder, path)) = super::super::video::tests::encode(name, &[], "clip.mp4") else { return };
    let shelf = Shelf::new(&test.db);
    let id = shelf.upload("clip.mp4", &std::fs::read(path).expect("file")).await.expect("taken");
    let row = shelf.library.get(&shelf.actor, id).await.expect("found");
    assert_eq!((row.info.width, row.info.height, row.info.frame_rate), (Some(128), Some(72), Some(10.0)));
    assert_eq!(row.info.video_codec.as_deref(), Some("h264"));
    assert!(row.warnings.is_empty(), "{:?}", row.warnings);
    let thumb = shelf.bytes(&shelf.actor, id, Version::Rendition("thumb".to_owned())).await;
    assert_eq!(image::load_from_memory(&thumb).expect("jpeg").width(), 128);
    // Well-formed to us, but nothing that plays.
    let error = shelf.upload("b.mp4", &mp4(5000)).await.expect_err("refused");
    assert_eq!(code(&error), "no_video");
    let left = shelf.objects().await;
    assert!(left.iter().all(|key| key.contains(&id.to_string())), "{left:?}");
}
on_both!(a_video_is_measured_and_pictured, |t| super::measured(t));
