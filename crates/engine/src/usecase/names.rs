//! How accounts and networks are called where people read of them: everywhere alike.

use crate::Engine;

/// A handle as people write it. Where members have none (LinkedIn), their name stands in its place, which nobody writes with an @.
pub fn handle(handle: &str) -> String {
    if handle.contains(char::is_whitespace) { handle.to_owned() } else { format!("@{handle}") }
}

/// A network's name as people know it; of one that is not there, what it was called by.
pub fn title<'a>(engine: &Engine, platform: &'a str) -> &'a str {
    engine.networks.connector(platform).map_or(platform, |connector| connector.descriptor().title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_handles_place_bears_no_sign() {
        assert_eq!(handle("marafields"), "@marafields");
        assert_eq!(handle("Mara Fields"), "Mara Fields");
    }
}
