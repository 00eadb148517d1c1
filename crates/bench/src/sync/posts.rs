//! Posts that were made elsewhere, before anybody connected an account to Carillon: the truth that reading is compared with.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use carillon_connectors::conformance::suite::{self, Subject};
use carillon_connectors::conformance::{Bench, Connect, Session};
use carillon_connectors::sandbox::persona;
use carillon_domain::post::Draft;

use super::plan::{Network, Plan};

/// Posts of one account in one day; networks that take few take as many.
const A_DAY: usize = 12;

/// More days than any plan needs.
const MOST_DAYS: usize = 60;

/// Between the last post and the first reading. Some posts are less than a day old then, which are read every hour.
const PAUSE: Duration = Duration::from_secs(18 * 3600);

/// Between two who sign in: servers count calls without a login by the address that they come from.
pub const SIGN_IN: Duration = Duration::from_secs(5);

/// What is public: for each network and key of a person, the ids of posts.
pub type Truth = BTreeMap<(String, &'static str), BTreeSet<String>>;

/// Somebody with an app of another maker.
struct Author<'b> {
    key: &'static str,
    session: Session<'b>,
    left: usize,
}

/// Lets everybody post what the plan says, over as many days as the networks' limits on posts take, and pauses.
///
/// # Errors
/// When somebody can't sign in, or a network takes a post not.
pub async fn make(bench: &Bench, plan: &Plan) -> anyhow::Result<Truth> {
    let mut truth = Truth::new();
    let mut groups = Vec::new();
    for (place, network) in plan.networks.iter().enumerate() {
        let authors = sign_in(bench, network, plan.accounts_of(place)).await;
        groups.push((network, draft(bench, network)?, authors.with_context(|| network.platform.clone())?));
    }
    for day in 0..MOST_DAYS {
        if groups.iter().all(|(_, _, authors)| authors.iter().all(|author| author.left == 0)) {
            bench.clock.advance(PAUSE);
            return Ok(truth);
        }
        if day > 0 {
            bench.clock.advance(Duration::from_secs(24 * 3600));
        }
        for (network, draft, authors) in &mut groups {
            a_day(network, draft, authors, &mut truth).await.with_context(|| network.platform.clone())?;
        }
    }
    bail!("after {MOST_DAYS} days there are still posts to be made");
}

async fn sign_in<'b>(
    bench: &'b Bench,
    network: &Network,
    accounts: usize,
) -> anyhow::Result<Vec<Author<'b>>> {
    let connector = network.connector()?;
    let mut authors = Vec::new();
    for (number, person) in persona::crowd().iter().take(accounts).enumerate() {
        let mut how = Connect { flavour: network.flavour.as_deref(), ..Connect::as_persona(person.key) };
        if let Some(server) = &network.server {
            how = how.server(server);
        }
        let session = bench.connect(connector, how).await;
        let session = session.map_err(|error| anyhow!("{} can't sign in: {error:?}", person.key))?;
        authors.push(Author { key: person.key, session, left: network.posts_of(number) });
        bench.clock.advance(SIGN_IN);
    }
    Ok(authors)
}

/// The simplest post of a network. Everybody posts the same file.
fn draft(bench: &Bench, network: &Network) -> anyhow::Result<Draft> {
    let connector = network.connector()?;
    let subject = Subject { connector, simulators: carillon_connectors::simulators, flavour: None };
    Ok(suite::plain(subject, bench, ""))
}

/// What a network takes in one day.
async fn a_day(
    network: &Network,
    draft: &Draft,
    authors: &mut [Author<'_>],
    truth: &mut Truth,
) -> anyhow::Result<()> {
    let mut room = network.together;
    for author in authors.iter_mut().filter(|author| author.left > 0) {
        if room == 0 {
            break;
        }
        // A token that needs no refresh can't be refreshed everywhere; one that did need it is refused below.
        drop(author.session.refresh().await);
        let count = author.left.min(A_DAY).min(room);
        let of = truth.entry((network.platform.clone(), author.key)).or_default();
        for _ in 0..count {
            let mut draft = draft.clone();
            draft.root.text = format!("{} rings for the {}. time", author.key, author.left);
            let outcome = author.session.publish(&draft).await;
            ensure!(outcome.is_published(), "{} could not post: {outcome:?}", author.key);
            let before = of.len();
            of.extend(outcome.remote_ids());
            ensure!(of.len() == before + 1, "{} posted under an id that was there", author.key);
            author.left -= 1;
        }
        room -= count;
    }
    Ok(())
}
