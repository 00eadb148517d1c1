//! Text that must never be printed.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A token, password or key. It has no `Display`, its `Debug` shows nothing, and it is wiped when dropped.
///
/// Serialising it is possible only through [`Secret::serialize_exposed`], for what is about to be sealed.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes ownership of clear text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The clear text, for the one place that must send or seal it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether there is nothing in it. An empty value must never overwrite a stored secret.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// For `#[serde(serialize_with)]` on structures whose bytes are sealed before they are stored.
    pub fn serialize_exposed<S: Serializer>(value: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.expose())
    }

    /// The same for an optional secret.
    pub fn serialize_exposed_option<S: Serializer>(
        value: &Option<Self>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Self::expose).serialize(serializer)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}
