//! From settings to an engine.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use carillon_connectors::Registry;
use carillon_connectors::contract::connector::Descriptor;
use carillon_connectors::contract::cx::PlatformSettings;
use carillon_connectors::kit::http::{Http, Transport};
use carillon_domain::time::{Clock, Entropy};
use carillon_engine::Engine;
use carillon_engine::events::Events;
use carillon_engine::mail::Mailer;
use carillon_engine::media::{Library, LibraryParts, LinkKey, MediaLimits, S3Settings, Storage, Tools};
use carillon_engine::networks::{Networks, Switches};
use carillon_engine::publish::Clerk;
use carillon_engine::timing::Timing;
use carillon_engine::usecase::analytics::Estimates;
use carillon_engine::usecase::link_cards::LinkCards;
use carillon_store::seal::{KeyRing, Sealer};
use carillon_store::{Db, StoreError, backup};
use tokio::sync::Notify;
use url::Url;

use crate::mail::Letters;
use crate::settings::{self, Features, Platform, Settings, SettingsError};

/// What comes from outside: in production the real world, in tests what the test decides.
pub struct World {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The way to the networks.
    pub transport: Arc<dyn Transport>,
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// A setting can't be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database or the keys can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The engine that these settings describe.
///
/// # Errors
/// [`ComposeError`], with the setting's name where it is the cause.
pub async fn engine(settings: &Settings, db: Db, world: World) -> Result<Engine, ComposeError> {
    let World { clock, entropy, transport } = world;
    let sealer = sealer(settings, &db, clock.as_ref(), entropy.as_ref()).await?;
    let library = library(settings, db.clone(), clock.clone(), entropy.clone(), &sealer)?;
    let http = Http::new(transport, clock.clone());
    let restored_at = backup::restored_at(&db, clock.now()).await?;
    if let Some(at) = restored_at {
        tracing::info!(%at, "this database was put back from a copy; what was due before that waits for a person");
    }
    let mailer = Letters::new(settings, clock.clone())?.map(|letters| Arc::new(letters) as Arc<dyn Mailer>);
    Ok(Engine {
        networks: networks(settings, http)?,
        clerk: Clerk::new(db.clone()),
        db,
        clock,
        events: Events::new(entropy.as_ref()),
        entropy,
        sealer: Arc::new(sealer),
        library,
        mailer,
        estimates: Estimates::default(),
        link_cards: LinkCards::default(),
        wake: Arc::new(Notify::new()),
        retry: settings.publishing.retry(),
        timing: Timing { restored_at, ..settings.publishing.timing()? },
    })
}

/// What seals and opens secrets of this installation.
///
/// # Errors
/// When there is no usable key, or the database fails.
pub async fn sealer(
    settings: &Settings,
    db: &Db,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Sealer, ComposeError> {
    Ok(Sealer::load(db, key_ring(settings, entropy)?, clock, entropy).await?)
}

/// The keys of the settings, else those of the key file in the data folder, which is made when it is missing.
fn key_ring(settings: &Settings, entropy: &dyn Entropy) -> Result<KeyRing, ComposeError> {
    match given_keys(settings)? {
        Some(ring) => Ok(ring),
        None => Ok(KeyRing::from_folder(&settings.server.data, entropy)?),
    }
}

/// The keys of the settings, when there are any. Every command asks first, before it makes anything on disk.
///
/// # Errors
/// When they are malformed.
pub fn given_keys(settings: &Settings) -> Result<Option<KeyRing>, SettingsError> {
    let given = &settings.secrets.encryption_key;
    if given.is_empty() {
        return Ok(None);
    }
    KeyRing::parse(given).map(Some).map_err(|error| {
        let message = error.to_string();
        SettingsError::Value { setting: "secrets.encryption_key".into(), from: None, message }
    })
}

fn networks(settings: &Settings, http: Http) -> Result<Networks, SettingsError> {
    let mut by_name = BTreeMap::new();
    let mut networks_off = Vec::new();
    for (name, platform) in &settings.platforms {
        let Some(connector) = Registry.get(name) else {
            let known: Vec<&str> = Registry.all().iter().map(|c| c.descriptor().name).collect();
            return Err(unknown(format!("platforms.{name}"), &known));
        };
        by_name.insert(name.clone(), platform_settings(connector.descriptor(), platform)?);
        if platform.enabled == Some(false) {
            networks_off.push(name.clone());
        }
    }
    let public_url = settings.public_url();
    let public_url = Url::parse(&public_url).map_err(|e| SettingsError::Value {
        setting: "server.public_url".into(),
        from: None,
        message: e.to_string(),
    })?;
    let Features { reading, scheduled_reading: schedule, webhooks, .. } = settings.features;
    let switches = Switches { networks_off, reading, schedule, webhooks };
    Ok(Networks::new(Registry, by_name, switches, http, public_url))
}

/// Sorts what the operator wrote into plain and secret values, and refuses keys that the connector does not know.
fn platform_settings(
    descriptor: &Descriptor,
    platform: &Platform,
) -> Result<PlatformSettings, SettingsError> {
    let mut sorted = PlatformSettings::default();
    for (key, value) in platform.values() {
        let endpoint = descriptor.endpoints.iter().any(|e| e.key == key);
        let setting = descriptor.settings.iter().find(|s| s.key == key);
        if let Some(message) = setting.and_then(|s| s.accepts.refuses(value.expose())) {
            let setting = format!("platforms.{}.{key}", descriptor.name);
            return Err(SettingsError::Value { setting, from: None, message });
        }
        match setting {
            Some(setting) if setting.secret => drop(sorted.secrets.insert(key.to_owned(), value)),
            Some(_) => drop(sorted.values.insert(key.to_owned(), value.expose().to_owned())),
            None if endpoint => drop(sorted.values.insert(key.to_owned(), value.expose().to_owned())),
            None => {
                let known = descriptor.endpoints.iter().map(|e| e.key);
                let known: Vec<&str> = known.chain(descriptor.settings.iter().map(|s| s.key)).collect();
                return Err(unknown(format!("platforms.{}.{key}", descriptor.name), &known));
            }
        }
    }
    Ok(sorted)
}

fn unknown(setting: String, known: &[&str]) -> SettingsError {
    SettingsError::Unknown { setting, from: None, hint: format!("Known here: {}.", known.join(", ")) }
}

/// The library, in the folder or bucket of the settings.
fn library(
    settings: &Settings,
    db: Db,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    sealer: &Sealer,
) -> Result<Library, ComposeError> {
    let media = &settings.media;
    let defaults = MediaLimits::default();
    // Only an address that the operator named is one that networks may be able to reach.
    let named = !settings.server.public_url.is_empty();
    let public_url = named.then(|| Url::parse(&settings.server.public_url).ok()).flatten();
    Ok(Library::new(LibraryParts {
        db,
        clock,
        entropy,
        storage: storage(settings)?,
        links: LinkKey::derive(sealer.derive("media links").as_slice()),
        public_url,
        limits: MediaLimits {
            video_bytes: media.max_bytes,
            image_bytes: media.max_image_bytes,
            image_pixels: defaults.image_pixels,
        },
        tools: tools(&media.ffmpeg)?,
    }))
}

/// The programs for videos, with the `ffmpeg` of the settings.
fn tools(ffmpeg: &str) -> Result<Tools, SettingsError> {
    let tools = Tools::on_path(std::env::var_os("PATH").as_deref());
    match ffmpeg {
        "" => Ok(tools),
        "off" => Ok(Tools { ffmpeg: None, ..tools }),
        path if Path::new(path).is_file() => Ok(Tools { ffmpeg: Some(path.into()), ..tools }),
        path => {
            let message =
                format!("there is no program {path}; give its whole path, leave it empty, or write off.");
            Err(SettingsError::Value { setting: "media.ffmpeg".into(), from: None, message })
        }
    }
}

fn storage(settings: &Settings) -> Result<Storage, ComposeError> {
    let media = &settings.media;
    let scratch = settings.server.data.join("scratch");
    let opened = if media.storage.is_empty() {
        Storage::local(&settings.server.data.join("media"), &scratch)
    } else {
        Storage::s3(&bucket(media)?, &scratch)
    };
    opened.map_err(|error| {
        let message = match std::error::Error::source(&error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        };
        SettingsError::Value { setting: "media.storage".into(), from: None, message }.into()
    })
}

/// `s3://bucket/prefix`
fn bucket(media: &settings::Media) -> Result<S3Settings, SettingsError> {
    let rest = media.storage.strip_prefix("s3://").filter(|rest| !rest.is_empty() && !rest.starts_with('/'));
    let Some(rest) = rest else {
        return Err(SettingsError::Value {
            setting: "media.storage".into(),
            from: None,
            message: "write s3://bucket or s3://bucket/prefix, or leave it empty for the data folder.".into(),
        });
    };
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    Ok(S3Settings {
        bucket: bucket.to_owned(),
        prefix: prefix.trim_matches('/').to_owned(),
        endpoint: Some(media.s3_endpoint.clone()).filter(|e| !e.is_empty()),
        region: media.s3_region.clone(),
        access_key_id: media.s3_access_key_id.clone(),
        secret_access_key: media.s3_secret_access_key.clone(),
    })
}
