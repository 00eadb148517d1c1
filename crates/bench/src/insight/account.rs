//! An account that posts as people do: at its own usual hours, mostly the same kind of post, not at the best times.

use carillon_connectors::sandbox::Audience;
use carillon_connectors::sandbox::audience::{Kind, Piece};
use carillon_domain::id::Id;
use carillon_domain::insight::best_times::{Published, Week, WeekHour};
use carillon_domain::sync::schedule::Rhythm;
use carillon_domain::time::{ManualClock, SignedDuration, Timestamp};
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::dice::Dice;
use super::growth::{Grown, grown};

/// Where accounts live.
const ZONES: [&str; 6] =
    ["Europe/Dublin", "Europe/Athens", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo", "Africa/Lagos"];
/// By how much a network's count of who looks in an hour can be off.
const ACTIVITY_OFF: f64 = 0.3;
/// Age at which a post's numbers are taken.
const AGE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An account with an audience whose truth is known.
pub(super) struct Account {
    audience: Audience,
    zone: TimeZone,
    rhythm: Rhythm,
    dice: Dice,
    /// Decides how posts grow, so that who is told of it has the same posts as who is not.
    growth: Dice,
    seed: u64,
}

/// What it posted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct History {
    pub posts: Vec<Published>,
    /// How each of them grew.
    pub grown: Vec<Grown>,
}

impl Account {
    pub(super) fn draw(seed: u64) -> anyhow::Result<Self> {
        // Other numbers than those that the audience draws from the same seed.
        let dice = Dice::new(seed ^ 0x5e_ed0f_7e57);
        let zone = TimeZone::get(ZONES[dice.below(ZONES.len())])?;
        let followers = 10_f64.powf(2.7 + 2.3 * dice.share()) as u64;
        let growth = Dice::new(seed ^ 0x6_1043);
        let id = Id::new(&ManualClock::new(Timestamp::UNIX_EPOCH), &growth.0);
        let rhythm = Rhythm::new(zone.clone(), id, false);
        let audience = Audience::seeded(seed, followers, zone.clone());
        Ok(Self { audience, zone, rhythm, dice, growth, seed })
    }

    /// How much a post gets in each hour of the week.
    pub(super) fn truth(&self) -> &Week {
        self.audience.response()
    }

    /// How many of the audience look in each hour of the week, as networks tell: counted over a month, so not exactly.
    pub(super) fn activity(&self) -> Week {
        let near = || 1.0 + ACTIVITY_OFF * (self.dice.share() + self.dice.share() - 1.0);
        self.audience.activity().map(|here| here * near())
    }

    /// So many posts: some three a week, two of three near one of three usual hours, the others at any hour of the day.
    pub(super) fn history(&self, how_many: usize) -> anyhow::Result<History> {
        let usual = [(); 3].map(|()| 7 + self.dice.below(15));
        let main = Kind::ALL[self.dice.below(Kind::ALL.len())];
        let mut day = date(2025, 1, 6);
        let (mut posts, mut all) = (Vec::with_capacity(how_many), Vec::with_capacity(how_many));
        while posts.len() < how_many {
            day = day.saturating_add(jiff::Span::new().days(1));
            let free = day.weekday().to_monday_zero_offset() >= 5;
            if self.dice.share() > if free { 0.3 } else { 0.5 } {
                continue;
            }
            let hour = if self.dice.share() < 0.67 {
                (usual[self.dice.below(3)] + self.dice.below(3)).saturating_sub(1).min(23)
            } else {
                7 + self.dice.below(16)
            };
            let wall = day.at(i8::try_from(hour)?, i8::try_from(self.dice.below(60))?, 0, 0);
            let at = self.zone.to_ambiguous_timestamp(wall).compatible()?;
            let (post, grown) = self.post(posts.len(), at, main);
            posts.push(post);
            all.push(grown);
        }
        Ok(History { posts, grown: all })
    }

    fn post(&self, number: usize, at: Timestamp, main: Kind) -> (Published, Grown) {
        let kind = if self.dice.share() < 0.7 { main } else { Kind::ALL[self.dice.below(Kind::ALL.len())] };
        let characters = 10 + self.dice.below(40) * self.dice.below(12);
        let id = format!("{}-{number}", self.seed);
        let piece = Piece { id: &id, at, kind, characters };
        let got = self.audience.reaction(&piece, at + AGE);
        let grown = grown((&self.audience, &piece), (&self.rhythm, &self.zone), AGE, &self.growth);
        let post = Published {
            hour: WeekHour::at(at, &self.zone),
            engagements: got.engagements(),
            followers: Some(self.audience.followers(at)),
            kind: kind as u8,
        };
        (post, grown)
    }
}
