//! The beginning of a post: `init`. Of a video that is uploaded it is a prepare step, since nothing can become of it without bytes; of
//! everything that TikTok fetches it is the commit.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::post::Draft;

use super::parts::Parts;
use super::state::State;
use super::{Run, no_files};
use crate::contract::cx::Cx;
use crate::kit::http::{Call, Safety};
use crate::platforms::tiktok::api::Api;
use crate::platforms::tiktok::check::media;
use crate::platforms::tiktok::errors::{self, op, rejected};
use crate::platforms::tiktok::options::Options;
use crate::platforms::tiktok::wire::{
    InitData, PicturesChoices, PicturesIn, PicturesInfo, PicturesSource, VideoIn, VideoInfo, VideoSource,
};

const VIDEO_PATH: &str = "/v2/post/publish/video/init/";
const INBOX_PATH: &str = "/v2/post/publish/inbox/video/init/";
const PICTURES_PATH: &str = "/v2/post/publish/content/init/";

/// Everything that can be seen before TikTok is asked to fetch files.
pub(super) async fn look_before(run: &mut Run<'_, '_>) -> Result<(), ConnectorError> {
    urls(run.cx, run.draft)?;
    if run.state.taken {
        return Ok(());
    }
    run.ask_creator().await
}

/// Begins an upload. An answer that is lost is no loss: without bytes there is no post, and the address dies by itself.
pub(super) async fn upload(run: &mut Run<'_, '_>, parts: Parts) -> Result<(), ConnectorError> {
    let source = VideoSource::Upload {
        video_size: parts.total,
        chunk_size: parts.size,
        total_chunk_count: parts.count,
    };
    let call = video(run.cx, run.draft, run.options, run.state, source, Safety::Invisible);
    let data: InitData = Api::of(run.cx).ask(call).await?;
    let Some(link) = data.upload_url.filter(|link| !link.is_empty()) else {
        return Err(errors::unreadable(op::VIDEO, Safety::Invisible, "no address for the bytes"));
    };
    run.state.publish_id = Some(data.publish_id);
    run.state.keep_link(run.cx, &link);
    run.save().await
}

/// The call that makes TikTok fetch a video and post it.
pub(super) fn pull(
    cx: &Cx<'_>,
    draft: &Draft,
    options: &Options,
    state: &State,
) -> Result<Call, ConnectorError> {
    let urls = urls(cx, draft)?;
    let video_url = urls.first().ok_or_else(no_files)?;
    Ok(video(cx, draft, options, state, VideoSource::Pull { video_url }, Safety::Unsafe))
}

/// The call that makes TikTok fetch pictures and post them.
pub(super) fn pictures(
    cx: &Cx<'_>,
    draft: &Draft,
    options: &Options,
    state: &State,
) -> Result<Call, ConnectorError> {
    let privacy = options.privacy.filter(|_| !options.inbox);
    let choices = privacy.map(|privacy| PicturesChoices {
        privacy_level: privacy.word(),
        disable_comment: state.off.comments,
        auto_add_music: options.auto_music,
        brand_content_toggle: options.paid_partnership,
        brand_organic_toggle: options.own_brand,
    });
    let body = PicturesIn {
        media_type: "PHOTO",
        post_mode: if options.inbox { "MEDIA_UPLOAD" } else { "DIRECT_POST" },
        post_info: PicturesInfo {
            title: options.title.as_deref().unwrap_or_default(),
            description: &draft.root.text,
            choices,
        },
        source_info: PicturesSource {
            source: "PULL_FROM_URL",
            photo_images: urls(cx, draft)?,
            photo_cover_index: options.cover_picture,
        },
    };
    Ok(Api::of(cx).post(op::PICTURES, Safety::Unsafe, PICTURES_PATH, &body))
}

fn video(
    cx: &Cx<'_>,
    draft: &Draft,
    options: &Options,
    state: &State,
    source_info: VideoSource<'_>,
    safety: Safety,
) -> Call {
    let api = Api::of(cx);
    let Some(privacy) = options.privacy.filter(|_| !options.inbox) else {
        return api.post(op::INBOX, safety, INBOX_PATH, &VideoIn { post_info: None, source_info });
    };
    let post_info = VideoInfo {
        title: &draft.root.text,
        privacy_level: privacy.word(),
        disable_comment: state.off.comments,
        disable_duet: state.off.duet,
        disable_stitch: state.off.stitch,
        video_cover_timestamp_ms: options.cover_ms,
        brand_content_toggle: options.paid_partnership,
        brand_organic_toggle: options.own_brand,
        is_aigc: options.is_ai_generated,
    };
    api.post(op::VIDEO, safety, VIDEO_PATH, &VideoIn { post_info: Some(post_info), source_info })
}

/// Where TikTok can fetch the draft's files.
fn urls(cx: &Cx<'_>, draft: &Draft) -> Result<Vec<String>, ConnectorError> {
    let video = media::video(draft);
    let wanted = draft.root.media.iter().filter(|file| video.is_none_or(|video| video.id == file.id));
    let urls: Option<Vec<String>> =
        wanted.map(|file| cx.media.public_url(file.id).map(String::from)).collect();
    let unreachable = || {
        rejected(
            op::PICTURES,
            "no_public_url",
            "TikTok fetches pictures (and videos, where this is set so) from this server, which has no public address.",
            "Ask the operator to set server.public_url (CARILLON_SERVER__PUBLIC_URL) to an https address that reaches this server from \
             the internet, and to verify its domain at developers.tiktok.com. Videos do without when they are uploaded.",
        )
    };
    let urls = urls.ok_or_else(unreachable)?;
    if urls.is_empty() { Err(no_files()) } else { Ok(urls) }
}
