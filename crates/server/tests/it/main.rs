//! The server as its callers see it: the whole application in process, over its router.

mod asset_list;
mod edges;
mod openapi;
mod settings;
mod support;
mod texts;
