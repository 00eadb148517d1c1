//! Places that can be tagged.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::{pick, requested};
use super::grant;
use super::nodes::Call;
use super::people::place_id;
use super::quota;
use super::state::Deed;

/// A place.
pub(super) struct Place {
    number: u64,
    name: &'static str,
    address: &'static str,
    city: &'static str,
    country: &'static str,
    postal_code: &'static str,
    at: (f64, f64),
}

const ALL: &[Place] = &[
    Place {
        number: 1,
        name: "Menlo Park",
        address: "1 Hacker Way",
        city: "Menlo Park",
        country: "USA",
        postal_code: "94025",
        at: (37.483_75, -122.148_92),
    },
    Place {
        number: 2,
        name: "Bryggen",
        address: "Bryggen 1",
        city: "Bergen",
        country: "Norway",
        postal_code: "5003",
        at: (60.397_5, 5.323_6),
    },
];

/// What comes of a place without `fields`.
const DEFAULT: &[&str] = &["id", "name"];
/// Degrees within which a place is near.
const NEAR: f64 = 0.5;

impl Place {
    fn fields(&self) -> [(&'static str, Value); 8] {
        [
            ("id", json!(place_id(self.number))),
            ("name", json!(self.name)),
            ("address", json!(self.address)),
            ("city", json!(self.city)),
            ("country", json!(self.country)),
            ("latitude", json!(self.at.0)),
            ("longitude", json!(self.at.1)),
            ("postal_code", json!(self.postal_code)),
        ]
    }

    /// The place as a field of a post.
    pub(super) fn shown(&self) -> Value {
        Value::Object(self.fields().map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
    }
}

/// The place with this id.
pub(super) fn find(id: &str) -> Option<&'static Place> {
    ALL.iter().find(|place| place_id(place.number) == id)
}

/// `GET /{location}`
pub(super) fn read(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(grant::PLACES)?;
    let place = find(call.node).ok_or_else(|| Refusal::missing(call.node, "get"))?;
    pick("ThreadsLocation", &requested(call.params, DEFAULT)?, &place.fields())
}

/// `GET /location_search`: by words, by coordinates, or by both; in one page.
pub(super) fn search(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(grant::PLACES)?;
    call.only(&["q", "latitude", "longitude"])?;
    let number = |name: &str| match call.params.filled(name) {
        None => Ok(None),
        Some(text) => text
            .parse::<f64>()
            .map(Some)
            .map_err(|_| Refusal::parameter(format!("Param {name} must be a number"))),
    };
    let words = call.params.filled("q").map(str::to_lowercase);
    let at = number("latitude")?.zip(number("longitude")?);
    if words.is_none() && at.is_none() {
        return Err(Refusal::parameter("The parameter q, or latitude and longitude, are required"));
    }
    let fields = requested(call.params, DEFAULT)?;
    quota::spend(call, Deed::FindPlace)?;
    let near = |place: &Place, (latitude, longitude): (f64, f64)| {
        (place.at.0 - latitude).abs() <= NEAR && (place.at.1 - longitude).abs() <= NEAR
    };
    let named =
        |place: &Place, words: &str| format!("{} {}", place.name, place.city).to_lowercase().contains(words);
    let hits = ALL.iter().filter(|place| {
        at.is_none_or(|at| near(place, at)) && words.as_deref().is_none_or(|words| named(place, words))
    });
    let data = hits.map(|place| pick("ThreadsLocation", &fields, &place.fields()));
    Ok(json!({ "data": data.collect::<Result<Vec<_>, _>>()? }))
}
