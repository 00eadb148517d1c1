//! What people and programs can ask for. Each use case takes the [`Actor`](crate::Actor) that asks.

pub mod accounts;
pub mod analytics;
pub mod budgets;
pub mod caps;
pub mod connect;
pub mod credentials;
pub mod exports;
pub mod health;
pub mod horizon;
pub mod insights;
mod link;
pub mod names;
pub mod notices;
pub mod post_files;
pub mod posts;
pub mod publications;
pub mod refresh;
pub mod release;
mod remote;
mod remote_delete;
pub mod remote_edit;
pub mod renditions;
pub mod report_schedules;
mod sending;
pub mod standing;
pub mod sync;
pub mod webhooks;
