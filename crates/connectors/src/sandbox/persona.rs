//! The people and brands that live in the sandbox. The same ones on every network, with numbers of their own on each.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// Somebody one can sign in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Persona {
    /// Stable key, lower-case ASCII letters: also the local part of handles.
    pub key: &'static str,
    /// Display name.
    pub name: &'static str,
    /// What they say about themselves.
    pub bio: &'static str,
    /// Where they live.
    pub place: &'static str,
    /// Time zone of that place, by which its audience's week is cut.
    pub zone: &'static str,
    /// A company or organisation rather than a person.
    pub brand: bool,
    /// Colour of the avatar, `#rrggbb`.
    pub color: &'static str,
    /// Rough size of the audience, from which each network's number is derived.
    reach: u32,
}

/// Those that pages show and offer, in a stable order.
pub const PERSONAS: &[Persona] = &[
    Persona {
        key: "marafields",
        name: "Mara Fields",
        bio: "Photographs coasts, mostly in bad weather. Prints on request.",
        place: "Galway",
        zone: "Europe/Dublin",
        brand: false,
        color: "#2f6f8f",
        reach: 18_400,
    },
    Persona {
        key: "theolund",
        name: "Theo Lund",
        bio: "Bread, slowly. One recipe a week, all failures included.",
        place: "Malmö",
        zone: "Europe/Stockholm",
        brand: false,
        color: "#a4572a",
        reach: 52_100,
    },
    Persona {
        key: "aishaokafor",
        name: "Aisha Okafor",
        bio: "Running coach. Couch to marathon without the shouting.",
        place: "Lagos",
        zone: "Africa/Lagos",
        brand: false,
        color: "#7a3e9d",
        reach: 131_000,
    },
    Persona {
        key: "nikospapadakis",
        name: "Nikos Papadakis",
        bio: "Repairs old synthesizers and plays them badly on purpose.",
        place: "Thessaloniki",
        zone: "Europe/Athens",
        brand: false,
        color: "#3d7a4f",
        reach: 4_300,
    },
    Persona {
        key: "harborlightcoffee",
        name: "Harbor Light Coffee",
        bio: "Small roastery on the quay. Open from six, closed when it's gone.",
        place: "Bergen",
        zone: "Europe/Oslo",
        brand: true,
        color: "#8a3b46",
        reach: 27_800,
    },
    Persona {
        key: "fernwehbikes",
        name: "Fernweh Bikes",
        bio: "Touring bicycles built to be repaired by the roadside.",
        place: "Freiburg",
        zone: "Europe/Berlin",
        brand: true,
        color: "#b07d12",
        reach: 73_500,
    },
];

/// How many people there are beside them, for measuring with many accounts.
pub const CROWD: usize = 260;

static OTHERS: LazyLock<Vec<Persona>> = LazyLock::new(|| (0..CROWD).filter_map(Persona::numbered).collect());

/// People beside [`PERSONAS`], always the same [`CROWD`]. They are brands, so that each has an account of every kind. No page shows or
/// offers them; who knows their keys can sign in as one of them.
pub fn crowd() -> &'static [Persona] {
    &OTHERS
}

/// Everybody who can have an account.
pub fn everybody() -> impl Iterator<Item = &'static Persona> {
    PERSONAS.iter().chain(crowd())
}

impl Persona {
    /// The persona with this key.
    pub fn find(key: &str) -> Option<&'static Self> {
        everybody().find(|p| p.key == key)
    }

    /// One of the crowd with this key.
    pub fn in_crowd(key: &str) -> Option<&'static Self> {
        crowd().iter().find(|p| p.key == key)
    }

    /// One of the crowd, made once and for all.
    fn numbered(number: usize) -> Option<Self> {
        let letter = |n: usize| u8::try_from(n % 26).ok().map(|n| char::from(b'a' + n));
        let (first, second) = (letter(number / 26)?, letter(number)?);
        Some(Self {
            key: format!("bell{first}{second}").leak(),
            name: format!("Bell {}{second}", first.to_ascii_uppercase()).leak(),
            bio: "Rings on the hour.",
            place: "Ghent",
            zone: "Europe/Brussels",
            brand: true,
            color: "#55606e",
            reach: 900 + 37 * u32::try_from(number).ok()?,
        })
    }

    /// A number that is the same for this persona, place and purpose in every world; for ids and made-up totals.
    pub fn number(&self, platform: &str, purpose: &str) -> u64 {
        let digest = Sha256::new()
            .chain_update(platform)
            .chain_update([0])
            .chain_update(self.key)
            .chain_update([0])
            .chain_update(purpose)
            .finalize();
        digest.iter().take(8).fold(0, |n, byte| (n << 8) | u64::from(*byte))
    }

    /// Followers at the start of 2024, on this network; [`Persona::followers_at`] knows how many there are at another time.
    pub fn followers(&self, platform: &str) -> u64 {
        let percent = 20 + self.number(platform, "followers") % 140;
        u64::from(self.reach) * percent / 100
    }

    /// Accounts followed, on this network.
    pub fn following(&self, platform: &str) -> u64 {
        80 + self.number(platform, "following") % 900
    }

    /// An e-mail address that can't exist.
    pub fn email(&self) -> String {
        format!("{}@example.com", self.key)
    }

    /// Two letters for the avatar.
    pub fn initials(&self) -> String {
        self.name.split_whitespace().filter_map(|w| w.chars().next()).take(2).collect()
    }

    /// A square picture.
    pub fn avatar_svg(&self) -> String {
        let turn = self.number("avatar", "turn") % 360;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 96 96\" width=\"96\" height=\"96\" role=\"img\" \
             aria-label=\"{name}\"><rect width=\"96\" height=\"96\" fill=\"{color}\"/><g fill=\"#fff\" \
             fill-opacity=\".14\" transform=\"rotate({turn} 48 48)\"><circle cx=\"20\" cy=\"26\" r=\"34\"/><rect x=\"52\" \
             y=\"40\" width=\"60\" height=\"60\" rx=\"14\"/></g><text x=\"48\" y=\"60\" text-anchor=\"middle\" \
             font-family=\"system-ui,sans-serif\" font-size=\"34\" font-weight=\"600\" fill=\"#fff\">{initials}</text></svg>",
            name = self.name,
            color = self.color,
            initials = self.initials(),
        )
    }
}
