//! The same library on a real S3-compatible server with strict signatures.

use carillon_domain::secret::Secret;
use carillon_store::testing::TestDb;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use super::*;

/// The server, on a free port of the loopback address, with the bucket `bells`.
async fn server(folder: &std::path::Path) -> String {
    std::fs::create_dir_all(folder.join("bells")).expect("bucket");
    let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).expect("file system"));
    builder.set_auth(SimpleAuth::from_single("key-id", "right-key"));
    let service = builder.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
    let address = listener.local_addr().expect("address");
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            let serve =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service);
            tokio::spawn(serve);
        }
    });
    format!("http://{address}")
}

fn storage(endpoint: &str, key: &str, scratch: &std::path::Path) -> Storage {
    let settings = S3Settings {
        bucket: "bells".to_owned(),
        prefix: "some/prefix".to_owned(),
        endpoint: Some(endpoint.to_owned()),
        region: "us-east-1".to_owned(),
        access_key_id: "key-id".to_owned(),
        secret_access_key: Secret::new(key),
    };
    Storage::s3(&settings, scratch).expect("settings")
}

#[tokio::test]
async fn files_live_in_a_bucket() {
    let test = TestDb::sqlite().await;
    let folder = tempfile::tempdir().expect("folder");
    let endpoint = server(&folder.path().join("s3")).await;
    let scratch = folder.path().join("scratch");
    let shelf = Shelf::on(&test.db, storage(&endpoint, "right-key", &scratch), folder);

    let small = shelf.upload("a.jpg", &jpeg(100, 80)).await.expect("taken");
    let picture = shelf.bytes(&shelf.actor, small, Version::Original).await;
    assert_eq!(image::load_from_memory(&picture).expect("jpeg").width(), 100);

    // Larger than the parts of a multipart upload, and not a multiple of them.
    let library = Library::new(LibraryParts { tools: Tools::default(), ..shelf.parts.clone() });
    let file = mp4(11 * 1024 * 1024 + 123);
    let new = NewFile { name: "clip.mp4".to_owned(), alt: None };
    let begun = library.begin(&shelf.actor, new, file.len() as u64).await.expect("begun");
    let half = file.len() / 2;
    library.append(&shelf.actor, begun.id, 0, cut(&file[..half])).await.expect_err("cut");
    let done = library.append(&shelf.actor, begun.id, half as u64, whole(&file[half..])).await.expect("done");
    let row = done.media.expect("in the library");
    let stored = shelf.bytes(&shelf.actor, row.info.id, Version::Original).await;
    assert_eq!(row.info.sha256, hex::encode(Sha256::digest(&stored)));
    assert_eq!(stored[..file.len() - 100], file[..file.len() - 100]);
    let content =
        shelf.library.content(&shelf.actor, row.info.id, &Version::Original).await.expect("content");
    let range: Vec<Bytes> = shelf
        .library
        .open(&content, 6_000_000..6_000_010)
        .await
        .expect("opens")
        .try_collect()
        .await
        .expect("read");
    assert_eq!(range.concat(), file[6_000_000..6_000_010]);

    shelf.library.delete(&shelf.actor, row.info.id, None).await.expect("deleted");
    shelf.clock.advance(std::time::Duration::from_secs(30 * 24 * 3600 - 1));
    shelf.library.sweep().await.expect("sweep");
    shelf.clock.advance(std::time::Duration::from_secs(2));
    assert_eq!(shelf.library.sweep().await.expect("sweep"), 1);
    let left = shelf.objects().await;
    assert!(left.iter().all(|key| key.contains(&small.to_string())), "{left:?}");
    assert_eq!(left.len(), 3, "a picture and its two smaller versions");
    test.dispose().await;
}

#[tokio::test]
async fn a_video_in_a_bucket_is_measured_from_a_copy() {
    let name = "media::tests::s3::a_video_in_a_bucket_is_measured_from_a_copy";
    let Some((_video, path)) = super::super::video::tests::encode(name, &[], "clip.mp4") else { return };
    let test = TestDb::sqlite().await;
    let folder = tempfile::tempdir().expect("folder");
    let endpoint = server(&folder.path().join("s3")).await;
    let scratch = folder.path().join("scratch");
    let shelf = Shelf::on(&test.db, storage(&endpoint, "right-key", &scratch), folder);
    let id = shelf.upload("clip.mp4", &std::fs::read(path).expect("file")).await.expect("taken");
    let row = shelf.library.get(&shelf.actor, id).await.expect("found");
    assert_eq!((row.info.width, row.renditions.len()), (Some(128), 2));
    assert_eq!(std::fs::read_dir(scratch).expect("scratch").count(), 0, "the copy is gone");
    test.dispose().await;
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_nothing_enters_the_library() {
    let test = TestDb::sqlite().await;
    let folder = tempfile::tempdir().expect("folder");
    let endpoint = server(&folder.path().join("s3")).await;
    let scratch = folder.path().join("scratch");
    let shelf = Shelf::on(&test.db, storage(&endpoint, "wrong-key", &scratch), folder);
    let error = shelf.upload("a.jpg", &jpeg(10, 10)).await.expect_err("refused");
    assert!(matches!(error, AppError::Internal(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("wrong-key"), "the key is not in the error");
    assert!(shelf.library.list(&shelf.actor, &FileFilter::default(), 10).await.expect("list").is_empty());
    test.dispose().await;
}
