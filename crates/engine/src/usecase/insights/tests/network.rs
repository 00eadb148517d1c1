//! A network that exists nowhere and tells what the test says.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use carillon_connectors::contract::authorizer::Authorizer;
use carillon_connectors::contract::capability::Capabilities;
use carillon_connectors::contract::connector::{Connector, Descriptor};
use carillon_connectors::contract::cx::Cx;
use carillon_connectors::contract::insights::{Found, Insights, Metric, Offers, PostRef, Window};
use carillon_connectors::contract::publisher::Publisher;
use carillon_connectors::contract::reader::Reader;
use carillon_connectors::contract::webhooks::Webhooks;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};

use crate::usecase::credentials::tests::network::Toy;

/// What it offers.
pub const OFFERS: Offers = Offers {
    account: &[Metric::of("views", "views")],
    post: &[Metric::of("likes", "likes")],
    audience: &[
        Metric::split("followers", "country", "demographics"),
        Metric::split("followers", "age", "demographics"),
    ],
    posts_at_once: 1,
    window_days: 30,
};

/// The network; its logins are the toy's.
pub struct Teller {
    toy: &'static Toy,
    offers: Offers,
    answers: Mutex<VecDeque<Result<Found, ErrorKind>>>,
    asked: Mutex<Vec<String>>,
}

impl Teller {
    pub fn new(toy: &'static Toy, offers: Offers, answers: Vec<Result<Found, ErrorKind>>) -> Self {
        Self { toy, offers, answers: Mutex::new(answers.into()), asked: Mutex::default() }
    }

    /// The questions so far, each with the token that came with it.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }

    fn answer(&self, cx: &Cx<'_>, question: String) -> Result<Found, ConnectorError> {
        let token = cx.credential.access_token.expose();
        self.asked.lock().expect("no panic").push(format!("{question} with {token}"));
        let answer =
            self.answers.lock().expect("no panic").pop_front().expect("nobody expects this question");
        answer.map_err(|kind| ConnectorError::new(kind, "toy", "insights", "scripted", "As the test says."))
    }
}

impl Connector for Teller {
    fn descriptor(&self) -> &'static Descriptor {
        self.toy.descriptor()
    }
    fn capabilities(&self) -> &'static Capabilities {
        self.toy.capabilities()
    }
    fn authorizer(&self) -> &dyn Authorizer {
        self.toy
    }
    fn publisher(&self) -> Option<&dyn Publisher> {
        None
    }
    fn reader(&self) -> Option<&dyn Reader> {
        None
    }
    fn insights(&self) -> Option<&dyn Insights> {
        Some(self)
    }
    fn webhooks(&self) -> Option<&dyn Webhooks> {
        None
    }
}

#[async_trait]
impl Insights for Teller {
    fn offers(&self) -> &'static Offers {
        Box::leak(Box::new(self.offers))
    }

    async fn account(&self, cx: &Cx<'_>, window: Window) -> Result<Found, ConnectorError> {
        self.answer(cx, format!("account from {} to {}", window.from, window.to))
    }

    async fn posts(&self, cx: &Cx<'_>, posts: &[PostRef<'_>]) -> Result<Vec<Found>, ConnectorError> {
        let asked: Vec<_> =
            posts.iter().map(|post| format!("{} of {}", post.remote_id, post.published_at)).collect();
        Ok(vec![self.answer(cx, format!("post {}", asked.join(", ")))?])
    }

    async fn audience(&self, cx: &Cx<'_>) -> Result<Found, ConnectorError> {
        self.answer(cx, "audience".to_owned())
    }
}
