//! The server as its callers see it: the whole application in process, over its router.

mod access;
mod api;
mod asset_list;
mod browser;
mod calendar;
mod choosing;
mod compose;
mod connecting;
mod demo;
mod edges;
mod hangups;
mod library;
mod media;
mod openapi;
mod outcomes;
mod peers;
mod people;
mod process;
mod reading;
mod roles;
mod rotation;
mod secrets;
mod settings;
mod support;
mod tenants;
mod texts;
