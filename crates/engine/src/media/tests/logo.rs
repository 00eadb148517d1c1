use carillon_store::on_both;
use carillon_store::repo::workspace::{self, WorkspaceRow};
use carillon_store::testing::TestDb;
use futures::FutureExt;
use image::codecs::png::{PngDecoder, PngEncoder};
use image::{ColorType, DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, Rgba, RgbaImage};

use super::*;

/// A shelf whose workspace has a row, and its owner.
async fn owned(test: &TestDb) -> (Shelf, Actor) {
    let shelf = Shelf::new(&test.db);
    let owner = Actor { role: Role::Owner, ..shelf.actor.clone() };
    home(test, &shelf, owner.workspace).await;
    (shelf, owner)
}

async fn home(test: &TestDb, shelf: &Shelf, id: WorkspaceId) {
    let now = shelf.parts.clock.now();
    let row = WorkspaceRow {
        id,
        name: "Northlight".into(),
        timezone: "UTC".into(),
        grace_s: 3_600,
        snapshot_days: 90,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let made = test.db.write(move |tx| Box::pin(async move { workspace::insert(tx, &row).await })).await;
    made.map_err(|e: carillon_store::StoreError| e.to_string()).expect("a workspace");
}

fn png(width: u32, height: u32) -> Vec<u8> {
    painted(width, height, |x| [200, 30, 40, if x < width / 2 { 0 } else { 255 }])
}

/// A picture whose columns have these colours.
fn painted(width: u32, height: u32, column: impl Fn(u32) -> [u8; 4]) -> Vec<u8> {
    let picture = RgbaImage::from_fn(width, height, |x, _| Rgba(column(x)));
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new(&mut bytes);
    encoder.write_image(picture.as_raw(), width, height, image::ExtendedColorType::Rgba8).expect("png");
    bytes
}

/// A JPEG with a comment in it, as programs leave them.
fn signed(jpeg: &[u8]) -> Vec<u8> {
    let (head, rest) = jpeg.split_at(2);
    [head, &[0xff, 0xfe, 0, 14], b"Ada Lovelace", rest].concat()
}

async fn taken(test: &TestDb) {
    let (shelf, owner) = owned(test).await;
    let library = &shelf.library;
    assert_eq!(library.logo(&owner).await.expect("none"), None);
    assert_eq!(library.logo_mark(&owner).await.expect("none"), None);

    library.put_logo(&owner, png(400, 100).into()).await.expect("taken");
    let kept = library.logo(&owner).await.expect("read").expect("a logo");
    let pixels = image::load_from_memory(&kept.png).expect("a picture").to_rgba8();
    assert_eq!(pixels.dimensions(), (400, 100), "small ones keep their size");
    assert_eq!((pixels.get_pixel(0, 0).0[3], pixels.get_pixel(399, 99).0), (0, [200, 30, 40, 255]));
    assert_eq!(library.logo_mark(&owner).await.expect("read"), Some(kept.sha256.clone()));

    let holds_name = |bytes: &[u8]| bytes.windows(8).any(|window| window == b"Lovelace");
    let file = signed(&jpeg(316, 200));
    assert!(holds_name(&file));
    library.put_logo(&owner, file.into()).await.expect("replaced");
    let other = library.logo(&owner).await.expect("read").expect("a logo");
    assert_ne!(other.sha256, kept.sha256);
    assert_eq!(image::guess_format(&other.png).expect("a format"), ImageFormat::Png);
    assert!(!holds_name(&other.png), "no comment is kept");

    let wide = DynamicImage::new_luma8(1000, 50);
    let mut bytes = std::io::Cursor::new(Vec::new());
    wide.write_to(&mut bytes, ImageFormat::Png).expect("png");
    library.put_logo(&owner, bytes.into_inner().into()).await.expect("taken");
    let small = library.logo(&owner).await.expect("read").expect("a logo");
    let small = image::load_from_memory(&small.png).expect("a picture");
    assert_eq!((small.width(), small.height()), (512, 26));

    let stranger = actor(2, Role::Owner);
    home(test, &shelf, stranger.workspace).await;
    assert_eq!(library.logo(&stranger).await.expect("none"), None, "another workspace has its own");
    library.remove_logo(&stranger).await.expect("nothing to do");
    assert!(library.logo(&owner).await.expect("read").is_some());
    library.remove_logo(&owner).await.expect("gone");
    assert_eq!(library.logo(&owner).await.expect("none"), None);
}
on_both!(a_logo_is_taken_replaced_and_removed, |t| super::taken(t));

#[tokio::test]
async fn what_is_hidden_below_transparency_does_not_show_at_edges() {
    let test = TestDb::sqlite().await;
    let (shelf, owner) = owned(&test).await;
    let striped = painted(1000, 100, |x| if x / 3 % 2 == 0 { [0; 4] } else { [200, 30, 40, 255] });
    shelf.library.put_logo(&owner, striped.into()).await.expect("taken");
    let kept = shelf.library.logo(&owner).await.expect("read").expect("a logo");
    let kept = image::load_from_memory(&kept.png).expect("a picture");
    assert_eq!(kept.color(), ColorType::Rgba8);
    let pixels = kept.to_rgba8();
    assert_eq!(pixels.dimensions(), (512, 51));
    let edges = pixels.pixels().filter(|pixel| (9..247).contains(&pixel.0[3]));
    assert!(edges.count() > 512, "stripes of a pixel and a half have edges");
    for Rgba([red, _, _, alpha]) in pixels.pixels() {
        assert!(*alpha <= 8 || *red >= 195, "{red} at {alpha}");
    }
    test.dispose().await;
}

/// A picture with a colour profile of this length, which is about these colours.
fn profiled(space: &[u8; 4], length: usize) -> Vec<u8> {
    let mut profile = vec![7_u8; length];
    profile[16..20].copy_from_slice(space);
    let picture = if space == b"GRAY" { DynamicImage::new_luma8(8, 8) } else { DynamicImage::new_rgb8(8, 8) };
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    encoder.set_icc_profile(profile).expect("a PNG may have one");
    picture.write_with_encoder(encoder).expect("png");
    bytes
}

/// How long the colour profile of a PNG is.
fn profile_of(png: &[u8]) -> Option<usize> {
    let mut decoder = PngDecoder::new(std::io::Cursor::new(png)).expect("png");
    decoder.icc_profile().expect("readable").map(|profile| profile.len())
}

#[tokio::test]
async fn a_small_colour_profile_of_its_pixels_stays() {
    let test = TestDb::sqlite().await;
    let (shelf, owner) = owned(&test).await;
    for (space, length, kept) in [
        (b"RGB ", 16 * 1024, Some(16 * 1024)),
        (b"RGB ", 16 * 1024 + 1, None),
        // Greys become colours, of which this one says nothing.
        (b"GRAY", 500, None),
    ] {
        let file = profiled(space, length);
        assert_eq!(profile_of(&file), Some(length));
        shelf.library.put_logo(&owner, file.into()).await.expect("taken");
        let logo = shelf.library.logo(&owner).await.expect("read").expect("a logo");
        assert_eq!(profile_of(&logo.png), kept, "{length} bytes");
    }
    test.dispose().await;
}

async fn refused(test: &TestDb) {
    let (shelf, owner) = owned(test).await;
    let library = &shelf.library;
    library.put_logo(&owner, png(10, 10).into()).await.expect("taken");
    let before = library.logo(&owner).await.expect("read");
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;".to_vec();
    // An animation says so in a chunk before its pixels.
    let (still, mut moving) = (png(4, 4), Vec::new());
    moving.extend_from_slice(&still[..33]);
    moving
        .extend_from_slice(&[&8_u32.to_be_bytes()[..], b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0], &[0; 4]].concat());
    moving.extend_from_slice(&still[33..]);
    let cut = png(200, 200);
    for (file, why) in [
        (Vec::new(), "empty"),
        (b"just words".to_vec(), "unsupported_type"),
        (gif, "unsupported_type"),
        (b"%PDF-1.7\n".to_vec(), "unsupported_type"),
        (moving, "moves"),
        (cut[..cut.len() / 2].to_vec(), "truncated"),
        // The library of these tests decodes 100,000 pixels.
        (png(400, 251), "too_many_pixels"),
        (vec![0; LOGO_BYTES + 1], "too_large"),
    ] {
        let error = library.put_logo(&owner, file.into()).await.expect_err(why);
        assert_eq!(code(&error), why, "{error:?}");
    }
    for role in [Role::Editor, Role::Contributor, Role::Analyst, Role::Client] {
        let member = Actor { role, ..owner.clone() };
        let error = library.put_logo(&member, png(8, 8).into()).await.expect_err("forbidden");
        assert_eq!(code(&error), "forbidden");
        assert_eq!(code(&library.remove_logo(&member).await.expect_err("forbidden")), "forbidden");
        assert_eq!(library.logo(&member).await.expect("seen"), before, "what was refused changes nothing");
    }
}
on_both!(what_is_no_logo_is_refused, |t| super::refused(t));

#[test]
fn one_picture_is_decoded_at_a_time_whoever_goes_away() {
    // There is one thread for all that blocks, and it is busy: what is to be decoded has to wait.
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().max_blocking_threads(1).build().expect("runtime");
    runtime.block_on(async {
        let test = TestDb::sqlite().await;
        let (shelf, owner) = owned(&test).await;
        let library = &shelf.library;
        let (go, gate) = std::sync::mpsc::channel::<()>();
        let busy = tokio::task::spawn_blocking(move || gate.recv());
        let answered = library.put_logo(&owner, png(10, 10).into()).now_or_never();
        assert!(answered.is_none(), "the client goes away before it is decoded: {answered:?}");
        assert_eq!(library.decoding.available_permits(), 0, "it is decoded all the same");
        go.send(()).expect("somebody waits");
        busy.await.expect("a thread").expect("the word to go on");
        drop(library.decoding.acquire().await.expect("the next one has its turn"));
        test.dispose().await;
    });
}
