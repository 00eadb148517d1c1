//! The body of a post. learn.microsoft.com, "Posts API", "MultiImage API" and "Poll Post API" (2026).

use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Draft;

use super::state::{State, Step};
use crate::platforms::linkedin::options::{Card, Options, Poll};
use crate::platforms::linkedin::text;
use crate::platforms::linkedin::wire::{
    ArticleOut, ContentOut, CreatePost, Distribution, MediaOut, PollOption, PollOut, PollSettings,
};

/// The body; `None` when a file is not there yet. The same draft and notes give the same body, to the letter: LinkedIn knows a
/// second send by it.
pub(super) fn of<'a>(
    author: &'a str,
    draft: &'a Draft,
    options: &'a Options,
    state: &'a State,
) -> Option<CreatePost<'a>> {
    let ids = ids(state, draft.root.media.len())?;
    Some(CreatePost {
        author,
        commentary: text::to_little(&draft.root.text),
        visibility: options.visibility.unwrap_or("PUBLIC"),
        distribution: Distribution {
            feed_distribution: "MAIN_FEED",
            target_entities: [],
            third_party_distribution_channels: [],
        },
        content: content(&draft.root.media, options, &ids),
        lifecycle_state: "PUBLISHED",
        is_reshare_disabled_by_author: options.no_reshare,
    })
}

/// LinkedIn's ids of all files, once all can be attached.
pub(super) fn ids(state: &State, files: usize) -> Option<Vec<&str>> {
    let ready = state.uploads.iter().filter(|u| u.step == Step::Ready);
    let ids: Vec<&str> = ready.filter_map(|u| u.urn.as_deref()).collect();
    (ids.len() == files).then_some(ids)
}

fn content<'a>(media: &'a [MediaInfo], options: &'a Options, ids: &[&'a str]) -> Option<ContentOut<'a>> {
    if let Some(poll) = &options.poll {
        return Some(ContentOut::Poll(poll_out(poll)));
    }
    if let Some(card) = &options.card {
        return Some(ContentOut::Article(article(card, ids.first().copied())));
    }
    let mut files: Vec<MediaOut<'a>> = media.iter().zip(ids).map(|(file, id)| one(file, id)).collect();
    if files.len() > 1 {
        return Some(ContentOut::MultiImage { images: files });
    }
    let mut only = files.pop()?;
    let titled = media.first().is_some_and(|m| matches!(m.kind, MediaKind::Video | MediaKind::Document));
    only.title = options.media_title.as_deref().filter(|_| titled);
    Some(ContentOut::Media(only))
}

fn one<'a>(file: &'a MediaInfo, id: &'a str) -> MediaOut<'a> {
    let described = matches!(file.kind, MediaKind::Image | MediaKind::Gif);
    let alt = file.alt.as_deref().filter(|alt| !alt.trim().is_empty() && described);
    MediaOut { id, title: None, alt_text: alt }
}

fn article<'a>(card: &'a Card, thumbnail: Option<&'a str>) -> ArticleOut<'a> {
    ArticleOut {
        source: &card.source,
        title: &card.title,
        description: card.description.as_deref(),
        thumbnail,
    }
}

fn poll_out(poll: &Poll) -> PollOut<'_> {
    PollOut {
        question: &poll.question,
        options: poll.options.iter().map(|text| PollOption { text }).collect(),
        settings: PollSettings { duration: poll.duration },
    }
}
