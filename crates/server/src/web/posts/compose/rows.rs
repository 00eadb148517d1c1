//! Rows of the form: the parts of a thread, and the accounts.

use super::options::OptionRow;
use crate::web::components::Face;
use crate::web::library::Tile;
use crate::web::said::Said;

/// A further part in the form.
#[derive(Default)]
pub struct PartForm {
    /// Its text.
    pub text: String,
    /// Its files.
    pub media: Vec<Tile>,
    /// What is wrong with it.
    pub error: Option<Said>,
}

/// An account that can be chosen, and what is its own.
pub struct AccountChoice {
    /// Its id.
    pub id: String,
    /// Its picture.
    pub face: Face,
    /// Its name.
    pub name: String,
    /// Its handle.
    pub handle: String,
    /// The network's name.
    pub network: &'static str,
    /// It is chosen.
    pub chosen: bool,
    /// It can be chosen.
    pub usable: bool,
    /// A text of its own.
    pub text: String,
    /// It has files of its own.
    pub own_media: bool,
    /// The name under which its own files are sent.
    pub media_name: String,
    /// Its own files.
    pub media: Vec<Tile>,
    /// Minutes and seconds, where the account has a limit of its own.
    pub longest_video: Option<String>,
    /// Options of the network.
    pub options: Vec<OptionRow>,
    /// Something is its own.
    pub is_own: bool,
    /// What is wrong with what is its own.
    pub trouble: Vec<Said>,
}
