//! A video's metadata as an owner sets it, and the rules for it (Videos: resource representation, insert, update; copies of
//! November 2026).

use std::collections::BTreeMap;

use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::Refusal;
use super::body::{Field, Section, object, value};
use super::categories;

const DOMAIN: &str = "youtube.video";

/// Who may see it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Privacy {
    /// Everybody. What YouTube takes when nothing is said.
    #[default]
    Public,
    /// Whoever has its address.
    Unlisted,
    /// The owner.
    Private,
}

impl Privacy {
    /// The network's word.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Private => "private",
        }
    }

    /// The one in this section; none is public.
    pub(super) fn of(status: Section<'_>) -> Result<Self, Refusal> {
        Ok(match status.one_of("privacyStatus", &["public", "unlisted", "private"])? {
            Some("unlisted") => Self::Unlisted,
            Some("private") => Self::Private,
            _ => Self::Public,
        })
    }
}

/// What an owner can set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Meta {
    pub title: String,
    pub description: String,
    pub tags: Vec<String>,
    pub category: String,
    pub language: Option<String>,
    pub audio_language: Option<String>,
    /// Title and description by language.
    pub localizations: BTreeMap<String, (String, String)>,
    pub privacy: Privacy,
    pub publish_at: Option<Timestamp>,
    pub made_for_kids: Option<bool>,
    pub synthetic: bool,
    pub embeddable: bool,
    pub license: String,
    pub public_stats: bool,
    pub paid: bool,
    pub recorded_at: Option<String>,
}

impl Default for Meta {
    fn default() -> Self {
        Self {
            title: "unknown".to_owned(),
            description: String::new(),
            tags: Vec::new(),
            category: "22".to_owned(),
            language: None,
            audio_language: None,
            localizations: BTreeMap::new(),
            privacy: Privacy::Public,
            publish_at: None,
            made_for_kids: None,
            synthetic: false,
            embeddable: true,
            license: "youtube".to_owned(),
            public_stats: true,
            paid: false,
            recorded_at: None,
        }
    }
}

/// Parts that insert and update can set.
pub(super) const WRITABLE: &[&str] =
    &["snippet", "status", "localizations", "recordingDetails", "paidProductPlacementDetails"];

/// The properties of a video that a body may have; those that only YouTube sets are taken and ignored.
pub(super) const SHAPE: &[Field] = &[
    value("kind"),
    value("etag"),
    value("id"),
    object(
        "snippet",
        &[
            value("title"),
            value("description"),
            value("tags"),
            value("categoryId"),
            value("defaultLanguage"),
            value("defaultAudioLanguage"),
            value("publishedAt"),
            value("channelId"),
            value("channelTitle"),
            value("thumbnails"),
            value("liveBroadcastContent"),
            value("localized"),
        ],
    ),
    object(
        "status",
        &[
            value("privacyStatus"),
            value("publishAt"),
            value("license"),
            value("embeddable"),
            value("publicStatsViewable"),
            value("selfDeclaredMadeForKids"),
            value("containsSyntheticMedia"),
            value("madeForKids"),
            value("uploadStatus"),
            value("failureReason"),
            value("rejectionReason"),
        ],
    ),
    value("localizations"),
    object(
        "recordingDetails",
        &[
            value("recordingDate"),
            value("locationDescription"),
            object("location", &[value("latitude"), value("longitude"), value("altitude")]),
        ],
    ),
    object("paidProductPlacementDetails", &[value("hasPaidProductPlacement")]),
];

/// A body to be read into metadata.
pub(super) struct Asked<'a> {
    pub body: &'a Value,
    pub parts: &'a [String],
    /// The video has been public or unlisted before.
    pub published: bool,
    /// An update, which needs title and category.
    pub update: bool,
}

