//! What was typed, between the form and the use case. What a form can't show is carried along untouched, so that editing by
//! page never loses what was set by API.

use std::collections::{BTreeMap, BTreeSet};

use carillon_domain::composition::{Composition, Override, PartSpec};
use carillon_domain::error::AppError;
use carillon_domain::filling;
use carillon_domain::id::{AccountId, MediaId, PostId};
use carillon_domain::publication::{PostStatus, PublicationState};
use carillon_engine::usecase::posts::{self, PostInput, PostPatch, PostView, WantedStatus};
use carillon_engine::usecase::renditions::Place;
use serde_json::{Map, Value};

use super::options::{Written, can_draw, option_fields, option_value};
use super::repeat::Repeat;
use super::texts::tags;
use super::theirs::Difference;
use super::unsaved::Offer;
use super::when;
use crate::http::App;
use crate::web::posts::card::Faces;
use crate::web::signed_in::Member;

/// What was typed, as it came.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The post that is edited, with the version that was read.
    pub post: Option<(PostId, i64)>,
    /// Base text.
    pub text: String,
    /// Chosen accounts.
    pub accounts: Vec<AccountId>,
    /// What differs, by account.
    pub own: BTreeMap<AccountId, Own>,
    /// Files, as ids.
    pub media: Vec<String>,
    /// Further parts of the thread.
    pub parts: Vec<Part>,
    /// The first comment.
    pub first_comment: String,
    /// Wall-clock time.
    pub scheduled_at: String,
    /// IANA zone.
    pub timezone: String,
    /// Which of two equal hours is meant, or the time after one that does not exist.
    pub scheduled_offset: String,
    /// Parameters of links, as a query; `None`: the form has no field for them.
    pub links: Option<String>,
    /// Whether variables are filled in; says nothing where `links` says nothing.
    pub fill_in: bool,
    /// The campaign; `None`: the form has no field for it.
    pub campaign: Option<String>,
    /// Its tags, with commas between; `None` likewise.
    pub tags: Option<String>,
    /// The kept text that is to be put in.
    pub kept_text: String,
    /// Which button.
    pub action: String,
    /// The form's own number: what it is sent with twice is saved once.
    pub once: String,
    /// Which state of this form it is: one that was kept later has a larger number.
    pub seq: u32,
    /// The post that is edited goes out when it did: time and zone are as the form showed them, which leaves out seconds.
    pub same_time: bool,
    /// Descriptions of files.
    pub alts: BTreeMap<MediaId, String>,
    /// What somebody else saved while the form was open.
    pub theirs: Vec<Difference>,
    /// What was done, to be said above the form.
    pub notes: Vec<String>,
    /// What was typed before and not saved, to be put back.
    pub offers: Vec<Offer>,
    /// How often it comes again.
    pub repeat: Repeat,
    /// It is what was typed, with something done to it.
    pub carried: bool,
    /// It is a smaller form that is laid over a post, which stands like this. Such a form has no fields for parts.
    pub over: Option<PostStatus>,
}

/// What differs on one account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Own {
    /// Another text; empty: the base text.
    pub text: String,
    /// Other files; `None`: the base files.
    pub media: Option<Vec<String>>,
    /// Options of the platform.
    pub options: Map<String, Value>,
    /// What the form has no fields for.
    kept: Override,
}

impl Own {
    /// Whether a form shows both the same way.
    pub fn shows_as(&self, other: &Self) -> bool {
        (&self.text, &self.media, &self.options) == (&other.text, &other.media, &other.options)
    }
}

/// One more part of a thread.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part {
    /// Its text.
    pub text: String,
    /// Its files, as ids.
    pub media: Vec<String>,
}

