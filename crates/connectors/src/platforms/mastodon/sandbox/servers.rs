//! The kinds of servers that are played. Any name below `mastodon.localhost` is a server; a few are special.

use serde_json::{Value, json};

use crate::sandbox::Site;

/// How a server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A current Mastodon with the usual limits.
    Usual,
    /// A current Mastodon whose admins changed the limits.
    Roomy,
    /// A Mastodon before 4.0: no v2 instance, no PKCE, no metadata, forgets unused apps.
    Vintage,
    /// Other software with the same API, much like snac2: no idempotency, no question after media, no source, no page
    /// links, no rate limits, hex ids, empty error bodies.
    Deviant,
}

/// What a server allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub characters: usize,
    pub media: usize,
    pub image_bytes: u64,
    pub video_bytes: u64,
    pub description: usize,
    pub poll_options: usize,
    pub poll_option_characters: usize,
    pub poll_min_s: u64,
    pub poll_max_s: u64,
}

/// MIME types that uploads may have.
pub(super) const TYPES: &[&str] = &[
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/heic",
    "image/heif",
    "image/webp",
    "image/avif",
    "video/webm",
    "video/mp4",
    "video/quicktime",
    "video/ogg",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/flac",
    "audio/aac",
    "audio/mp4",
];

impl Kind {
    pub(super) fn of(site: &Site) -> Self {
        Self::of_host(&site.host)
    }

    /// Of a server by its name.
    pub(super) fn of_host(host: &str) -> Self {
        match host.split('.').next().unwrap_or_default() {
            "roomy" => Self::Roomy,
            "vintage" => Self::Vintage,
            "odd" => Self::Deviant,
            _ => Self::Usual,
        }
    }

    pub(super) fn rules(self) -> Rules {
        let usual = Rules {
            characters: 500,
            media: 4,
            image_bytes: 16_777_216,
            video_bytes: 103_809_024,
            description: 1_500,
            poll_options: 4,
            poll_option_characters: 50,
            poll_min_s: 300,
            poll_max_s: 2_629_746,
        };
        match self {
            Self::Usual | Self::Vintage => usual,
            Self::Roomy => {
                Rules { characters: 5_000, media: 8, poll_options: 8, poll_option_characters: 100, ..usual }
            }
            Self::Deviant => Rules { characters: 100_000, ..usual },
        }
    }

    fn version(self) -> &'static str {
        match self {
            Self::Usual => "4.5.2",
            Self::Roomy => "4.5.2+roomy",
            Self::Vintage => "3.5.19",
            Self::Deviant => "4.0.0 (not true; really snac/2.75)",
        }
    }

    /// Whether scopes of a token are looked at.
    pub(super) fn knows_scopes(self) -> bool {
        self != Self::Deviant
    }

    /// Whether codes can be bound to a verifier, and metadata say so.
    pub(super) fn knows_pkce(self) -> bool {
        matches!(self, Self::Usual | Self::Roomy)
    }

    fn configuration(self) -> Value {
        let rules = self.rules();
        json!({
            "statuses": {
                "max_characters": rules.characters,
                "max_media_attachments": rules.media,
                "characters_reserved_per_url": 23,
            },
            "media_attachments": {
                "supported_mime_types": TYPES,
                "image_size_limit": rules.image_bytes,
                "image_matrix_limit": 33_177_600,
                "video_size_limit": rules.video_bytes,
                "video_frame_rate_limit": 120,
                "video_matrix_limit": 8_294_400,
                "description_limit": rules.description,
            },
            "polls": {
                "max_options": rules.poll_options,
                "max_characters_per_option": rules.poll_option_characters,
                "min_expiration": rules.poll_min_s,
                "max_expiration": rules.poll_max_s,
            },
        })
    }
}

/// `GET /api/v2/instance`.
pub(super) fn instance_v2(site: &Site) -> Value {
    let kind = Kind::of(site);
    let mut configuration = kind.configuration();
    configuration["urls"] = json!({ "streaming": format!("wss://{}", site.host) });
    configuration["accounts"] = json!({ "max_featured_tags": 10, "max_pinned_statuses": 5 });
    configuration["limited_federation"] = json!(false);
    json!({
        "domain": site.host,
        "title": "Sandbox",
        "version": kind.version(),
        "source_url": "https://github.com/mastodon/mastodon",
        "description": "A simulated server.",
        "usage": { "users": { "active_month": 6 } },
        "languages": ["en"],
        "configuration": configuration,
        "registrations": { "enabled": false, "approval_required": false, "message": null },
        "api_versions": { "mastodon": 7 },
        "rules": [],
    })
}

/// `GET /api/v1/instance`.
pub(super) fn instance_v1(site: &Site) -> Value {
    let kind = Kind::of(site);
    let mut instance = json!({
        "uri": site.host,
        "title": "Sandbox",
        "short_description": "A simulated server.",
        "description": "A simulated server.",
        "email": "admin@example.com",
        "version": kind.version(),
        "urls": { "streaming_api": format!("wss://{}", site.host) },
        "stats": { "user_count": 6, "status_count": 0, "domain_count": 0 },
        "languages": ["en"],
        "registrations": false,
        "rules": [],
    });
    if kind != Kind::Deviant {
        instance["configuration"] = kind.configuration();
    }
    instance
}
