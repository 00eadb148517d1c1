//! What people do, in a real browser: the real binary with its sandbox, and Chromium.
//!
//! A test fails if a page of ours wrote an error to the console or broke its own content security policy, whatever else it
//! shows. Without `CARILLON_TEST_CHROMIUM` (the program) the tests say that they were skipped.

mod bad_input;
mod calendar;
mod chromium;
mod connect;
mod copies;
mod downloads;
mod edit;
mod feeds;
mod find;
mod going;
mod hearing;
mod import;
mod kept;
mod keyboard;
mod newcomer;
mod notes;
mod numbers;
mod outcomes;
mod page;
mod pages;
mod parts;
mod previews;
mod queue;
mod repeat;
mod schedule;
mod shelf;
mod slots;
mod splitting;
mod stage;
mod taking;
mod texts;