impl Draft {
    /// The form of an existing post.
    pub fn of(view: &PostView) -> Self {
        let composed = &view.post.composition;
        let live = view.publications.iter().filter(|p| p.state != PublicationState::Canceled);
        let own = |o: &Override| Own {
            text: o.text.clone().unwrap_or_default(),
            media: o.media.as_ref().map(|m| m.iter().map(ToString::to_string).collect()),
            options: o.options.clone(),
            kept: Override::default(),
        };
        let part = |p: &PartSpec| Part {
            text: p.text.clone(),
            media: p.media.iter().map(ToString::to_string).collect(),
        };
        let wall: String =
            view.post.wall.as_deref().map(|w| w.chars().take(16).collect()).unwrap_or_default();
        Self {
            post: Some((view.post.id, view.post.version)),
            text: composed.text.clone(),
            accounts: live.map(|p| p.account).collect(),
            own: composed.overrides.iter().map(|(account, o)| (*account, own(o))).collect(),
            media: composed.media.iter().map(ToString::to_string).collect(),
            parts: composed.parts.iter().map(part).collect(),
            first_comment: composed.first_comment.clone().unwrap_or_default(),
            scheduled_offset: when::choice_of(&wall, &view.post.timezone, view.post.due_at),
            scheduled_at: wall,
            timezone: view.post.timezone.clone(),
            links: Some(filling::to_query(&composed.link_parameters)),
            fill_in: composed.fill_in,
            campaign: Some(view.post.campaign.clone().unwrap_or_default()),
            tags: Some(view.post.tags.join(", ")),
            ..Self::default()
        }
    }

    /// The files that it goes out with, as far as the form has them.
    pub fn files(&self) -> BTreeSet<MediaId> {
        let chosen = self.own.iter().filter(|(account, _)| self.accounts.contains(account));
        let own = chosen.filter_map(|(_, own)| own.media.as_ref());
        let all = own.chain(self.parts.iter().map(|part| &part.media)).chain([&self.media]);
        all.flatten().filter_map(|id| id.parse().ok()).collect()
    }

    /// The text in parts instead; files stay with the first one, further parts stay behind the last one.
    pub fn put_parts(&mut self, parts: Vec<String>) {
        let mut parts = parts.into_iter();
        self.carried = true;
        self.text = parts.next().unwrap_or_default();
        self.parts.splice(0..0, parts.map(|text| Part { text, media: Vec::new() }));
    }

    /// Whether a copy for one account can be put in this place: parts that only this account has, and those that a smaller form is laid
    /// over, are none of the form's.
    pub fn takes_copy(&self, account: AccountId, place: Place) -> bool {
        let has_own = self.own.get(&account).is_some_and(|own| own.kept.parts.is_some());
        place.part.is_none() || (self.over.is_none() && !has_own)
    }

    /// Puts a copy in the place of a file: among the account's own files, or in a part, which all accounts share.
    pub fn put_copy(&mut self, account: AccountId, place: Place, copy: MediaId) {
        let files = match place.part {
            Some(part) => self.parts.get_mut(part).map(|part| &mut part.media),
            None => {
                let own = self.own.entry(account).or_default();
                Some(own.media.get_or_insert_with(|| self.media.clone()))
            }
        };
        if let Some(file) = files.and_then(|files| files.get_mut(place.index)) {
            *file = copy.to_string();
            self.carried = true;
        }
    }

    /// Reads the form of a post, with what its page could not show.
    ///
    /// # Errors
    /// When the post is not there.
    pub async fn read(
        app: &App,
        member: &Member,
        faces: &Faces,
        pairs: Vec<(String, String)>,
    ) -> Result<Self, AppError> {
        let mut draft = Self::typed(app, faces, pairs);
        if let Some((id, _)) = draft.post {
            let view = posts::get(&app.engine, &member.actor, id).await?;
            let before = Self::of(&view);
            draft.same_time = (&draft.scheduled_at, &draft.timezone)
                == (&before.scheduled_at, &before.timezone)
                && ["", before.scheduled_offset.as_str()].contains(&draft.scheduled_offset.as_str());
            draft.keep(app, faces, &view.post.composition);
        }
        Ok(draft)
    }

    /// A smaller form of an existing post.
    pub fn over(view: &PostView) -> Self {
        Self { over: Some(view.status), ..Self::of(view) }
    }

