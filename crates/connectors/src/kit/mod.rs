//! What connectors are built from.
//!
//! | module | for |
//! |---|---|
//! | [`http`] | [`Call`](http::Call) → [`Http::send`](http::Http::send) or [`commit`](http::Http::commit) → [`Reply`](http::Reply); layers: egress guard, retry of reads, budget, journal, metrics |
//! | [`errors`] | [`SendError`](http::SendError) → `ConnectorError`; `Retry-After` and reset headers |
//! | [`used_up`] | rate-limit headers → until when nothing more is taken |
//! | [`oauth`] | PKCE, state, authorize URLs, basic authentication; what a callback and a token endpoint bring |
//! | [`multipart`] | `multipart/form-data` with an exact length, streamed |
//! | [`seal`] | what must be kept in notes and is a secret, under a key made from the grant |
//! | [`upload`] | a library file whole or in chunks, never more than one chunk in memory; how often an upload may break |
//! | [`look`] | when to look again for what a lost call may have made public |
//! | [`server_url`] | what people type as their server → base URL |
//! | [`signature`] | what is signed with a shared secret |
//! | [`redact`] | takes secrets out of what is written down |
//! | [`graph`] | calls, errors and login of the platforms behind Meta's Graph API |
//! | [`egress`] | which addresses may be reached |
//! | [`budget`], [`gate`], [`journal`], [`pause`] | hooks that the engine fills in |
//! | [`wire`] | the transport over sockets; in tests [`InProcess`](crate::sandbox::InProcess) stands in for it |
//!
//! A connector writes
//! ```ignore
//! let call = Call::get("users.me", format!("{base}/2/users/me")).bearer(&cx.credential.access_token);
//! let reply = cx.http.send(call).await.map_err(|e| errors::from_send(PLATFORM, "users.me", Safety::Read, e))?;
//! ```

pub mod budget;
mod client;
mod direct;
pub mod document;
pub mod egress;
pub mod errors;
pub mod gate;
pub mod graph;
pub mod http;
pub mod journal;
pub mod look;
pub mod multipart;
pub mod oauth;
pub mod pause;
pub mod redact;
pub mod seal;
pub mod server_url;
pub mod signature;
pub mod upload;
pub mod used_up;
pub mod wire;

#[cfg(test)]
mod tests;
