//! How somebody connects on a bench.

use url::Url;

/// How to connect.
#[derive(Debug, Clone, Default)]
pub struct Connect<'a> {
    /// Who signs in.
    pub persona: &'a str,
    /// At which server, for networks of many; by default the sandbox's first.
    pub server: Option<Url>,
    /// With which flavour; by default the first.
    pub flavour: Option<&'a str>,
    /// Refuse at the consent page (or give a wrong password).
    pub refuse: bool,
}

impl<'a> Connect<'a> {
    /// Signs in as this persona and agrees.
    pub fn as_persona(persona: &'a str) -> Self {
        Self { persona, ..Self::default() }
    }

    /// Signs in as this persona and refuses.
    pub fn refusing(persona: &'a str) -> Self {
        Self { persona, refuse: true, ..Self::default() }
    }

    /// At this server.
    #[must_use]
    pub fn server(mut self, server: &str) -> Self {
        self.server = Some(Url::parse(server).unwrap_or_else(|error| panic!("{server}: {error}")));
        self
    }

    /// With this flavour.
    #[must_use]
    pub fn flavour(mut self, flavour: &'a str) -> Self {
        self.flavour = Some(flavour);
        self
    }
}
