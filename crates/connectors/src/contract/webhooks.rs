//! What a network sends to us by itself.
//!
//! - Nothing is believed that is not signed with a secret that only the network and this installation know.
//! - An event makes Carillon look earlier than it would have; what counts is what the network answers then. So an event that is
//!   lost, late, repeated or out of order changes no result. The one thing that is believed by itself is that a person took their
//!   consent back.
//! - Reading an event is pure: no call, no database. Networks give us a few seconds, and what they sent is worth nothing if our own
//!   work on it fails.

use bytes::Bytes;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, Method, StatusCode};

use super::cx::PlatformSettings;

/// Which of an installation's addresses the network called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// Events, and the handshake before them: `/webhooks/{platform}`.
    Events,
    /// A person removed the app: `/webhooks/{platform}/deauthorize`.
    Deauthorize,
    /// A person wants what the app holds of them deleted: `/webhooks/{platform}/data-deletion`.
    DataDeletion,
}

/// A request of somebody who says to be the network.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Where it arrived.
    pub address: Address,
    /// `GET` or `POST`.
    pub method: Method,
    /// The query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it arrived: signatures are over its bytes.
    pub body: Bytes,
}

impl Incoming {
    /// A question, for tests.
    #[cfg(any(test, feature = "test-support"))]
    pub fn question(query: &[(&str, &str)]) -> Self {
        let query = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let (address, method) = (Address::Events, Method::GET);
        Self { address, method, query, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A delivery with one header, for tests.
    #[cfg(any(test, feature = "test-support"))]
    pub fn delivery(address: Address, header: (&'static str, &str), body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        if let Ok(value) = header.1.parse() {
            headers.insert(header.0, value);
        }
        Self { address, method: Method::POST, query: Vec::new(), headers, body: body.into() }
    }

    /// The first value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A header that is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// What is at hand for reading a request.
#[derive(Debug, Clone, Copy)]
pub struct HookCx<'a> {
    /// The operator's settings, with the secrets that signatures are checked with.
    pub settings: &'a PlatformSettings,
    /// Now; some signatures are good for minutes only.
    pub now: Timestamp,
}

/// What a request turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The network asks whether we are who its operator says.
    Handshake(Answer),
    /// Something happened. It is answered with 200 and nothing in it.
    Events(Vec<Event>),
    /// Somebody took their consent back.
    Withdrawn(Withdrawal),
}

/// How a handshake is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Media type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl Answer {
    /// Plain text.
    pub fn text(body: impl Into<String>) -> Self {
        Self { content_type: "text/plain", body: body.into() }
    }
}

/// Something that happened at one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The network's id of the account.
    pub remote_id: String,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// There is something new to read: posts, comments, reactions, the profile.
    Changed,
    /// The network is done with something that it was given to publish, well or badly.
    Processed,
    /// The account no longer lets us in, since then.
    Removed(Timestamp),
}

/// A person's withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// The person as the app knows them, with the app: one text for all networks that one app serves.
    pub person: String,
    /// The account, where the person is the account: logins from when nobody noted the person are found by it.
    pub remote_id: Option<String>,
    /// When they did it. A login after that stands.
    pub at: Timestamp,
    /// Everything that is held of them is to be deleted, not only their tokens.
    pub erase: bool,
}

/// Why a request is not listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Deaf {
    /// The operator has not given the secret that would prove the request.
    #[error("the setting `{0}` is not there, so that nothing can be believed that arrives here")]
    NotSetUp(&'static str),
    /// The proof is missing or wrong.
    #[error("the signature is missing or wrong")]
    Forged,
    /// The proof is right, but what is said can't be read.
    #[error("the request can't be read")]
    Unreadable,
    /// The network sends nothing to this address.
    #[error("nothing is sent here")]
    NoSuchAddress,
}

/// Reads what a network sends.
pub trait Webhooks: Send + Sync {
    /// Checks who sent it, then what it says. Events of kinds that nobody needs are left out.
    ///
    /// # Errors
    /// [`Deaf`].
    fn hear(&self, cx: HookCx<'_>, incoming: &Incoming) -> Result<Heard, Deaf>;

    /// The header with the proof of a delivery of events, in small letters. What comes without it is not even read.
    fn signature_header(&self) -> &'static str;

    /// How a forged delivery is answered. Some networks want to hear that all is well even then.
    fn refusal(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    /// Whether the network calls [`Address::Deauthorize`] and [`Address::DataDeletion`].
    fn tells_withdrawals(&self) -> bool {
        false
    }
}
