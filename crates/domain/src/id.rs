//! Identifiers: UUIDv7 inside, TypeID outside (`post_01h455vb4pex5vsknk084sn02q`).
//!
//! A prefix in the text form makes it impossible to pass a media id where a post id is wanted without being told so.
//! Format: TypeID specification 0.3 (jetify-com/typeid), lower-case Crockford base32 of the 128 bits, 26 characters.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::time::{Clock, Entropy, Timestamp};

/// What an [`Id`] identifies; gives the prefix of its text form.
pub trait Kind {
    /// Text before the underscore, lower-case ASCII letters.
    const PREFIX: &'static str;
}

/// An identifier of one `K`, ordered by creation time.
pub struct Id<K: Kind> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

/// Why a text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseIdError {
    /// The prefix is missing or belongs to something else.
    #[error("An id that starts with `{expected}_` is expected here")]
    Prefix {
        /// The prefix that was wanted.
        expected: &'static str,
    },
    /// The part after the prefix is not 26 characters of Crockford base32 that fit 128 bits.
    #[error("This is not a whole id: `{expected}_` is followed by 26 letters and digits. Copy all of it")]
    Suffix {
        /// The prefix that was wanted.
        expected: &'static str,
    },
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl<K: Kind> Id<K> {
    /// A new id, stamped with the clock's time.
    pub fn new(clock: &dyn Clock, entropy: &dyn Entropy) -> Self {
        let mut random = [0u8; 10];
        entropy.fill(&mut random);
        let millis = u64::try_from(clock.now().as_millisecond()).unwrap_or(0);
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// What no id that was made at this time or later lies before, by its millisecond; to look for things by the time of their making.
    pub fn earliest(at: Timestamp) -> Self {
        let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
        Self::from_uuid(Uuid::from_u128(u128::from(millis) << 80))
    }

    /// The id with these 128 bits.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, kind: PhantomData }
    }

    /// The 128 bits, as kept in the database.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<K: Kind> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K: Kind> Copy for Id<K> {}
impl<K: Kind> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<K: Kind> Eq for Id<K> {}
impl<K: Kind> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K: Kind> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<K: Kind> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bits = self.uuid.as_u128();
        let mut out = [0u8; 26];
        for slot in out.iter_mut().rev() {
            *slot = ALPHABET[(bits & 31) as usize];
            bits >>= 5;
        }
        write!(f, "{}_{}", K::PREFIX, String::from_utf8_lossy(&out))
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let expected = K::PREFIX;
        let suffix = text
            .strip_prefix(expected)
            .and_then(|rest| rest.strip_prefix('_'))
            .ok_or(ParseIdError::Prefix { expected })?;
        // 26 × 5 = 130 bits, so the first character may only carry three.
        if suffix.len() != 26 || suffix.as_bytes()[0] > b'7' {
            return Err(ParseIdError::Suffix { expected });
        }
        let mut bits: u128 = 0;
        for byte in suffix.bytes() {
            let digit = ALPHABET.iter().position(|a| *a == byte).ok_or(ParseIdError::Suffix { expected })?;
            bits = (bits << 5) | digit as u128;
        }
        Ok(Self::from_uuid(Uuid::from_u128(bits)))
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $alias:ident = $kind:ident($prefix:literal);)*) => {$(
        #[doc = concat!("Marker of [`", stringify!($alias), "`].")]
        pub enum $kind {}
        impl Kind for $kind {
            const PREFIX: &'static str = $prefix;
        }
        $(#[$doc])*
        pub type $alias = Id<$kind>;
    )*};
}

ids! {
    /// The tenant.
    WorkspaceId = WorkspaceKind("ws");
    /// A person who can sign in.
    UserId = UserKind("user");
    /// One browser session of a user.
    SessionId = SessionKind("sess");
    /// An API token of a workspace.
    TokenId = TokenKind("tok");
    /// One login at a network, with its sealed tokens; several accounts may hang under it.
    GrantId = GrantKind("grant");
    /// An attempt at connecting accounts, from the first redirect to its end.
    ConnectId = ConnectKind("conn");
    /// A connected account.
    AccountId = AccountKind("acct");
    /// A file in the library.
    MediaId = MediaKindId("media");
    /// What somebody composed.
    PostId = PostKindId("post");
    /// A post on one account.
    PublicationId = PublicationKind("pub");
    /// One try to publish a publication.
    AttemptId = AttemptKind("att");
    /// A unit of background work.
    JobId = JobKind("job");
    /// One fetch of numbers.
    SyncRunId = SyncRunKind("sync");
    /// A post found on an account, made by us or not.
    RemotePostId = RemotePostKind("rpost");
    /// When a report goes out by itself.
    ReportScheduleId = ReportScheduleKind("rsched");
    /// A report that went out by itself.
    SentReportId = SentReportKind("report");
    /// Posts that come again and again.
    SeriesId = SeriesKind("series");
    /// A text that a workspace keeps for its posts.
    TextId = TextKindId("text");
    /// Something that needs a person.
    NoticeId = NoticeKindId("notice");
    /// A file of posts that somebody took in.
    PostImportId = PostImportKind("import");
    /// A note on days of the calendar.
    NoteId = NoteKind("note");
    /// A list of holidays.
    HolidayListId = HolidayListKind("hols");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_form_round_trips(bits: u128) {
            let id = PostId::from_uuid(Uuid::from_u128(bits));
            prop_assert_eq!(id.to_string().parse::<PostId>(), Ok(id));
        }
        #[test]
        fn any_text_parses_or_is_refused_without_panic(text in ".{0,40}") {
            let _ = text.parse::<PostId>();
        }
    }

    #[test]
    fn known_vector_of_the_specification() {
        let uuid: Uuid = "01890a5d-ac96-774b-bcce-b302099a8057".parse().expect("uuid");
        assert_eq!(PostId::from_uuid(uuid).to_string(), "post_01h455vb4pex5vsknk084sn02q");
    }

    #[test]
    fn another_kind_is_refused() {
        let id = MediaId::from_uuid(Uuid::from_u128(7)).to_string();
        assert_eq!(id.parse::<PostId>(), Err(ParseIdError::Prefix { expected: "post" }));
    }
}
