//! The months before Carillon published anything: accounts post on their networks' own pages, and are looked at.
//!
//! Everything happens in its order on the stage's clock, so that ids grow with time and nothing is known before it is there. Not all
//! goes well: one account is connected halfway, on one day nobody looked, one post was deleted, and of some nobody sees the likes.

use bytes::Bytes;
use carillon_connectors::contract::connector::Connector;
use carillon_connectors::sandbox::{Attached, Author, Elsewhere, Persona};
use carillon_domain::error::AppError;
use carillon_domain::sync::SyncKind;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_engine::jobs::sync::past::{self, Look, NoLook, Past};
use carillon_engine::{Actor, Engine};
use carillon_store::repo::account::AccountRow;
use image::ImageFormat;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use url::Url;

use super::lines::{LINES, Told};
use super::plan::{self, Telling};
use super::stage::{SeedError, Stage};
use super::{ZONE, connected, content, film, pictures};

/// Looks that share a transaction.
const TOGETHER: usize = 150;
/// Of so many lines one hides how many like it.
const HIDES: usize = 11;
/// So old is the post that is deleted.
const REGRET: SignedDuration = SignedDuration::from_hours(50);

/// Plays them, and answers the accounts.
///
/// # Errors
/// When nothing is left to show. What one network refuses is logged and left out.
pub async fn play(stage: &Stage, actor: &Actor) -> Result<Vec<AccountRow>, SeedError> {
    let play = Play::new(stage).await?;
    let (from, to) = stage.history();
    let half = from + (to.duration_since(from) / 2);
    let mut early: Vec<_> = stage.platforms().collect();
    // The one in the middle, whichever it is, is connected later.
    let late: Vec<&'static dyn Connector> =
        if early.len() > 1 { vec![early.remove(early.len() / 2)] } else { Vec::new() };
    let mut accounts = connected(stage, actor, &early).await;
    play.part(&accounts, (from, half)).await?;
    accounts.extend(connected(stage, actor, &late).await);
    play.part(&accounts, (half, to)).await?;
    Ok(accounts)
}

struct Play<'a> {
    stage: &'a Stage,
    persona: &'static Persona,
    zone: TimeZone,
    tellings: Vec<Telling>,
    pictures: Vec<Attached>,
    film: Attached,
    /// The day without looks.
    gap: jiff::civil::Date,
}

/// What happens at a time, by the account's index.
enum Event {
    Post(usize, Telling),
    Look(usize, bool),
}

impl<'a> Play<'a> {
    async fn new(stage: &'a Stage) -> Result<Self, SeedError> {
        let persona = Persona::find(content::PERSONA);
        let persona = persona.ok_or_else(|| SeedError::Play("the persona is gone".to_owned()))?;
        let zone = TimeZone::get(ZONE).map_err(|e| SeedError::Play(e.to_string()))?;
        let span = stage.history();
        let third = span.0 + span.1.duration_since(span.0) / 3;
        let mut pictures = Vec::new();
        for picture in content::PICTURES {
            // As small as a picture of each network may be.
            let size = (picture.size.0 / 3, picture.size.1 / 3);
            let small = content::Picture { size, format: ImageFormat::Jpeg, ..*picture };
            let drawn = pictures::draw(&small).map_err(|e| SeedError::Play(e.to_string()))?;
            pictures.push(attached(stage, drawn, picture.alt, size, None).await?);
        }
        let film = attached(stage, film::bytes(), "", film::SIZE, Some(film::MILLISECONDS.into())).await?;
        let tellings = plan::tellings(persona, &zone, span);
        Ok(Self { stage, persona, tellings, pictures, film, gap: zone.to_datetime(third).date(), zone })
    }

    /// Plays the time between two times with the accounts that are connected by then.
    async fn part(&self, rows: &[AccountRow], span: (Timestamp, Timestamp)) -> Result<(), SeedError> {
        self.stage.work().await?;
        let mut part = Part { accounts: self.open(rows).await, ..Part::default() };
        // What was issued until now must last until the end of the part.
        self.stage.keep_signed_in();
        part.is_done = span.0 != self.stage.history().0;
        let engine = &self.stage.engine;
        for (at, event) in self.events(&part.accounts, span) {
            self.stage.pass_until(at);
            match event {
                Event::Post(index, telling) => {
                    let made = self.post(part.accounts[index].account(), telling);
                    part.regret(index, made, at);
                }
                Event::Look(index, midnight) => part.look(engine, index, self.kind(at, midnight)).await?,
            }
        }
        past::keep(engine, part.seen).await.map_err(AppError::from)?;
        self.stage.pass_until(span.1);
        // Carillon's own tokens have run out meanwhile, as far as it knows.
        for account in self.open(rows).await {
            account.ask_owner(engine).await.map_err(AppError::from)?;
        }
        Ok(())
    }

