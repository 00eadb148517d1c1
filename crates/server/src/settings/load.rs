//! Putting the layers together.

use std::collections::BTreeMap;
use std::path::PathBuf;

use config::{Config, ConfigError, Environment, File, FileFormat, Value, ValueKind};

use super::{DEFAULT, Settings};

/// Where settings come from, besides the default. All ambient things are given, so that tests can give their own.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// A file that must exist, from `--config` or `CARILLON_CONFIG`.
    pub file: Option<PathBuf>,
    /// A file that is read when it exists: `./carillon.toml`.
    pub fallback_file: Option<PathBuf>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Flags, as setting and value.
    pub flags: Vec<(&'static str, String)>,
}

impl Sources {
    /// Whether somebody gave this setting: by flag, in the environment, or in a file that they named.
    pub fn names(&self, setting: &str) -> bool {
        let variable = format!("{PREFIX}{}", setting.replace('.', "__").to_uppercase());
        self.flags.iter().any(|(name, _)| *name == setting)
            || self.env.get(&variable).is_some_and(|value| !value.is_empty())
            || self.file.as_ref().is_some_and(|path| {
                let file = File::from(path.as_path()).format(FileFormat::Toml);
                let read = Config::builder().add_source(file).build();
                read.is_ok_and(|config| config.get::<Value>(setting).is_ok())
            })
    }
}

/// Why the settings can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A section or key that does not exist.
    #[error("There is no setting `{setting}`{}. {hint}", origin(.from))]
    Unknown {
        /// Dotted name.
        setting: String,
        /// File or environment.
        from: Option<String>,
        /// What to do.
        hint: String,
    },
    /// A value that can't be used.
    #[error("The setting `{setting}`{} has a value that can't be used: {message}", origin(.from))]
    Value {
        /// Dotted name.
        setting: String,
        /// File or environment.
        from: Option<String>,
        /// What is wrong with it.
        message: String,
    },
    /// A file that can't be read or is not TOML.
    #[error("The settings can't be read: {0}")]
    Read(String),
}

fn origin(from: &Option<String>) -> String {
    from.as_ref().map(|f| format!(" (from {f})")).unwrap_or_default()
}

const PREFIX: &str = "CARILLON_";
/// The one variable without a section; it has been in every guide, so it stays.
const KEY_ALIAS: &str = "CARILLON_ENCRYPTION_KEY";

pub(super) fn load(sources: &Sources) -> Result<Settings, SettingsError> {
    let mut builder = Config::builder().add_source(File::from_str(DEFAULT, FileFormat::Toml));
    if let Some(path) = &sources.file {
        builder = builder.add_source(File::from(path.as_path()).format(FileFormat::Toml));
    } else if let Some(path) = &sources.fallback_file {
        builder = builder.add_source(File::from(path.as_path()).format(FileFormat::Toml).required(false));
    }
    // Names without a section are left alone: container platforms put such variables (CARILLON_SERVICE_HOST) there.
    let in_section = |name: &&String| name.starts_with(PREFIX) && name.contains("__");
    let variables = sources.env.iter().filter(|(name, _)| in_section(name));
    builder = builder.add_source(
        Environment::with_prefix("CARILLON")
            .prefix_separator("_")
            .separator("__")
            .ignore_empty(true)
            .source(Some(variables.map(|(k, v)| (k.clone(), v.clone())).collect())),
    );
    let alias = sources.env.get(KEY_ALIAS).filter(|v| !v.is_empty());
    let flags = sources.flags.iter().map(|(name, value)| (*name, value.clone()));
    for (name, value) in alias.map(|v| ("secrets.encryption_key", v.clone())).into_iter().chain(flags) {
        builder = builder.set_override(name, value).map_err(read_error)?;
    }
    let config = builder.build().map_err(read_error)?;
    refuse_unknown(&config)?;
    config.clone().try_deserialize().map_err(|error| value_error(&error, &config))
}

/// Compares every key with those of the default file.
fn refuse_unknown(config: &Config) -> Result<(), SettingsError> {
    let known: toml::Table = toml::from_str(DEFAULT).map_err(|e| SettingsError::Read(e.to_string()))?;
    let sections = tables(&config.cache);
    for (section, value) in &sections {
        let Some(keys) = known.get(section).and_then(toml::Value::as_table) else {
            return Err(unknown(section, value, known.keys()));
        };
        let ValueKind::Table(given) = &value.kind else {
            return Err(SettingsError::Value {
                setting: section.clone(),
                from: from(value),
                message: "it is a section, not a single value".into(),
            });
        };
        for (key, value) in given {
            let name = format!("{section}.{key}");
            if section == "platforms" {
                if !matches!(value.kind, ValueKind::Table(_)) {
                    let message = "it is a section, one for each network: [platforms.<name>]".into();
                    return Err(SettingsError::Value { setting: name, from: from(value), message });
                }
            } else if !keys.contains_key(key) {
                return Err(unknown(&name, value, keys.keys()));
            }
        }
    }
    Ok(())
}

fn tables(value: &Value) -> BTreeMap<String, Value> {
    match &value.kind {
        ValueKind::Table(table) => table.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        _ => BTreeMap::new(),
    }
}

fn unknown<'a>(setting: &str, value: &Value, known: impl Iterator<Item = &'a String>) -> SettingsError {
    let names = known.map(String::as_str).collect::<Vec<_>>().join(", ");
    SettingsError::Unknown {
        setting: setting.to_owned(),
        from: first_origin(value),
        hint: format!("Known here: {names}."),
    }
}

fn from(value: &Value) -> Option<String> {
    value.origin().map(str::to_owned)
}

/// Where a value, or the first value inside a section, was written.
fn first_origin(value: &Value) -> Option<String> {
    from(value).or_else(|| match &value.kind {
        ValueKind::Table(table) => table.values().find_map(first_origin),
        _ => None,
    })
}

fn read_error(error: ConfigError) -> SettingsError {
    SettingsError::Read(error.to_string())
}

fn value_error(error: &ConfigError, config: &Config) -> SettingsError {
    let (setting, message) = match error {
        ConfigError::At { error, key, .. } => (key.clone(), error.to_string()),
        ConfigError::Type { unexpected, expected, key, .. } => {
            (key.clone(), format!("it is {unexpected}, but should be {expected}"))
        }
        other => (None, other.to_string()),
    };
    let setting = setting.unwrap_or_else(|| "unknown".into());
    let value = config.get::<Value>(&setting).ok();
    SettingsError::Value { from: value.as_ref().and_then(first_origin), setting, message }
}
