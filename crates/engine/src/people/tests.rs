//! On both databases, with a clock that is moved by hand.

mod inside;
mod sign_in;

use std::sync::Arc;
use std::time::Duration;

use carillon_domain::error::AppError;
use carillon_domain::secret::Secret;
use carillon_domain::time::{ManualClock, SeededEntropy, Timestamp};
use carillon_store::testing::TestDb;

use super::*;

const PASSWORD: &str = "correct horse battery";

struct World {
    people: People,
    clock: Arc<ManualClock>,
}

impl World {
    fn new(test: &TestDb) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_second(1_800_000_000).expect("time")));
        let people = People::new(test.db.clone(), clock.clone(), Arc::new(SeededEntropy::new(7)));
        Self { people, clock }
    }

    async fn with_owner(test: &TestDb) -> (Self, SignedIn) {
        let world = Self::new(test);
        let link = world.people.new_setup_link().await.expect("link").expect("nobody yet");
        let owner =
            world.people.sign_up_owner(&link, ada(), home(), &client("192.0.2.1")).await.expect("signs up");
        (world, owner)
    }

    async fn person(&self, email: &str) -> UserRow {
        let made =
            self.people.create_user_by_operator(email, None, Some(Secret::new(PASSWORD)), home()).await;
        made.expect("made").user
    }

    async fn owner_actor(&self, signed_in: &SignedIn) -> crate::Actor {
        let current = self.people.session(&signed_in.secret).await.expect("session");
        let spaces = self.people.workspaces(current.user.id).await.expect("workspaces");
        self.people.actor(&current, spaces[0].0.id).await.expect("member")
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn ada() -> NewPerson {
    NewPerson { email: " Ada@Example.org ".into(), name: "Ada".into(), password: Secret::new(PASSWORD) }
}

fn home() -> NewWorkspace {
    NewWorkspace { name: "Studio".into(), timezone: "Europe/Athens".into() }
}

fn client(address: &str) -> Client {
    Client { address: address.into(), user_agent: "Test".into() }
}

/// The codes of an invalid request's problems, with their fields.
fn problems<T: std::fmt::Debug>(result: Result<T, AppError>) -> Vec<String> {
    match result.expect_err("refused") {
        AppError::Invalid(errors) => errors.iter().map(|e| format!("{} {}", e.field, e.code)).collect(),
        other => panic!("not a list of problems: {other:?}"),
    }
}
