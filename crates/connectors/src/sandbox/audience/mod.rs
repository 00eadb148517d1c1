//! The people who follow an account of the sandbox, with known truth, so that analytics can be judged: what Carillon finds out
//! from numbers that the networks tell is compared in tests with what decided them.
//!
//! Everything is a function of the audience's seed and a time; nothing is kept. Asked twice, in whatever order, with the
//! clock moved between, the same question has the same answer, and no number of a post ever falls.
//!
//! A post gets
//!
//! `followers who look × share × response[weekday, hour] × kind × length × luck of the day × luck of the post`
//!
//! views in the end, where `response` follows from how many look in the hours after it ([`Audience::response`]), and a
//! rate of its own of them react. How fast it gets there depends on how many look. All factors but the first are
//! drawn from the seed. They are made up: plausible in size, and no network's figures.

mod dice;
mod growth;
mod piece;
#[cfg(test)]
mod tests;
mod truth;
mod week;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use carillon_domain::time::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

pub use growth::{Event, EventKind};
pub use piece::{Kind, Piece, Reaction};
pub use week::HOURS;

use super::{Persona, lock};
use dice::Dice;
use growth::Growth;
use week::Week;

/// The local day on which audiences begin.
const BEGAN: Date = jiff::civil::date(2024, 1, 1);
/// Deviation of the logarithm of a post's luck in views.
const LUCK: f64 = 0.4;
/// The same of the share of viewers who react.
const TASTE: f64 = 0.2;
/// The same of the luck of a day.
const DAY: f64 = 0.12;
/// Probability that a single post goes round.
const GOES_ROUND: f64 = 0.015;
/// A text's length counts as if it had so many characters more: nobody minds whether it has three or ten.
const NO_MATTER: f64 = 20.0;

/// Share of the followers who leave on a usual day, while as many come.
const CHURN: f64 = 0.000_4;

/// Who came and who went in some time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// New followers.
    pub came: u64,
    /// Those who follow no more.
    pub went: u64,
}

/// An audience. Cheap to make; make one whenever a number is asked for.
#[derive(Debug, Clone)]
pub struct Audience {
    dice: Dice,
    zone: TimeZone,
    growth: Growth,
    week: Week,
}

impl Audience {
    /// The audience that a seed decides, of an account that had so many followers on the first of January 2024 and lives in
    /// this zone.
    pub fn seeded(seed: u64, followers: u64, zone: TimeZone) -> Self {
        let dice = Dice::new(seed);
        let growth = Growth::draw(dice, followers as f64);
        Self { dice, zone, growth, week: Week::draw(dice) }
    }

    /// Followers at a time.
    pub fn followers(&self, at: Timestamp) -> u64 {
        self.growth.followers(self.days(at)).0.round() as u64
    }

    /// Who came and who went between two times; the difference is that of [`followers`](Self::followers). Some always do both, by a
    /// share of those who follow.
    pub fn flow(&self, from: Timestamp, to: Timestamp) -> Flow {
        let (was, is) = (self.followers(from), self.followers(to.max(from)));
        let days = to.max(from).duration_since(from).as_secs_f64() / 86_400.0;
        let both = (was as f64 * CHURN * days).round() as u64;
        Flow { came: both + is.saturating_sub(was), went: both + was.saturating_sub(is) }
    }

    /// How many of the followers look in the hour of this time.
    pub fn active(&self, at: Timestamp) -> u64 {
        let engaged = self.growth.followers(self.days(at)).1;
        (engaged * 0.2 * self.week.activity[self.cell(at)]).round() as u64
    }

    /// How many look in each hour of the week, Monday 0 h in the account's zone first; 1 on average.
    pub fn activity(&self) -> &[f64; HOURS] {
        &self.week.activity
    }

    /// How much a post gets that is published in each hour, in the same order; 1 on average.
    pub fn response(&self) -> &[f64; HOURS] {
        &self.week.response
    }

    /// What has happened to it until a time, with the local day.
    pub fn events(&self, until: Timestamp) -> Vec<(Date, Event)> {
        let events = self.growth.events(self.days(until)).into_iter();
        events.map(|event| (BEGAN.saturating_add(jiff::Span::new().days(event.day)), event)).collect()
    }

