use std::time::Duration;

use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::*;

fn clip() -> NewFile {
    NewFile { name: "clip.mp4".to_owned(), alt: Some("A clip".to_owned()) }
}

/// A library that measures nothing, so that a made-up video is good enough.
fn unmeasuring(shelf: &Shelf) -> Library {
    Library::new(LibraryParts { tools: Tools::default(), ..shelf.parts.clone() })
}

async fn resume(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let file = mp4(50_000);
    let length = file.len() as u64;
    let begun = unmeasuring(&shelf).begin(&shelf.actor, clip(), length).await.expect("begun");
    assert_eq!((begun.received, begun.length, begun.media.as_ref()), (0, Some(length), None));
    let id = begun.id;

    // The connection breaks off in the middle: what came is kept.
    let broken =
        unmeasuring(&shelf).append(&shelf.actor, id, 0, cut(&file[..20_000])).await.expect_err("cut");
    assert_eq!(code(&broken), "upload_interrupted");
    // Another process goes on.
    let library = unmeasuring(&shelf);
    assert_eq!(library.upload_state(&shelf.actor, id).await.expect("state").received, 20_000);
    let wrong =
        library.append(&shelf.actor, id, 10_000, whole(&file[10_000..])).await.expect_err("wrong place");
    assert_eq!(code(&wrong), "wrong_offset");
    let done = library.append(&shelf.actor, id, 20_000, whole(&file[20_000..])).await.expect("done");
    let row = done.media.expect("in the library");
    assert_eq!((row.info.id, row.info.bytes, row.info.alt.as_deref()), (id, length, Some("A clip")));
    let stored = shelf.bytes(&shelf.actor, id, Version::Original).await;
    assert_eq!(stored[..50_000], file[..50_000]);
    assert!(shelf.objects().await.iter().all(|key| !key.contains("uploads")), "no piece stays");
    // Asking again, also after the end, gives the same file.
    assert_eq!(library.upload_state(&shelf.actor, id).await.expect("state").media, Some(row));
}
on_both!(an_upload_goes_on_where_it_broke_off, |t| super::resume(t));

async fn crash(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let file = jpeg(60, 40);
    let new = NewFile { name: "a.jpg".to_owned(), alt: None };
    let begun = shelf.library.begin(&shelf.actor, new, file.len() as u64).await.expect("begun");
    // All bytes are stored, then the process dies before the file enters the library.
    shelf.library.take_for_test(&shelf.actor, begun.id, whole(&file)).await;
    assert!(shelf.library.get(&shelf.actor, begun.id).await.is_err());
    let state = shelf.restarted().upload_state(&shelf.actor, begun.id).await.expect("state");
    assert_eq!(state.media.expect("completed").info.width, Some(60));
}
on_both!(a_crash_between_last_byte_and_entry_is_mended, |t| super::crash(t));

async fn race(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let library = unmeasuring(&shelf);
    let file = mp4(30_000);
    let begun = library.begin(&shelf.actor, clip(), file.len() as u64).await.expect("begun");
    let send = || library.append(&shelf.actor, begun.id, 0, whole(&file));
    let (one, two) = tokio::join!(send(), send());
    let won = [one, two].into_iter().filter_map(Result::ok).count();
    assert!(won >= 1, "one of them gets through");
    let state = library.upload_state(&shelf.actor, begun.id).await.expect("state");
    let row = state.media.expect("complete");
    assert_eq!(row.info.bytes, file.len() as u64, "nothing is stored twice");
    assert!(shelf.objects().await.iter().all(|key| !key.contains("uploads")));
}
on_both!(two_senders_of_the_same_bytes_do_no_harm, |t| super::race(t));

async fn bad(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let begin = |name: &str, length: u64| {
        let file = NewFile { name: name.to_owned(), alt: None };
        shelf.library.begin(&shelf.actor, file, length)
    };
    assert_eq!(code(&begin("a.mp4", 0).await.expect_err("empty")), "empty");
    assert_eq!(code(&begin("a.mp4", 1 << 40).await.expect_err("huge")), "too_large");

    // A picture that is announced longer than pictures may be is refused at its first bytes.
    let long = begin("a.jpg", 10_000_000).await.expect("begun").id;
    let error = shelf.library.append(&shelf.actor, long, 0, whole(&jpeg(50, 50))).await.expect_err("refused");
    assert_eq!(code(&error), "too_large");
    assert_eq!(code(&shelf.library.upload_state(&shelf.actor, long).await.expect_err("gone")), "not_found");

    let more = begin("b.mp4", 100).await.expect("begun").id;
    let error = shelf.library.append(&shelf.actor, more, 0, whole(&mp4(500))).await.expect_err("refused");
    assert_eq!(code(&error), "longer_than_announced");

    let wrong = begin("c.png", 1000).await.expect("begun").id;
    let error =
        shelf.library.append(&shelf.actor, wrong, 0, whole(&jpeg(50, 50))).await.expect_err("refused");
    assert_eq!(code(&error), "wrong_extension");
    assert!(shelf.objects().await.is_empty(), "{:?}", shelf.objects().await);
}
on_both!(a_bad_upload_ends_early_and_leaves_nothing, |t| super::bad(t));

async fn ends(test: &TestDb) {
    let shelf = Shelf::new(&test.db);
    let file = mp4(30_000);
    let begin = || async {
        let begun = shelf.library.begin(&shelf.actor, clip(), file.len() as u64).await.expect("begun");
        shelf.library.append(&shelf.actor, begun.id, 0, whole(&file[..9_000])).await.expect("stored");
        begun.id
    };
    let (stopped, forgotten) = (begin().await, begin().await);
    shelf.library.terminate(&shelf.actor, stopped).await.expect("terminated");
    assert_eq!(
        code(&shelf.library.upload_state(&shelf.actor, stopped).await.expect_err("gone")),
        "not_found"
    );
    assert_eq!(shelf.objects().await.len(), 1, "only the other one's piece is left");

    shelf.clock.advance(Duration::from_secs(23 * 3600));
    let more = shelf
        .library
        .append(&shelf.actor, forgotten, 9_000, whole(&file[9_000..10_000]))
        .await
        .expect("stored");
    assert_eq!(more.received, 10_000);
    shelf.clock.advance(Duration::from_secs(23 * 3600));
    assert!(
        shelf.library.upload_state(&shelf.actor, forgotten).await.is_ok(),
        "each byte gives it another day"
    );
    shelf.clock.advance(Duration::from_secs(3 * 3600));
    assert_eq!(
        code(&shelf.library.upload_state(&shelf.actor, forgotten).await.expect_err("expired")),
        "not_found"
    );
    assert_eq!(shelf.library.sweep().await.expect("sweep"), 1);
    assert!(shelf.objects().await.is_empty());
}
on_both!(uploads_end_when_told_or_forgotten, |t| super::ends(t));