    async fn open(&self, rows: &[AccountRow]) -> Vec<Past> {
        let mut accounts = Vec::new();
        for row in rows {
            match Past::open(&self.stage.engine, row.clone(), self.zone.clone()).await {
                Ok(account) => accounts.push(account),
                Err(error) => {
                    tracing::error!(platform = row.platform, %error, "the demo's past goes without it")
                }
            }
        }
        accounts
    }

    /// Everything that happens, in its order.
    fn events(&self, accounts: &[Past], span: (Timestamp, Timestamp)) -> Vec<(Timestamp, Event)> {
        let within = |at: &Timestamp| span.0 < *at && *at < span.1;
        let mut all = Vec::new();
        for (index, account) in accounts.iter().enumerate() {
            let platform = &account.account().platform;
            let posts: Vec<_> = self
                .tellings
                .iter()
                .filter_map(|telling| Some((telling.on(self.persona, platform).filter(within)?, *telling)))
                .collect();
            let times: Vec<_> = posts.iter().map(|(at, _)| *at).collect();
            let next = |after: Timestamp| account.next_look(after);
            let looks = plan::looks(&self.zone, span, &times, next, account.is_costly());
            let looked = looks.into_iter().filter(|(at, _)| self.zone.to_datetime(*at).date() != self.gap);
            all.extend(looked.map(|(at, midnight)| (at, Event::Look(index, midnight))));
            all.extend(posts.into_iter().map(|(at, telling)| (at, Event::Post(index, telling))));
        }
        all.sort_by_key(|(at, _)| *at);
        all
    }

    /// A look at midnight goes back a week, and on Mondays to the first post.
    fn kind(&self, at: Timestamp, midnight: bool) -> SyncKind {
        match self.zone.to_datetime(at).weekday() {
            Weekday::Monday if midnight => SyncKind::Full,
            _ if midnight => SyncKind::Week,
            _ => SyncKind::Day,
        }
    }

    /// The line as it is, or with a picture or a video where the network takes nothing else.
    fn post(&self, account: &AccountRow, telling: Telling) -> Option<String> {
        let Told { text, picture } = LINES[telling.line()];
        let server = account.server.as_deref().and_then(|url| Url::parse(url).ok());
        let server = server.as_ref().and_then(Url::host_str);
        let author = Author { account: &account.remote_id, server };
        let drawn = self.pictures.get(telling.number % self.pictures.len().max(1));
        let forms = [drawn.filter(|_| picture), drawn, Some(&self.film)];
        let made = forms.into_iter().find_map(|file| {
            let what = Elsewhere { text, file, hides_likes: telling.number % HIDES == HIDES - 1 };
            self.stage.sandbox().post_elsewhere(&account.platform, &author, &what)
        });
        if made.is_none() {
            tracing::error!(platform = account.platform, text, "the simulated network takes no such post");
        }
        made
    }
}

/// Where a part of the play stands.
#[derive(Default)]
struct Part {
    accounts: Vec<Past>,
    seen: Vec<Look>,
    /// The post that is to be deleted: whose, which, and when.
    regretted: Option<(usize, String, Timestamp)>,
    /// Nothing is to be deleted any more.
    is_done: bool,
}

impl Part {
    /// The first post that can be deleted will be.
    fn regret(&mut self, index: usize, made: Option<String>, at: Timestamp) {
        if let Some(id) = made.filter(|_| !self.is_done && self.regretted.is_none()) {
            self.regretted = Some((index, id, at + REGRET));
        }
    }

    async fn look(&mut self, engine: &Engine, index: usize, kind: SyncKind) -> Result<(), SeedError> {
        let due = |(of, _, due): &mut (usize, String, Timestamp)| *of == index && *due <= engine.clock.now();
        if let Some((_, id, _)) = self.regretted.take_if(due) {
            // Where nobody may delete, it is the next post of somebody.
            self.is_done = self.accounts[index].delete(engine, &id).await.is_ok();
        }
        match self.accounts[index].look(engine, kind).await {
            Ok(look) => self.seen.push(look),
            Err(NoLook::Store(error)) => return Err(AppError::from(error).into()),
            Err(NoLook::Remote(error)) => {
                let platform = &self.accounts[index].account().platform;
                tracing::error!(platform, %error, "the demo's past has a hole");
            }
        }
        if self.seen.len() >= TOGETHER {
            past::keep(engine, std::mem::take(&mut self.seen)).await.map_err(AppError::from)?;
        }
        Ok(())
    }
}

async fn attached(
    stage: &Stage,
    bytes: Vec<u8>,
    alt: &str,
    size: (u32, u32),
    milliseconds: Option<u64>,
) -> Result<Attached, SeedError> {
    let blob = stage.world().blobs().store_bytes(Bytes::from(bytes)).await;
    let blob = blob.map_err(|e| SeedError::Play(e.to_string()))?;
    Ok(Attached { blob, alt: alt.to_owned(), size, milliseconds })
}