    /// Engagements that a picture with a text of the best length can expect in the end, for each hour of the week in which it
    /// is published; days on which something went round left out.
    pub fn expected(&self, at: Timestamp) -> [f64; HOURS] {
        let mean = |deviation: f64| (deviation * deviation / 2.0_f64).exp();
        let luck = mean(LUCK) * mean(TASTE) * mean(DAY) * (1.0 + GOES_ROUND * 9.0);
        let engaged = self.growth.followers(self.days(at)).1;
        let all = engaged * self.reached() * self.rate() * self.kind(Kind::Picture) * luck;
        self.week.response.map(|response| all * response)
    }

    /// What a post has got at a time.
    pub fn reaction(&self, piece: &Piece<'_>, at: Timestamp) -> Reaction {
        let seconds = at.duration_since(piece.at).as_secs_f64();
        if seconds <= 0.0 {
            return Reaction::default();
        }
        let (cell, day) = (self.cell(piece.at), self.day(piece.at));
        let index = self.dice.of(piece.id);
        let round = if self.dice.happens("goes round", index, GOES_ROUND) {
            self.dice.between("goes round by", index, (5.0, 15.0))
        } else {
            1.0
        };
        let end = self.growth.followers(self.days(piece.at)).1
            * self.reached()
            * self.week.response[cell]
            * self.kind(piece.kind)
            * self.length(piece.characters)
            * self.dice.factor("day's luck", day.into(), DAY)
            * self.dice.factor("luck", index, LUCK)
            * round
            * self.growth.factor_of(day);
        let views = end * self.week.share(cell, seconds);
        // Not everybody is seen to react: more reactions than two in five views would be no audience.
        let rate = (self.rate() * self.dice.factor("taste", index, TASTE)).min(0.4);
        Reaction::split(views, views * rate)
    }

    /// The share of those who look that a usual post reaches.
    fn reached(&self) -> f64 {
        self.dice.between("reached", 0, (0.2, 0.6))
    }

    /// The share of viewers who react to a usual post.
    fn rate(&self) -> f64 {
        self.dice.between("rate", 0, (0.04, 0.1))
    }

    /// What a kind of post gets here, compared with a picture in a usual audience.
    fn kind(&self, kind: Kind) -> f64 {
        kind.usual() * self.dice.factor(kind.name(), 0, 0.25)
    }

    /// The length of text that this audience likes best.
    fn best_length(&self) -> f64 {
        self.dice.between("length", 0, (40.0, 260.0))
    }

    fn length(&self, characters: usize) -> f64 {
        let off = ((characters as f64 + NO_MATTER) / (self.best_length() + NO_MATTER)).ln();
        (-0.1 * off * off).exp()
    }

    fn local(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }

    fn cell(&self, at: Timestamp) -> usize {
        let local = self.local(at);
        let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
        day * 24 + usize::try_from(local.hour()).unwrap_or(0)
    }

    fn day(&self, at: Timestamp) -> u32 {
        let days = self.local(at).date().since((jiff::Unit::Day, BEGAN)).map_or(0, |span| span.get_days());
        u32::try_from(days).unwrap_or(0)
    }

    /// Days since the beginning, with their fraction; 0 before it.
    fn days(&self, at: Timestamp) -> f64 {
        let seconds = self.local(at).duration_since(BEGAN.to_datetime(jiff::civil::Time::midnight()));
        (seconds.as_secs_f64() / 86_400.0).max(0.0)
    }
}

/// Audiences that were asked for: drawing one takes longer than all that is asked of it.
static KNOWN: Mutex<BTreeMap<Whose, Arc<Audience>>> = Mutex::new(BTreeMap::new());

/// A persona's key, their followers at the start, and a network.
type Whose = (&'static str, u64, String);

impl Persona {
    /// Those who follow on this network: the same ones in every world.
    pub fn audience(&self, platform: &str) -> Arc<Audience> {
        let key = (self.key, self.followers(platform), platform.to_owned());
        let draw = || {
            let zone = TimeZone::get(self.zone).unwrap_or(TimeZone::UTC);
            Audience::seeded(self.number(platform, "audience"), self.followers(platform), zone)
        };
        Arc::clone(lock(&KNOWN).entry(key).or_insert_with(|| Arc::new(draw())))
    }

    /// How many follow on this network at a time.
    pub fn followers_at(&self, platform: &str, at: Timestamp) -> u64 {
        self.audience(platform).followers(at)
    }

    /// What a post of theirs on this network has got at a time.
    pub fn reaction(&self, platform: &str, piece: &Piece<'_>, at: Timestamp) -> Reaction {
        self.audience(platform).reaction(piece, at)
    }
}
