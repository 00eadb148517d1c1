//! Small videos with the program as it was built beside these tests.

use super::Uploads;
use crate::server::built;

async fn goes_over_a_wire_that_is_cut(network: &str, test: &str) {
    let Some(program) = built(test) else { return };
    // Of a program that is not optimised more than that is mapped into memory.
    let uploads = Uploads { network: vec![network.to_owned()], size: Some(24_000_000), goal_mb: 400.0 };
    let mut said = Vec::new();
    let good = super::run(&program, &uploads, &mut said).await.expect("published");
    let said = String::from_utf8(said).expect("text");
    assert!(good && said.contains(" cuts=3 ") && said.contains("goal=met"), "{said}");
}

#[tokio::test]
async fn a_video_goes_to_youtube_over_a_wire_that_is_cut() {
    goes_over_a_wire_that_is_cut("youtube", "a_video_goes_to_youtube_over_a_wire_that_is_cut").await;
}

#[tokio::test]
async fn a_video_goes_to_facebook_over_a_wire_that_is_cut() {
    goes_over_a_wire_that_is_cut("facebook", "a_video_goes_to_facebook_over_a_wire_that_is_cut").await;
}

#[tokio::test]
async fn a_video_goes_to_x_over_a_wire_that_is_cut() {
    goes_over_a_wire_that_is_cut("x", "a_video_goes_to_x_over_a_wire_that_is_cut").await;
}

#[tokio::test]
async fn a_video_goes_to_linkedin_over_a_wire_that_is_cut() {
    goes_over_a_wire_that_is_cut("linkedin", "a_video_goes_to_linkedin_over_a_wire_that_is_cut").await;
}
