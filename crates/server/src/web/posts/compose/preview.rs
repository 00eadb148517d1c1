//! How a post will look on each network, drawn from what the networks' folders say of themselves.

mod files;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use carillon_connectors::contract::capability::OptionInput;
use carillon_connectors::contract::display::{Card, Display, Fold, Several, TextPlace, Who};
use carillon_domain::id::MediaId;
use carillon_domain::post::Part;
use carillon_engine::Actor;
use carillon_engine::media::MediaRow;
use carillon_engine::usecase::posts::AccountCheck;
use serde_json::{Map, Value};

use self::files::{Shown, shown};
use self::text::{Span, spans};
use super::link_card::CardView;
use super::options::option_fields;
use crate::http::App;
use crate::web::components::{Face, at};
use crate::web::posts::card::{Faces, title};
use crate::web::ui::Ui;

/// No network hides anything of a text with at most so many characters and lines.
const SHORT: (usize, usize) = (80, 2);

/// A post as one account's followers will see it.
#[derive(Template)]
#[template(path = "components/preview.html")]
pub struct Preview {
    ui: Ui,
    face: Face,
    icon: &'static str,
    network: &'static str,
    /// How the author is named: what stands first, and what beside it.
    author: (String, Option<String>),
    /// The post, and the parts of its thread.
    units: Vec<Unit>,
    /// The first comment.
    comment: Option<Vec<Span>>,
    /// What the picture can't show.
    note: Option<String>,
}

/// The root or a part.
struct Unit {
    /// Behind what the rest hides.
    warning: Option<String>,
    headline: Option<String>,
    spans: Vec<Span>,
    /// The word that opens the rest of the text.
    more: Option<&'static str>,
    text_below: bool,
    tiles: Vec<Shown>,
    swipe: bool,
    /// The link that gets a card.
    card: Option<CardView>,
    poll: Vec<String>,
}

/// The pictures of all files of a check, each looked up once.
pub struct Library(BTreeMap<MediaId, MediaRow>);

impl Library {
    /// Those that are there.
    pub async fn of(app: &App, actor: &Actor, checks: &[AccountCheck]) -> Self {
        let files = checks.iter().flat_map(|check| check.draft.media());
        let ids: BTreeSet<MediaId> = files.map(|file| file.id).collect();
        let mut rows = BTreeMap::new();
        for id in ids {
            if let Ok(row) = app.engine.library.get(actor, id).await {
                rows.insert(id, row);
            }
        }
        Self(rows)
    }
}

impl Preview {
    /// `None` where nothing is known of how the network shows posts.
    pub fn new(app: &App, ui: &Ui, faces: &Faces, files: &Library, check: &AccountCheck) -> Option<Self> {
        let account = &check.account;
        let connector = app.engine.networks.connector(&account.platform)?;
        let display = connector.display()?;
        let options = &check.draft.options;
        let network = title(app, &account.platform);
        let handle = at(&account.handle);
        let author = match display.who {
            Who::Both => (account.name.clone(), Some(handle)),
            Who::Name => (account.name.clone(), None),
            Who::Handle => (account.handle.clone(), None),
        };
        let card = |link: String| CardView::known(app, account.workspace, link);
        let mut units = vec![Unit::new(display, &check.draft.root, files, options, card)];
        let polls = option_fields(app, &account.platform).iter();
        let poll = polls.filter(|field| matches!(field.input, OptionInput::Poll { .. })).find_map(|field| {
            let answers = options.get(field.name)?.get("options")?.as_array()?;
            Some(answers.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>())
        });
        units[0].poll = poll.unwrap_or_default();
        // Options belong to the root.
        let none = Map::new();
        units.extend(check.draft.parts.iter().map(|part| Unit::new(display, part, files, &none, card)));
        Some(Self {
            face: faces.face(account.id, &account.platform),
            icon: connector.descriptor().icon,
            network,
            author,
            comment: check.draft.first_comment.as_ref().map(|text| spans(text, text.len(), display.marks)),
            note: note(ui, display, network, &check.draft.root.text),
            units,
            ui: ui.clone(),
        })
    }
}

fn note(ui: &Ui, display: &Display, network: &str, text: &str) -> Option<String> {
    let is_long = text.chars().count() > SHORT.0 || text.trim().lines().count() > SHORT.1;
    match display.fold {
        Fold::Unsaid if is_long => Some(ui.arg("network", network).tr("preview-unsaid")),
        Fold::At(bounds, _) if carillon_domain::text::fold::end(text, bounds).is_some() => {
            Some(ui.arg("network", network).tr("preview-cut"))
        }
        _ => None,
    }
}

impl Unit {
    fn new(
        display: &Display,
        part: &Part,
        files: &Library,
        options: &Map<String, Value>,
        card: impl Fn(String) -> Option<CardView>,
    ) -> Self {
        let said = |name: Option<&str>| {
            let text = options.get(name?)?.as_str()?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let text = part.text.trim();
        let (end, more) = match display.fold {
            Fold::At(bounds, more) => match carillon_domain::text::fold::end(text, bounds) {
                Some(end) => (end, Some(more)),
                None => (text.len(), None),
            },
            Fold::Never | Fold::Unsaid => (text.len(), None),
        };
        let link = said(display.card.option).or_else(|| {
            let wanted = display.card.from_text && part.media.is_empty() && !is_off(display.card, options);
            wanted.then(|| text::first_link(text, display.marks)).flatten()
        });
        Self {
            warning: said(display.warning),
            headline: said(display.title),
            spans: spans(text, end, display.marks),
            more,
            text_below: display.text == TextPlace::Below,
            tiles: shown(&display.tiles, &part.media, &files.0),
            swipe: display.tiles.several == Several::Swipe && part.media.len() > 1,
            card: link.filter(|_| part.media.is_empty()).and_then(card),
            poll: Vec::new(),
        }
    }
}

fn is_off(card: Card, options: &Map<String, Value>) -> bool {
    card.switch.and_then(|name| options.get(name)).and_then(Value::as_bool) == Some(false)
}
