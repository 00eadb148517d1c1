//! Drafts that a platform must be able to publish, by its capabilities.

use carillon_domain::media::MediaInfo;
use carillon_domain::post::{Draft, Part};
use serde_json::json;

use super::super::{Bench, draft};
use super::Subject;
use crate::contract::capability::{Capabilities, OptionInput, PostKind};

/// A draft and what it shows.
pub struct Sample {
    /// What it shows.
    pub name: &'static str,
    /// The draft. No two units have the same text.
    pub draft: Draft,
}

/// One draft for each thing that the platform can do.
pub fn samples(subject: Subject, bench: &Bench) -> Vec<Sample> {
    let capabilities = subject.connector.capabilities();
    let media = &capabilities.media;
    let has_images = !media.image_types.is_empty() && !capabilities.videos_only();
    let mut all =
        vec![Sample { name: "plain", draft: plain(subject, bench, "Good morning from the harbour.") }];
    let mut add = |name, draft| all.push(Sample { name, draft });
    if has_images {
        add("picture", draft("The lighthouse at six.", [picture(subject, bench, "a lighthouse")]));
    }
    if has_images && media.max_items >= 2 {
        let pictures = [picture(subject, bench, "first"), picture(subject, bench, "second")];
        add("pictures", draft("Two of the same rock.", pictures));
    }
    if media.video_types.contains(&"video/mp4") {
        add("video", draft("Waves, ten seconds.", [bench.library.mp4(300_000, 10_000, None)]));
    }
    if let Some(rules) = &media.documents {
        let mut paper = draft("Three pages on boats.", [bench.library.pdf(3)]);
        if let Some(option) = rules.title_option {
            paper.options.insert(option.to_owned(), "Boats".into());
        }
        add("document", paper);
    }
    if capabilities.threads {
        let mut thread = plain(subject, bench, "A thread about boats, 1.");
        let part = |text: &str| Part { text: text.to_owned(), media: Vec::new() };
        thread.parts = vec![part("Boats float, 2."), part("Mostly, 3.")];
        if has_images {
            thread.parts[1].media.push(picture(subject, bench, "a boat"));
        }
        add("thread", thread);
    }
    if capabilities.first_comment {
        let mut commented = plain(subject, bench, "With a word to follow.");
        commented.first_comment = Some("The word that follows.".to_owned());
        add("first comment", commented);
    }
    if offers_stories(capabilities) {
        let mut story = |name, file| {
            let mut story = draft("", [file]);
            story.options.insert("kind".to_owned(), "story".into());
            add(name, story);
        };
        story("story", bench.library.jpeg(1_080, 1_920, None));
        story("story with a video", bench.library.mp4(300_000, 10_000, None));
    }
    for option in capabilities.options {
        if let OptionInput::Poll { minutes: (shortest, longest), .. } = option.input {
            let mut poll = draft("Tea or coffee?", []);
            let minutes = 1_440.clamp(shortest, longest);
            let value =
                json!({ "options": ["Tea", "Coffee"], "duration_minutes": minutes, "multiple": false });
            poll.options.insert(option.name.to_owned(), value);
            add("poll", poll);
        }
    }
    for sample in &mut all {
        choose(subject, &mut sample.draft);
    }
    all
}

/// Whether a post becomes a story when it says so.
fn offers_stories(capabilities: &Capabilities) -> bool {
    let by_option = capabilities.options.iter().any(|option| match option.input {
        OptionInput::Choice { values } => option.name == "kind" && values.contains(&"story"),
        _ => false,
    });
    by_option && capabilities.kinds.contains(&PostKind::Story)
}

/// What a person must choose is chosen.
fn choose(subject: Subject, draft: &mut Draft) {
    for (option, values) in subject.connector.capabilities().to_choose() {
        draft.options.insert(option.to_owned(), values[0].into());
    }
}

/// The simplest draft: text alone where that is allowed, else with a file.
pub fn plain(subject: Subject, bench: &Bench, text: &str) -> Draft {
    let needs_media = subject.connector.capabilities().media.required;
    let mut draft = draft(text, needs_media.then(|| file(subject, bench, "a picture")));
    choose(subject, &mut draft);
    draft
}

/// A picture, or a video where posts are usually videos.
pub(super) fn file(subject: Subject, bench: &Bench, alt: &str) -> MediaInfo {
    let usual = subject.connector.capabilities().kinds.first();
    if matches!(usual, Some(PostKind::Video | PostKind::Reel)) {
        bench.library.mp4(300_000, 10_000, None)
    } else {
        picture(subject, bench, alt)
    }
}

/// A square picture of a type that the platform takes.
fn picture(subject: Subject, bench: &Bench, alt: &str) -> MediaInfo {
    let capabilities = subject.connector.capabilities();
    let alt = capabilities.alt_text.then_some(alt);
    if capabilities.media.image_types.contains(&"image/jpeg") {
        bench.library.jpeg(1_080, 1_080, alt)
    } else {
        bench.library.png(1_080, 1_080, alt)
    }
}
