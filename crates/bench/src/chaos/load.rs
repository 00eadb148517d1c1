//! What is to be published: made from the seed, scheduled by API before anything goes wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Moment;
use super::accounts::Account;
use super::dice::Dice;
use crate::wire::Client;

/// Drafts that are saved to find out how long the rest will take.
const PROBES: u32 = 10;
/// A scheduled publication takes at most so many times as long as a draft, also while the machine gets busier.
const TIMES_A_DRAFT: u32 = 3;
/// What is due first comes so long after the plan is made, at least.
const LEAD: Duration = Duration::from_secs(5);

/// Everything that was scheduled.
pub struct Planned {
    /// When the first may be due.
    pub begin: Moment,
    /// By their own ids.
    pub posts: BTreeMap<String, Post>,
}

impl Planned {
    /// How many publications there are.
    pub fn publications(&self) -> usize {
        self.posts.values().map(|post| post.accounts.len()).sum()
    }
}

/// A scheduled post.
pub struct Post {
    /// Texts of its units, the root first. Nothing else in the run has one of these texts.
    pub texts: Vec<String>,
    /// Its accounts.
    pub accounts: Vec<String>,
    /// Milliseconds since 1970.
    pub due_ms: u64,
}

/// Schedules about so many publications, due within `length`.
pub async fn schedule(
    api: &Client,
    accounts: &[Account],
    dice: &mut Dice,
    now: Moment,
    publications: u32,
    length: Duration,
) -> anyhow::Result<Planned> {
    let picture = upload(api).await?;
    let probing = Instant::now();
    for _ in 0..PROBES {
        let accounts: Vec<&String> = accounts.iter().take(1).map(|account| &account.id).collect();
        let draft = json!({ "text": "A probe.", "accounts": accounts, "status": "draft" });
        api.post_json("/api/v1/posts", &draft).await?;
    }
    let lead = now.instant.elapsed() + LEAD + probing.elapsed() / PROBES * TIMES_A_DRAFT * publications;
    let begin =
        Moment { unix_ms: now.unix_ms + u64::try_from(lead.as_millis())?, instant: now.instant + lead };
    let mut planned = Planned { begin, posts: BTreeMap::new() };
    let mut due = Vec::new();
    while planned.publications() < publications as usize {
        let number = planned.posts.len();
        let due_ms = begin.unix_ms + dice.below(u64::try_from(length.as_millis())?.max(1));
        due.push(due_ms);
        let (body, post) = compose(accounts, dice, number, due_ms, &picture)?;
        let answer = api.post_json("/api/v1/posts", &body).await?;
        let id = answer["id"].as_str().context("a post without id")?.to_owned();
        planned.posts.insert(id, post);
    }
    let late = begin.instant.elapsed();
    ensure!(late.is_zero(), "the machine is too busy: scheduling ended {} s after its time", late.as_secs());
    Ok(planned)
}

fn compose(
    accounts: &[Account],
    dice: &mut Dice,
    number: usize,
    due_ms: u64,
    picture: &Value,
) -> anyhow::Result<(Value, Post)> {
    let first = dice.pick(accounts).context("no accounts")?;
    // A picture goes everywhere; some networks take nothing without one.
    let with_picture = first.only_pictures || dice.percent(20);
    let thread = !with_picture && first.threads && dice.percent(20);
    let fits = |account: &&Account| (!account.only_pictures || with_picture) && (!thread || account.threads);
    let others: Vec<&Account> = accounts.iter().filter(fits).collect();
    let mut chosen = vec![first];
    for _ in 0..dice.below(4) {
        let other = *dice.pick(&others).context("no accounts")?;
        if chosen.iter().all(|account| account.id != other.id) {
            chosen.push(other);
        }
    }
    let root = format!("Chaos {number}, root.");
    let mut texts = vec![root.clone()];
    let at = i64::try_from(due_ms)?;
    let mut body = json!({
        "text": root,
        "accounts": chosen.iter().map(|account| &account.id).collect::<Vec<_>>(),
        "status": "scheduled",
        "scheduled_at": rfc3339(at),
    });
    if with_picture {
        body["media"] = json!([picture]);
    }
    for account in chosen.iter().filter(|account| !account.choices.is_empty()) {
        body["overrides"][&account.id] = json!({ "options": account.choices });
    }
    if thread {
        let parts: Vec<String> = (1..=2).map(|part| format!("Chaos {number}, part {part}.")).collect();
        body["parts"] = parts.iter().map(|text| json!({ "text": text })).collect();
        texts.extend(parts);
    }
    let accounts = chosen.iter().map(|account| account.id.clone()).collect();
    Ok((body, Post { texts, accounts, due_ms }))
}

/// Milliseconds since 1970 as the API reads them.
fn rfc3339(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string()
}

async fn upload(api: &Client) -> anyhow::Result<Value> {
    let boundary = "carillon-chaos";
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"bell.jpg\"\r\n\
         Content-Type: image/jpeg\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(include_bytes!("../../../../bench/bell.jpg"));
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={boundary}");
    let headers = [(http::header::CONTENT_TYPE, kind.as_str())];
    let answer = api.send(http::Method::POST, "/api/v1/media", &headers, crate::wire::full(body)).await?;
    let media: Value = serde_json::from_str(&answer.text()?)?;
    media.get("id").cloned().with_context(|| format!("no media: {media}"))
}
