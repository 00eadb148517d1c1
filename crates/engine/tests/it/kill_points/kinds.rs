//! Kinds of posts: at least one for each way by which a network makes something public. A video that TikTok fetches by itself goes the way
//! of pictures.

use carillon_domain::composition::{Override, PartSpec};
use carillon_domain::id::MediaId;
use carillon_engine::usecase::posts::{PostInput, WantedStatus};
use serde_json::json;

use super::doomed::Doomed;

/// A file of a post.
#[derive(Clone, Copy)]
pub enum File {
    Picture,
    Video,
    Document,
}

/// What is special about a kind.
#[derive(Clone, Copy)]
pub enum Extra {
    Nothing,
    /// Two more parts, the last one with a picture.
    Parts,
    Comment,
    Poll,
    Story,
    /// An option that makes it this kind, or that a person must choose: who may see it, for example.
    Option(&'static str, &'static str),
}

/// A kind of post.
pub struct Kind {
    pub platform: &'static str,
    pub name: &'static str,
    media: &'static [File],
    extra: Extra,
}

const fn kind(platform: &'static str, name: &'static str, media: &'static [File], extra: Extra) -> Kind {
    Kind { platform, name, media, extra }
}

const ONE: &[File] = &[File::Picture];
const TWO: &[File] = &[File::Picture, File::Picture];
const CLIP: &[File] = &[File::Video];
const PAPER: &[File] = &[File::Document];
const EVERYBODY: Extra = Extra::Option("privacy", "public");

/// All of them.
pub const KINDS: &[Kind] = &[
    kind("bluesky", "text", &[], Extra::Nothing),
    kind("bluesky", "image", ONE, Extra::Nothing),
    kind("bluesky", "several images", TWO, Extra::Nothing),
    kind("bluesky", "video", CLIP, Extra::Nothing),
    kind("bluesky", "thread", &[], Extra::Parts),
    kind("bluesky", "first comment", &[], Extra::Comment),
    kind("facebook", "text", &[], Extra::Nothing),
    kind("facebook", "photo", ONE, Extra::Nothing),
    kind("facebook", "several photos", TWO, Extra::Nothing),
    kind("facebook", "video", CLIP, Extra::Nothing),
    kind("facebook", "reel", CLIP, Extra::Option("kind", "reel")),
    kind("facebook", "story", ONE, Extra::Story),
    kind("facebook", "story with a video", CLIP, Extra::Story),
    kind("facebook", "first comment", &[], Extra::Comment),
    kind("instagram", "image", ONE, Extra::Nothing),
    kind("instagram", "carousel", TWO, Extra::Nothing),
    kind("instagram", "reel", CLIP, Extra::Nothing),
    kind("instagram", "story", ONE, Extra::Story),
    kind("instagram", "story with a video", CLIP, Extra::Story),
    kind("instagram", "first comment", ONE, Extra::Comment),
    kind("linkedin", "text", &[], Extra::Nothing),
    kind("linkedin", "image", ONE, Extra::Nothing),
    kind("linkedin", "several images", TWO, Extra::Nothing),
    kind("linkedin", "video", CLIP, Extra::Nothing),
    kind("linkedin", "document", PAPER, Extra::Option("media_title", "Tides")),
    kind("linkedin", "poll", &[], Extra::Poll),
    kind("mastodon", "text", &[], Extra::Nothing),
    kind("mastodon", "image", ONE, Extra::Nothing),
    kind("mastodon", "several images", TWO, Extra::Nothing),
    kind("mastodon", "video", CLIP, Extra::Nothing),
    kind("mastodon", "poll", &[], Extra::Poll),
    kind("mastodon", "thread", &[], Extra::Parts),
    kind("mastodon", "first comment", &[], Extra::Comment),
    kind("threads", "text", &[], Extra::Nothing),
    kind("threads", "image", ONE, Extra::Nothing),
    kind("threads", "carousel", TWO, Extra::Nothing),
    kind("threads", "video", CLIP, Extra::Nothing),
    kind("threads", "poll", &[], Extra::Poll),
    kind("threads", "thread", &[], Extra::Parts),
    kind("threads", "first comment", &[], Extra::Comment),
    kind("tiktok", "video", CLIP, EVERYBODY),
    kind("tiktok", "pictures", TWO, EVERYBODY),
    kind("x", "text", &[], Extra::Nothing),
    kind("x", "image", ONE, Extra::Nothing),
    kind("x", "several images", TWO, Extra::Nothing),
    kind("x", "video", CLIP, Extra::Nothing),
    kind("x", "poll", &[], Extra::Poll),
    kind("x", "thread", &[], Extra::Parts),
    kind("x", "first comment", &[], Extra::Comment),
    kind("youtube", "video", CLIP, Extra::Nothing),
    kind("youtube", "first comment", CLIP, Extra::Comment),
];

impl Kind {
    /// How many public objects it makes.
    pub fn units(&self) -> usize {
        match self.extra {
            Extra::Parts => 3,
            Extra::Comment => 2,
            Extra::Nothing | Extra::Poll | Extra::Story | Extra::Option(..) => 1,
        }
    }

    /// A post of this kind that goes out now.
    pub async fn input(&self, doomed: &Doomed) -> PostInput {
        let mut media = Vec::new();
        for file in self.media {
            media.push(keep(doomed, *file).await);
        }
        let mut input = PostInput {
            text: if matches!(self.extra, Extra::Story) {
                String::new()
            } else {
                "The harbour at six.".into()
            },
            media,
            accounts: vec![doomed.account],
            status: WantedStatus::Now,
            ..PostInput::default()
        };
        let mut options = serde_json::Map::new();
        match self.extra {
            Extra::Nothing => {}
            Extra::Parts => {
                let picture = keep(doomed, File::Picture).await;
                let part = |text: &str, media| PartSpec { text: text.into(), media };
                input.parts = vec![part("At seven.", Vec::new()), part("At eight.", vec![picture])];
            }
            Extra::Comment => input.first_comment = Some("And at nine.".into()),
            Extra::Poll => {
                let poll =
                    json!({ "options": ["Tea", "Coffee"], "duration_minutes": 1440, "multiple": false });
                options.insert("poll".into(), poll);
            }
            Extra::Story => {
                options.insert("kind".into(), "story".into());
            }
            Extra::Option(name, value) => {
                options.insert(name.into(), value.into());
            }
        }
        if !options.is_empty() {
            input.overrides.insert(doomed.account, Override { options, ..Override::default() });
        }
        input
    }
}

async fn keep(doomed: &Doomed, file: File) -> MediaId {
    let library = &doomed.stage.bench.library;
    let info = match file {
        File::Picture => library.jpeg(1_080, 1_080, None),
        File::Video => library.mp4(300_000, 10_000, None),
        File::Document => library.pdf(12),
    };
    doomed.stage.keep(info).await
}
