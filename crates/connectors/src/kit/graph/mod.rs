//! What all platforms behind Meta's Graph API share: calls with a token, bodies, the judging of errors, the Facebook login.
//!
//! | module | for |
//! |---|---|
//! | [`client`] | [`Client`](client::Client): a Graph host with a token; lists, times, `appsecret_proof` |
//! | [`hooks`] | what Meta sends: handshake, signed events, withdrawals |
//! | [`insights`] | [`Question`](insights::Question): numbers for the owner, asked for in groups; their forms → observations |
//! | [`judge`] | [`Network`](judge::Network) with its table of codes; an answer, or none, → `ConnectorError` |
//! | [`look`] | looking for a commit whose fate is open: comparing texts, when to look again |
//! | [`login`] | code → short-lived → long-lived user token → the Pages under it |
//! | [`numbers`] | numbers as these hosts give them |
//! | [`own`] | Instagram's and Threads' own logins: code → token of an hour → of 60 days |
//! | [`upload`] | a file to rupload |
//! | [`video`] | the rules that videos share on Instagram and Threads |
//! | [`wire`] | bodies that look the same on all Graph hosts |
//!
//! Fact sheets: Graph API documentation (copies of 2025-2026) and the v25/v26 node specifications of Meta's own SDKs.

pub mod client;
pub mod hooks;
pub mod insights;
pub mod judge;
pub mod login;
pub mod look;
#[cfg(test)]
pub mod nodes;
pub mod numbers;
pub mod own;
pub mod upload;
pub mod video;
pub mod wire;

/// The version of the Graph API that all calls were written for. Source: Graph API - Changelog, versions.
pub const VERSION: &str = "v26.0";