    /// What a smaller form asked for, laid over the post: text, accounts, time, and files that were made to fit an account. All else is
    /// the post's.
    pub fn laid_over(self, app: &App, faces: &Faces, view: &PostView) -> Self {
        let mut draft = Self::over(view);
        draft.keep(app, faces, &view.post.composition);
        draft.same_time = (&self.scheduled_at, &self.timezone) == (&draft.scheduled_at, &draft.timezone)
            && ["", draft.scheduled_offset.as_str()].contains(&self.scheduled_offset.as_str());
        for (account, own) in self.own {
            if own.media.is_some() {
                draft.own.entry(account).or_default().media = own.media;
            }
        }
        Self {
            post: self.post,
            text: self.text,
            accounts: self.accounts,
            scheduled_at: self.scheduled_at,
            scheduled_offset: self.scheduled_offset,
            timezone: self.timezone,
            action: self.action,
            ..draft
        }
    }

    /// Reads the form. Fields of accounts are called `<kind>.<account>[.<name>]`; files of a part follow its text.
    pub fn typed(app: &App, faces: &Faces, pairs: Vec<(String, String)>) -> Self {
        let mut draft = Self::default();
        let mut written = Written::default();
        for (name, value) in pairs {
            let value = value.replace("\r\n", "\n");
            match name.as_str() {
                "text" => draft.text = value,
                "account" => draft.accounts.extend(value.parse::<AccountId>()),
                "media" => draft.media.push(value),
                "part" => draft.parts.push(Part { text: value, media: Vec::new() }),
                "part_media" => draft.parts.last_mut().into_iter().for_each(|p| p.media.push(value.clone())),
                "first_comment" => draft.first_comment = value,
                "scheduled_at" => draft.scheduled_at = value,
                "timezone" => draft.timezone = value,
                "scheduled_offset" => draft.scheduled_offset = value,
                "links" => draft.links = Some(value),
                "fill_in" => draft.fill_in = true,
                "campaign" => draft.campaign = Some(value),
                "tags" => draft.tags = Some(value),
                "kept_text" => draft.kept_text = value,
                "action" => draft.action = value,
                "once" => draft.once = value,
                "seq" => draft.seq = value.parse().unwrap_or(0),
                "repeat" => draft.repeat.choice = value,
                "repeat_rule" => draft.repeat.rule = value,
                "repeat_ends" => draft.repeat.ends = value,
                "scope" => draft.repeat.scope = value,
                "post" => draft.post = value.parse().ok().map(|id| (id, draft.post.map_or(0, |p| p.1))),
                "version" => {
                    let version = value.parse().unwrap_or(0);
                    draft.post = draft.post.map(|(id, _)| (id, version));
                }
                _ => draft.read_own(&mut written, &name, value),
            }
        }
        draft.parts.retain(|p| !p.text.trim().is_empty() || !p.media.is_empty());
        for (account, own) in &mut draft.own {
            let Some(row) = faces.get(*account) else { continue };
            for field in option_fields(app, &row.platform) {
                if let Some(value) = option_value(field, &written, *account) {
                    own.options.insert(field.name.to_owned(), value);
                }
            }
        }
        draft
    }

    fn read_own(&mut self, written: &mut Written, name: &str, value: String) {
        let mut segments = name.splitn(3, '.');
        let (Some(kind), Some(whose)) = (segments.next(), segments.next()) else { return };
        if kind == "alt" {
            if let Ok(media) = whose.parse::<MediaId>() {
                self.alts.insert(media, value);
            }
            return;
        }
        let Ok(account) = whose.parse::<AccountId>() else { return };
        let own = self.own.entry(account).or_default();
        match (kind, segments.next()) {
            ("text", None) if !value.trim().is_empty() => own.text = value,
            // The switch comes before the files it is about.
            ("own_media", None) => own.media = Some(Vec::new()),
            ("media", None) => own.media.as_mut().into_iter().for_each(|m| m.push(value.clone())),
            ("option", Some(option)) if !value.trim().is_empty() => written.add(account, option, value),
            _ => {}
        }
    }

