//! Stages on which something special is so already.

use std::collections::BTreeMap;
use std::time::Duration;

use carillon_connectors::Registry;
use carillon_connectors::contract::cx::PlatformSettings;
use carillon_domain::secret::Secret;
use carillon_engine::networks::{Networks, Switches};
use carillon_engine::usecase::posts::PostView;

use super::{Stage, quiet, settings};

impl Stage {
    /// The same where the operator has given this secret.
    pub async fn with_secret(self, platform: &str, key: &str, secret: &Secret) -> Self {
        self.with_settings(|all| {
            let of = all.get_mut(platform).expect("a network");
            of.secrets.insert(key.to_owned(), secret.clone());
        })
        .await
    }

    /// The same where the operator has set it up so.
    pub async fn with_settings(self, change: impl FnOnce(&mut BTreeMap<String, PlatformSettings>)) -> Self {
        let mut settings = settings(&self.bench);
        change(&mut settings);
        self.set_up(settings, quiet()).await
    }

    /// The same where the operator has switched this on and off.
    pub async fn switched(self, switches: Switches) -> Self {
        let settings = settings(&self.bench);
        self.set_up(settings, switches).await
    }

    /// The same with accounts that are read by schedule.
    pub async fn by_schedule(self) -> Self {
        self.switched(Switches::default()).await
    }

    /// The same with settings and switches.
    pub async fn set_up(self, settings: BTreeMap<String, PlatformSettings>, switches: Switches) -> Self {
        let public_url = self.engine.networks.own_url("/");
        let http = self.bench.http.clone();
        let networks = Networks::new(Registry, settings, switches, http, public_url);
        self.restarted(|engine| engine.networks = networks).await
    }

    /// Runs until a later part was sent whose answer was lost.
    pub async fn run_until_lost(&self, post: &PostView) {
        for _ in 0..200 {
            self.run_due().await;
            let row = self.row(post.publications[0].id).await;
            let stage = row.progress.map(|progress| progress["stage"].to_string()).unwrap_or_default();
            if row.published_at.is_some() && stage.contains("committing") {
                return;
            }
            self.bench.clock.advance(Duration::from_millis(500));
        }
        panic!("no part was lost");
    }
}
