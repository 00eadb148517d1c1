//! Files that are too large to be kept, and what is counted of all.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use carillon_domain::time::{ManualClock, Timestamp};
use futures::StreamExt;
use http::StatusCode;

use super::setup;
use super::toy::Toy;
use crate::kit::http::{Body, Call, Safety, Transport};
use crate::sandbox::*;

/// A world that keeps no file of more than 10 bytes whole.
fn forgetful(folder: Option<&Path>) -> Arc<World> {
    let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
    let world = World::builder(clock).keep_at_most(10);
    match folder {
        Some(folder) => world.blob_dir(folder).build(),
        None => world.build(),
    }
}

async fn part(world: &World, bytes: &'static [u8]) -> String {
    world.blobs().store_bytes(Bytes::from_static(bytes)).await.expect("stored").sha256
}

fn kept_files(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("a folder").count()
}

#[tokio::test]
async fn large_uploads_are_hashed_on_the_way_and_thrown_away() {
    let folder = tempfile::tempdir().expect("a folder");
    for world in [forgetful(Some(folder.path())), forgetful(None)] {
        let mut parts = Vec::new();
        for (position, bytes) in [&b"first,"[..], b"second,", b"second,", b"last"].into_iter().enumerate() {
            let sha256 = part(&world, bytes).await;
            world.blobs().take_over("toy/1", 24, position, &sha256).await;
            assert!(world.blobs().info(&sha256).is_none(), "its bytes are gone");
            parts.push(sha256);
        }
        let whole = world.blobs().join(&parts).await.expect("joined");
        let expected = world.blobs().store_bytes(Bytes::from_static(b"first,second,second,last")).await;
        assert_eq!(Ok(&whole.sha256), expected.as_ref().map(|info| &info.sha256).map_err(|_| ()));
        assert_eq!((whole.bytes, whole.beginning_only), (24, true));
    }
    assert_eq!(kept_files(folder.path()), 1, "the beginning of the file, and nothing else");
}

#[tokio::test]
async fn parts_out_of_their_order_stay_until_the_end() {
    let world = forgetful(None);
    let (first, second) = (part(&world, b"first,").await, part(&world, b"second").await);
    world.blobs().take_over("toy/1", 12, 1, &second).await;
    assert!(world.blobs().info(&second).is_some());
    world.blobs().take_over("toy/1", 12, 0, &first).await;
    assert!(world.blobs().info(&first).is_none());
    // The same part once more, as after a lost answer.
    let again = part(&world, b"first,").await;
    world.blobs().take_over("toy/1", 12, 0, &again).await;
    let whole = world.blobs().join(&[first.clone(), second.clone()]).await.expect("joined");
    assert_eq!(whole.bytes, 12);
    // Another file of the same parts is another upload, whose bytes are still there or are missing.
    assert!(world.blobs().join(&[second, first]).await.is_ok());
    let other = "0".repeat(64);
    assert!(world.blobs().join(&[other]).await.is_err());
}

#[tokio::test]
async fn a_part_that_two_uploads_have_goes_with_the_second() {
    let world = forgetful(None);
    let small = part(&world, b"shared").await;
    assert_eq!(part(&world, b"shared").await, small);
    world.blobs().take_over("toy/1", 12, 0, &small).await;
    assert!(world.blobs().info(&small).is_some(), "the other upload's copy");
    world.blobs().take_over("toy/2", 12, 0, &small).await;
    assert!(world.blobs().info(&small).is_none());
    let both = [small.clone(), small];
    assert!(world.blobs().join(&both).await.is_err(), "only one was taken over");
}

#[tokio::test]
async fn of_a_large_file_the_beginning_stays_and_its_page_says_so() {
    let s = setup();
    let world = forgetful(None);
    let bytes = Bytes::from(vec![7; 3 * 1024 * 1024]);
    let info = world.blobs().store_bytes(bytes).await.expect("stored");
    let mut beginning = 0;
    let mut stream = world.blobs().open(&info.sha256).await.expect("the beginning");
    while let Some(chunk) = stream.next().await {
        beginning += chunk.expect("bytes").len();
    }
    assert_eq!((info.bytes, beginning), (3 * 1024 * 1024, 2 * 1024 * 1024));
    let transport = InProcess::over(Sandbox::with(world.clone(), vec![Box::new(Toy)]));
    let get = async |path: &str| {
        let call = Call::get("get", format!("https://api.toy.example/sandbox/{path}/{}", info.sha256));
        transport.send(call, None).await.expect("an answer")
    };
    assert_eq!(get("blobs").await.status, StatusCode::GONE);
    let said = get("too-large").await;
    let text = String::from_utf8_lossy(&said.body).into_owned();
    assert!(text.contains("3145728 bytes") && text.contains(&info.sha256), "{text}");
    let kept = s.world.blobs().store_bytes(Bytes::from_static(b"small")).await.expect("stored");
    assert!(!kept.beginning_only);
}

#[tokio::test]
async fn what_arrived_is_counted_and_what_broke_off_too() {
    let s = setup();
    let send = |len: u64| {
        let stream = futures::stream::iter([Ok(Bytes::from_static(b"abcdef"))]).boxed();
        let call = Call::post("media.upload", Safety::Invisible, "https://api.toy.example/upload");
        s.transport.send(call.body("video/mp4", Body::Stream { len, stream }), None)
    };
    for len in [7, 6] {
        send(len).await.expect("answer");
    }
    let received = s.get("https://api.toy.example/sandbox/received").await;
    let received: serde_json::Value = received.json().expect("numbers");
    assert_eq!(received, serde_json::json!({ "bytes": 12, "broken_off": 6 }));
}