    /// Takes over what the form of this post has no fields for.
    fn keep(&mut self, app: &App, faces: &Faces, before: &Composition) {
        for (account, known) in &before.overrides {
            let own = self.own.entry(*account).or_default();
            own.kept.parts.clone_from(&known.parts);
            own.kept.first_comment.clone_from(&known.first_comment);
            let platform = faces.get(*account).map(|row| row.platform.as_str()).unwrap_or_default();
            let fields = option_fields(app, platform);
            for (name, value) in &known.options {
                let drawn = fields.iter().any(|f| f.name == name && can_draw(f, value));
                match (drawn, own.options.get_mut(name), value) {
                    (false, None, _) => drop(own.options.insert(name.clone(), value.clone())),
                    // A poll keeps what its fields don't ask for.
                    (true, Some(Value::Object(new)), Value::Object(old)) => {
                        for (key, value) in old {
                            new.entry(key.clone()).or_insert_with(|| value.clone());
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// As the use case takes it.
    ///
    /// # Errors
    /// For files that can't be in the library.
    pub fn input(&self) -> Result<PostInput, AppError> {
        let mut overrides: BTreeMap<AccountId, Override> = BTreeMap::new();
        for account in &self.accounts {
            let Some(own) = self.own.get(account) else { continue };
            let media = own.media.as_deref().map(|m| ids(m, format!("overrides.{account}.media")));
            let changed = Override {
                text: Some(own.text.clone()).filter(|t| !t.trim().is_empty()),
                media: media.transpose()?,
                options: own.options.clone(),
                ..own.kept.clone()
            };
            if changed != Override::default() {
                overrides.insert(*account, changed);
            }
        }
        let parts = self.parts.iter().enumerate().map(|(index, part)| {
            Ok(PartSpec { text: part.text.clone(), media: ids(&part.media, format!("parts.{index}.media"))? })
        });
        Ok(PostInput {
            text: self.text.clone(),
            accounts: self.accounts.clone(),
            media: ids(&self.media, "media".to_owned())?,
            status: match self.action.as_str() {
                "now" => WantedStatus::Now,
                "schedule" => WantedStatus::Scheduled,
                "queue" => WantedStatus::Queue,
                _ => WantedStatus::Draft,
            },
            scheduled_at: Some(when::meant(&self.scheduled_at, &self.timezone, &self.scheduled_offset))
                .filter(|s| !s.is_empty()),
            timezone: Some(self.timezone.clone()).filter(|z| !z.is_empty()),
            overrides,
            parts: parts.collect::<Result<_, AppError>>()?,
            first_comment: Some(self.first_comment.clone()).filter(|c| !c.trim().is_empty()),
            tags: tags(self.tags.as_deref()),
            campaign: self.campaign.clone(),
            repeat: self.repeat.rule(),
            link_parameters: filling::from_query(self.links.as_deref().unwrap_or_default()),
            fill_in: self.fill_in,
        })
    }

    /// What the form asks for, as a change of an existing post, with the time only where it is another.
    pub fn patch(&self, input: PostInput, retimed: bool) -> PostPatch {
        PostPatch {
            text: Some(input.text),
            accounts: Some(input.accounts),
            media: Some(input.media),
            status: Some(input.status),
            scheduled_at: input.scheduled_at.filter(|_| retimed),
            timezone: input.timezone.filter(|_| retimed),
            overrides: Some(input.overrides),
            parts: Some(input.parts),
            first_comment: Some(input.first_comment.unwrap_or_default()),
            tags: self.tags.is_some().then_some(input.tags),
            campaign: input.campaign,
            link_parameters: self.links.is_some().then_some(input.link_parameters),
            fill_in: self.links.is_some().then_some(input.fill_in),
        }
    }
}

fn ids(texts: &[String], field: String) -> Result<Vec<MediaId>, AppError> {
    let unknown = |_| {
        AppError::invalid(field.clone(), "unknown_media", "A chosen file is not in the library any more.")
    };
    texts.iter().map(|text| text.parse().map_err(unknown)).collect()
}
