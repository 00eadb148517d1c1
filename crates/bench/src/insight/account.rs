//! An account that posts as people do: at its own usual hours, mostly the same kind of post, not at the best times.

use carillon_connectors::sandbox::Audience;
use carillon_connectors::sandbox::audience::{Kind, Piece};
use carillon_domain::insight::best_times::{Published, Week, WeekHour};
use carillon_domain::time::{SeededEntropy, SignedDuration, Timestamp, random_bytes};
use jiff::civil::date;
use jiff::tz::TimeZone;

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
    dice: Dice,
    seed: u64,
}

impl Account {
    pub(super) fn draw(seed: u64) -> anyhow::Result<Self> {
        // Other numbers than those that the audience draws from the same seed.
        let dice = Dice(SeededEntropy::new(seed ^ 0x5e_ed0f_7e57));
        let zone = TimeZone::get(ZONES[dice.below(ZONES.len())])?;
        let followers = 10_f64.powf(2.7 + 2.3 * dice.share()) as u64;
        Ok(Self { audience: Audience::seeded(seed, followers, zone.clone()), zone, dice, seed })
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
    pub(super) fn posts(&self, how_many: usize) -> anyhow::Result<Vec<Published>> {
        let usual = [(); 3].map(|()| 7 + self.dice.below(15));
        let main = Kind::ALL[self.dice.below(Kind::ALL.len())];
        let mut day = date(2025, 1, 6);
        let mut posts = Vec::with_capacity(how_many);
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
            posts.push(self.post(posts.len(), at, main));
        }
        Ok(posts)
    }

    fn post(&self, number: usize, at: Timestamp, main: Kind) -> Published {
        let kind = if self.dice.share() < 0.7 { main } else { Kind::ALL[self.dice.below(Kind::ALL.len())] };
        let characters = 10 + self.dice.below(40) * self.dice.below(12);
        let id = format!("{}-{number}", self.seed);
        let got = self.audience.reaction(&Piece { id: &id, at, kind, characters }, at + AGE);
        Published {
            hour: WeekHour::at(at, &self.zone),
            engagements: got.engagements(),
            followers: Some(self.audience.followers(at)),
            kind: kind as u8,
        }
    }
}

struct Dice(SeededEntropy);

impl Dice {
    fn below(&self, end: usize) -> usize {
        (u64::from_le_bytes(random_bytes(&self.0)) % end as u64) as usize
    }

    fn share(&self) -> f64 {
        self.below(1 << 30) as f64 / f64::from(1 << 30)
    }
}