impl Asked<'_> {
    /// Every property of a named part is replaced; what the body leaves out goes back to its default.
    pub(super) fn onto(&self, mut meta: Meta) -> Result<Meta, Refusal> {
        self.no_other_parts()?;
        let named = |part: &str| self.parts.iter().any(|p| p == part);
        if named("snippet") {
            self.snippet(&mut meta)?;
        }
        if named("localizations") {
            meta.localizations = self.localizations()?;
        }
        if !meta.localizations.is_empty() && meta.language.is_none() {
            let text = "The request is trying to add localized video details without specifying the default \
                        language of the video details.";
            return Err(Refusal::body(DOMAIN, "defaultLanguageNotSet", "snippet.defaultLanguage", text));
        }
        if named("status") {
            self.status(&mut meta)?;
        }
        if named("recordingDetails") {
            meta.recorded_at = self.recorded()?;
        }
        if named("paidProductPlacementDetails") {
            let section = Section::of(self.body, "paidProductPlacementDetails");
            meta.paid = section.flag("hasPaidProductPlacement")?.unwrap_or(false);
        }
        Ok(meta)
    }

    fn no_other_parts(&self) -> Result<(), Refusal> {
        let given = self.body.as_object().into_iter().flat_map(serde_json::Map::keys);
        let mut given = given.filter(|name| WRITABLE.contains(&name.as_str()));
        match given.find(|name| !self.parts.contains(name)) {
            None => Ok(()),
            Some(name) => Err(Refusal::new(400, "youtube.part", "unexpectedPart", format!("'{name}'"))
                .at("part", "parameter")),
        }
    }

    fn snippet(&self, meta: &mut Meta) -> Result<(), Refusal> {
        let snippet = Section::of(self.body, "snippet");
        meta.title = title(snippet.text("title")?.unwrap_or_default(), "snippet.title")?;
        meta.description = description(snippet.text("description")?.unwrap_or_default())?;
        meta.tags = snippet.texts("tags")?;
        if tags_length(&meta.tags) > 500 {
            let text = "The request metadata specifies invalid video keywords.";
            return Err(Refusal::body(DOMAIN, "invalidTags", "snippet.tags", text));
        }
        let category = snippet.text("categoryId")?;
        meta.category = category.unwrap_or(if self.update { "" } else { "22" }).to_owned();
        if !categories::is_assignable(&meta.category) {
            let text = "The <code>snippet.categoryId</code> property specifies an invalid category ID. Use the \
                        <code>videoCategories.list</code> method to retrieve supported categories.";
            return Err(Refusal::body(DOMAIN, "invalidCategoryId", "snippet.categoryId", text));
        }
        meta.language = snippet.text("defaultLanguage")?.map(str::to_owned);
        meta.audio_language = snippet.text("defaultAudioLanguage")?.map(str::to_owned);
        Ok(())
    }

    fn localizations(&self) -> Result<BTreeMap<String, (String, String)>, Refusal> {
        let Some(Value::Object(given)) = self.body.get("localizations") else { return Ok(BTreeMap::new()) };
        let all = Section::of(self.body, "localizations");
        let each = given.keys().map(|language| {
            let words = all.inner(language);
            let title = title(words.text("title")?.unwrap_or_default(), "localizations")?;
            Ok((language.clone(), (title, description(words.text("description")?.unwrap_or_default())?)))
        });
        each.collect()
    }

    fn status(&self, meta: &mut Meta) -> Result<(), Refusal> {
        let status = Section::of(self.body, "status");
        meta.privacy = Privacy::of(status)?;
        meta.publish_at = self.publish_at(status, meta.privacy)?;
        meta.license =
            status.one_of("license", &["youtube", "creativeCommon"])?.unwrap_or("youtube").to_owned();
        meta.embeddable = status.flag("embeddable")?.unwrap_or(true);
        meta.public_stats = status.flag("publicStatsViewable")?.unwrap_or(true);
        meta.made_for_kids = status.flag("selfDeclaredMadeForKids")?;
        meta.synthetic = status.flag("containsSyntheticMedia")?.unwrap_or(false);
        Ok(())
    }

    /// Only for a private video that was never published. A time in the past publishes at once.
    fn publish_at(&self, status: Section<'_>, privacy: Privacy) -> Result<Option<Timestamp>, Refusal> {
        let Some(text) = status.text("publishAt")? else { return Ok(None) };
        let at = text.parse::<Timestamp>().ok();
        let allowed = privacy == Privacy::Private && !self.published;
        at.filter(|_| allowed).map(Some).ok_or_else(|| {
            let text = "The request metadata specifies an invalid scheduled publishing time.";
            Refusal::body(DOMAIN, "invalidPublishAt", "status.publishAt", text)
        })
    }

    fn recorded(&self) -> Result<Option<String>, Refusal> {
        let section = Section::of(self.body, "recordingDetails");
        let Some(text) = section.text("recordingDate")? else { return Ok(None) };
        if text.parse::<Timestamp>().is_err() {
            let words = "The <code>recordingDetails</code> object in the request metadata specifies invalid \
                         recording details.";
            return Err(Refusal::body(DOMAIN, "invalidRecordingDetails", "recordingDetails", words));
        }
        Ok(Some(text.to_owned()))
    }
}

/// 1 to 100 characters without angle brackets.
fn title(text: &str, place: &str) -> Result<String, Refusal> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > 100 || text.contains(['<', '>']) {
        let words = "The request metadata specifies an invalid or empty video title.";
        return Err(Refusal::body(DOMAIN, "invalidTitle", place, words));
    }
    Ok(text.to_owned())
}

/// At most 5,000 bytes without angle brackets.
fn description(text: &str) -> Result<String, Refusal> {
    if text.len() > 5_000 || text.contains(['<', '>']) {
        let words = "The request metadata specifies an invalid video description.";
        return Err(Refusal::body(DOMAIN, "invalidDescription", "snippet.description", words));
    }
    Ok(text.to_owned())
}

/// Characters of all tags with the commas between them; one that has a space is put in quotation marks.
fn tags_length(tags: &[String]) -> usize {
    let quoted = |tag: &String| tag.chars().count() + if tag.contains(' ') { 2 } else { 0 };
    tags.iter().map(quoted).sum::<usize>() + tags.len().saturating_sub(1)
}
