//! `initializeUpload` and reading of images, videos and documents ("Images API", "Videos API", "Documents API").

use std::time::Duration;

use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::WWW;
use super::answer::{Answer, Refusal, ok};
use super::asset::{Asset, AssetKind, Part, Status};
use super::check::Fields;
use super::door::Call;
use super::memory::{change, read};
use super::routes::Kind;

/// How long upload addresses are good. Not published.
const ADDRESS: Duration = Duration::from_secs(24 * 3_600);
/// Size of all parts of a video but the last, bytes.
const PART: u64 = 4_194_304;
/// Largest video, bytes.
const LARGEST_VIDEO: u64 = 500_000_000;

fn owner<'a>(call: &Call<'_>, request: &Fields<'a>) -> Result<&'a str, Refusal> {
    let owner = request.need("owner")?;
    if !owner.starts_with("urn:li:person:") && !owner.starts_with("urn:li:organization:") {
        return Err(Refusal::field(
            "INVALID_URN_TYPE",
            &request.path("owner"),
            "not a person or organization",
        ));
    }
    call.may_write_as(owner, &["w_member_social"], &["w_organization_social"])?;
    Ok(owner)
}

fn new(call: &Call<'_>, kind: AssetKind, owner: &str) -> Asset {
    let world = call.world;
    let prefix = match kind {
        AssetKind::Image => "D4E10AQ",
        AssetKind::Video => "D4E05AQ",
        AssetKind::Document => "D4E1FAQ",
    };
    Asset {
        urn: format!("urn:li:{}:{prefix}{}", kind.name(), world.random_text(15)),
        kind,
        owner: owner.to_owned(),
        by: call.caller.persona.key.to_owned(),
        ticket: world.random_text(32),
        expires_at: world.now() + ADDRESS,
        parts: Vec::new(),
        token: String::new(),
        file: None,
        ready_at: None,
        failure: None,
    }
}

fn address(call: &Call<'_>, asset: &Asset, what: &str, part: usize) -> String {
    call.site.url_on(WWW, &format!("/dms-uploads/{}/{what}/{part}", asset.ticket))
}

fn keep(call: &Call<'_>, asset: Asset) {
    change(call.world, |m| m.assets.insert(asset.urn.clone(), asset));
}

/// `POST /rest/images?action=initializeUpload`, and the same for documents.
pub(super) fn initialize(call: &Call<'_>, kind: Kind) -> Answer {
    call.query.only(&["action"])?;
    let kind = if kind == Kind::InitializeImage { AssetKind::Image } else { AssetKind::Document };
    let body = Fields::of(&call.body, &["initializeUploadRequest"])?;
    let request = body.object("initializeUploadRequest", &["owner"])?;
    let asset = new(call, kind, owner(call, &request)?);
    let value = json!({
        "uploadUrlExpiresAt": asset.expires_at.as_millisecond(),
        "uploadUrl": address(call, &asset, kind.name(), 0),
        kind.name(): asset.urn,
    });
    keep(call, asset);
    Ok(ok(json!({ "value": value })))
}

/// `POST /rest/videos?action=initializeUpload`.
pub(super) fn initialize_video(call: &Call<'_>) -> Answer {
    call.query.only(&["action"])?;
    let body = Fields::of(&call.body, &["initializeUploadRequest"])?;
    let known = ["owner", "fileSizeBytes", "uploadCaptions", "uploadThumbnail"];
    let request = body.object("initializeUploadRequest", &known)?;
    let owner = owner(call, &request)?;
    let path = request.path("fileSizeBytes");
    let size = request.get("fileSizeBytes").ok_or_else(|| Refusal::missing(&path))?;
    let size = size.as_u64().filter(|n| (1..=LARGEST_VIDEO).contains(n));
    let size =
        size.ok_or_else(|| Refusal::invalid(&path, "The size is not between 1 and 500000000 bytes"))?;
    let mut asset = new(call, AssetKind::Video, owner);
    let starts = (0..size).step_by(usize::try_from(PART).unwrap_or(usize::MAX));
    asset.parts =
        starts.map(|first| Part { first, last: (first + PART).min(size) - 1, stored: None }).collect();
    // Mostly it is empty.
    if asset.parts.len() > 1 {
        asset.token = call.world.random_text(24);
    }
    let instruction = |(n, part): (usize, &Part)| {
        let url = address(call, &asset, "video", n);
        json!({ "uploadUrl": url, "firstByte": part.first, "lastByte": part.last })
    };
    let instructions: Vec<Value> = asset.parts.iter().enumerate().map(instruction).collect();
    let mut value = json!({
        "video": asset.urn,
        "uploadToken": asset.token,
        "uploadUrlsExpireAt": asset.expires_at.as_millisecond(),
        "uploadInstructions": instructions,
    });
    if request.flag("uploadThumbnail")? {
        value["thumbnailUploadUrl"] = json!(address(call, &asset, "thumbnail", 0));
    }
    if request.flag("uploadCaptions")? {
        value["captionsUploadUrl"] = json!(address(call, &asset, "captions", 0));
    }
    keep(call, asset);
    Ok(ok(json!({ "value": value })))
}

/// `GET /rest/{images,videos,documents}/{urn}`.
pub(super) fn get(call: &Call<'_>, kind: Kind) -> Answer {
    call.query.only(&[])?;
    let kind = match kind {
        Kind::GetImage => AssetKind::Image,
        Kind::GetVideo => AssetKind::Video,
        _ => AssetKind::Document,
    };
    // With nothing but the right to post, a member can't look at images.
    let organization = ["w_organization_social", "r_organization_social"];
    match kind {
        AssetKind::Image => call.needs(&organization)?,
        _ => call.needs(&[organization[0], organization[1], "w_member_social"])?,
    }
    let urn = call.key(0);
    let asset = read(call.world, |m| m.assets.get(urn).filter(|a| a.kind == kind).cloned());
    let asset = asset.ok_or_else(|| Refusal::not_found(kind.name()))?;
    if asset.owner != call.caller.urn && call.role_at(&asset.owner).is_none() {
        return Err(call.denied());
    }
    Ok(ok(shown(call, &asset, call.world.now())))
}

fn shown(call: &Call<'_>, asset: &Asset, now: Timestamp) -> Value {
    let status = asset.status(now);
    let mut value = json!({ "id": asset.urn, "owner": asset.owner, "status": status.name() });
    if let (Status::Available, Some(file)) = (status, &asset.file) {
        value["downloadUrl"] = json!(call.site.blob_url(&file.sha256));
        value["downloadUrlExpiresAt"] = json!((now + ADDRESS).as_millisecond());
    }
    if let (Status::Failed, Some(why)) = (status, &asset.failure) {
        value["processingFailureReason"] = json!(why);
    }
    value
}
