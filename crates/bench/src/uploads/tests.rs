//! Small videos with the program as it was built beside these tests.

use super::Uploads;
use crate::server::built;

const BYTES: u64 = 24_000_000;

async fn goes_over_a_wire_that_is_cut(network: &str, bytes: u64, test: &str) {
    let Some(program) = built(test) else { return };
    // Of a program that is not optimised more than that is mapped into memory.
    let uploads = Uploads { network: vec![network.to_owned()], size: Some(bytes), goal_mb: 400.0 };
    let mut said = Vec::new();
    let good = super::run(&program, &uploads, &mut said).await.expect("published");
    let said = String::from_utf8(said).expect("text");
    assert!(good && said.contains(" cuts=3 ") && said.contains("goal=met"), "{said}");
}

#[tokio::test]
async fn a_video_goes_to_youtube_over_a_wire_that_is_cut() {
    goes_over_a_wire_that_is_cut("youtube", BYTES, "a_video_goes_to_youtube_over_a_wire_that_is_cut").await;
}

#[tokio::test]
async fn a_video_goes_to_facebook_over_a_wire_that_is_cut() {
    goes_over_a_wire_that_is_cut("facebook", BYTES, "a_video_goes_to_facebook_over_a_wire_that_is_cut").await;
}

#[tokio::test]
async fn a_video_goes_to_tiktok_over_a_wire_that_is_cut() {
    // None of the cuts is in the last part, whose loss would be waited out for minutes: that part makes the post public.
    goes_over_a_wire_that_is_cut("tiktok", 60_000_000, "a_video_goes_to_tiktok_over_a_wire_that_is_cut")
        .await;
}

#[tokio::test]
async fn a_video_goes_to_x_over_a_wire_that_is_cut() {
    goes_over_a_wire_that_is_cut("x", BYTES, "a_video_goes_to_x_over_a_wire_that_is_cut").await;
}

#[tokio::test]
async fn a_video_goes_to_linkedin_over_a_wire_that_is_cut() {
    goes_over_a_wire_that_is_cut("linkedin", BYTES, "a_video_goes_to_linkedin_over_a_wire_that_is_cut").await;
}
