//! A video goes out in parts that LinkedIn lays out, without the token, and each is answered with an `ETag` that the end of the
//! upload names in order. learn.microsoft.com, "Videos API" (2026).

use std::ops::Range;
use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::MediaInfo;
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;

use super::assets::{Run, expired, unreadable_file};
use super::state::{Part, Step, Upload, key};
use crate::kit::http::{Call, Safety};
use crate::kit::seal::Sealed;
use crate::kit::upload::{is_break, part, pause_after_break};
use crate::platforms::linkedin::errors::{PLATFORM, op};
use crate::platforms::linkedin::wire::{
    Finalize, FinalizeRequest, Initialize, Instruction, Value, VideoRequest, VideoUpload,
};

/// One step of a video's upload. Gives how long to wait after a break of the line.
pub(super) async fn step(
    run: &mut Run<'_, '_>,
    index: usize,
    file: &MediaInfo,
    upload: &Upload,
) -> Result<Option<Duration>, ConnectorError> {
    match (upload.urn.as_deref(), upload.parts.get(upload.etags.len())) {
        (None, _) => initialize(run, index, file).await?,
        (Some(_), Some(next)) => return send(run, index, file, upload.breaks, next).await,
        (Some(urn), None) => finalize(run, index, file, urn, upload).await?,
    }
    Ok(None)
}

async fn initialize(run: &mut Run<'_, '_>, index: usize, file: &MediaInfo) -> Result<(), ConnectorError> {
    let request = VideoRequest {
        owner: &run.cx.account.remote_id,
        file_size_bytes: file.bytes,
        upload_captions: false,
        upload_thumbnail: false,
    };
    let url = run.api.rest("videos?action=initializeUpload");
    let call = Call::post(op::VIDEO, Safety::Invisible, url)
        .json(&Initialize { initialize_upload_request: request });
    let answer: Value<VideoUpload> = run.api.ask(call).await?;
    let upload = answer.value;
    let key = key(run.cx.credential);
    let sealed =
        |text: String| Sealed::new(&Secret::new(text), &key, run.cx.entropy).ok_or_else(strange_parts);
    let laid_out = parts(upload.upload_instructions, file.bytes).ok_or_else(strange_parts)?;
    let parts = laid_out.into_iter().map(|(url, range)| {
        let url = sealed(url)?;
        Ok(Part { url, start: range.start, end: range.end })
    });
    let parts = parts.collect::<Result<Vec<_>, ConnectorError>>()?;
    let token = Some(upload.upload_token).filter(|token| !token.is_empty()).map(sealed).transpose()?;
    let expires_at = upload.upload_urls_expire_at.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    run.change(index, |u| {
        u.urn = Some(upload.video);
        u.token = token;
        u.parts = parts;
        u.expires_at = expires_at;
    })
    .await
}

/// The parts in order, each with its address; `None` where they don't cover the file without a gap.
fn parts(instructions: Vec<Instruction>, bytes: u64) -> Option<Vec<(String, Range<u64>)>> {
    let mut parts = Vec::with_capacity(instructions.len());
    for i in instructions {
        parts.push((i.upload_url, i.first_byte..i.last_byte.checked_add(1)?));
    }
    parts.sort_by_key(|(_, range)| range.start);
    let mut at = 0;
    for (_, range) in &parts {
        if range.start != at || range.is_empty() {
            return None;
        }
        at = range.end;
    }
    (at == bytes).then_some(parts)
}

async fn send(
    run: &mut Run<'_, '_>,
    index: usize,
    file: &MediaInfo,
    breaks: u8,
    next: &Part,
) -> Result<Option<Duration>, ConnectorError> {
    let bytes = part(run.cx.media, file.id, next.start..next.end).await.map_err(|e| unreadable_file(&e))?;
    // Sealed with a grant that is no more.
    let url = next.url.open(&key(run.cx.credential)).ok_or_else(expired)?;
    let etag = match run.put(url.expose().to_owned(), "application/octet-stream", bytes, false).await {
        Err(error) if is_break(&error) => {
            let wait = pause_after_break(breaks, run.cx.entropy);
            run.change(index, |u| u.breaks = wait.map_or(0, |_| breaks + 1)).await?;
            return wait.map(Some).ok_or(error);
        }
        sent => sent?,
    };
    let etag = etag.filter(|e| !e.is_empty()).ok_or_else(no_etag)?;
    run.change(index, |u| {
        u.etags.push(etag);
        u.breaks = 0;
    })
    .await?;
    Ok(None)
}

