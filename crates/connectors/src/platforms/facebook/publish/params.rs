//! The parameters of the calls that make a post public. Source: Graph API - Page feed, Page videos; Reels Publishing (copies of
//! 2026).

use carillon_domain::post::Draft;
use serde_json::json;

use super::super::api::Params;
use super::super::options::{self, Kind};
use super::state::State;

/// Of `/feed`.
pub(super) fn feed(draft: &Draft, state: &State) -> Params {
    let (options, _) = options::read(&draft.options);
    let mut params = Params::new();
    params.extend(text(draft).map(|text| ("message", text)));
    params.extend(options.link.map(|link| ("link", link.to_string())));
    params.extend(options.location_id.map(|place| ("place", place)));
    let photos: Vec<_> = state.photos.iter().flatten().map(|p| json!({ "media_fbid": p.id })).collect();
    if !photos.is_empty() {
        params.push(("attached_media", json!(photos).to_string()));
    }
    params
}

/// Of the last phase of a video or reel, besides the ids.
pub(super) fn finish(draft: &Draft, kind: Kind) -> Params {
    let (options, _) = options::read(&draft.options);
    let mut params = Params::new();
    params.extend(text(draft).map(|text| ("description", text)));
    params.extend(options.video_title.map(|title| ("title", title)));
    params.extend(options.is_ai_generated.then(|| ("is_ai_generated", "true".to_owned())));
    params.extend(options.location_id.filter(|_| kind == Kind::Reel).map(|place| ("place", place)));
    params
}

fn text(draft: &Draft) -> Option<String> {
    let text = &draft.root.text;
    (!text.trim().is_empty()).then(|| text.clone())
}