/// Tells the end of the upload. Where that may have happened already, LinkedIn is asked first.
async fn finalize(
    run: &mut Run<'_, '_>,
    index: usize,
    file: &MediaInfo,
    urn: &str,
    upload: &Upload,
) -> Result<(), ConnectorError> {
    let mut told_before = false;
    if upload.step == Step::Finalizing {
        match run.asset(file.kind, urn).await {
            Ok(asset) if asset.status != "WAITING_UPLOAD" => {
                return run.change(index, |u| (u.step, u.polls) = (Step::Processing, 0)).await;
            }
            Ok(_) => {}
            Err(e) if e.kind == ErrorKind::PermissionMissing => told_before = true,
            Err(e) => return Err(e),
        }
    }
    run.change(index, |u| u.step = Step::Finalizing).await?;
    let token = match &upload.token {
        Some(sealed) => sealed.open(&key(run.cx.credential)).ok_or_else(expired)?,
        None => Secret::new(""),
    };
    let request =
        FinalizeRequest { video: urn, upload_token: token.expose(), uploaded_part_ids: &upload.etags };
    let url = run.api.rest("videos?action=finalizeUpload");
    let call =
        Call::post(op::FINALIZE, Safety::Invisible, url).json(&Finalize { finalize_upload_request: request });
    match run.api.send(call).await {
        // It may be told once only. If it was not, LinkedIn refuses the post until the file is there.
        Err(e) if told_before && e.kind == ErrorKind::Rejected => {}
        sent => drop(sent?),
    }
    run.change(index, |u| (u.step, u.polls) = (Step::Processing, 0)).await
}

fn strange_parts() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Transient,
        PLATFORM,
        op::VIDEO,
        "strange_parts",
        "LinkedIn laid out an upload that does not fit the file.",
    )
    .with_action("Nothing to do: it is tried again. If it stays, report it with the technical details.")
}

fn no_etag() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Transient,
        PLATFORM,
        op::UPLOAD,
        "no_etag",
        "LinkedIn took a part of a video without saying how it is called.",
    )
    .with_action("Nothing to do: the part is sent again.")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kit::upload::chunks;

    fn instructions(cuts: &[(u64, u64)]) -> Vec<Instruction> {
        let one = |&(first_byte, last_byte): &(u64, u64)| Instruction {
            upload_url: String::new(),
            first_byte,
            last_byte,
        };
        cuts.iter().map(one).collect()
    }

    #[test]
    fn parts_must_cover_the_file() {
        assert_eq!(parts(instructions(&[(0, 9)]), 10).map(|p| p.len()), Some(1));
        assert_eq!(parts(instructions(&[(4, 9), (0, 3)]), 10).map(|p| p.len()), Some(2));
        for wrong in [
            &[][..],
            &[(0, 8)],
            &[(0, 10)],
            &[(1, 9)],
            &[(0, 3), (5, 9)],
            &[(0, 5), (5, 9)],
            &[(0, u64::MAX)],
        ] {
            assert_eq!(parts(instructions(wrong), 10), None, "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn a_file_cut_anywhere_is_covered(bytes in 1u64..1_000_000, size in 1u64..400_000) {
            let cuts: Vec<(u64, u64)> = chunks(bytes, size).map(|(_, r)| (r.start, r.end - 1)).take(3_000).collect();
            let whole = cuts.last().is_some_and(|c| c.1 + 1 == bytes);
            let found = parts(instructions(&cuts), bytes);
            prop_assert_eq!(found.map(|p| p.len()), whole.then_some(cuts.len()));
        }
    }
}
