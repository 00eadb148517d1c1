//! Asking a network, with a token that is fresh enough.

use carillon_connectors::contract::insights::{Found, Insights, PostRef, Window};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::error::AppError;
use carillon_store::repo::account::AccountRow;

use crate::Engine;
use crate::reading::Access;
use crate::usecase::accounts;
use crate::usecase::remote::{login_is_gone, without_login};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question<'a> {
    Account(Window),
    Audience,
    Post(PostRef<'a>),
}

/// An account whose network is asked.
pub(super) struct Asking<'a> {
    engine: &'a Engine,
    access: Access,
    insights: &'static dyn Insights,
    refreshed: bool,
}

impl<'a> Asking<'a> {
    /// Everything that asking needs, or why it can't be done.
    pub async fn open(
        engine: &'a Engine,
        row: AccountRow,
        platform: &'static str,
        insights: &'static dyn Insights,
    ) -> Result<Self, AppError> {
        let (workspace, id) = (row.workspace, row.id);
        let opened = Access::open(engine, row, platform, true).await;
        match opened {
            Ok(access) => Ok(Self { engine, access, insights, refreshed: false }),
            Err(none) => Err(without_login(engine, workspace, id, none).await),
        }
    }

    /// Asks, with another token where the network wants one.
    pub async fn ask(&mut self, question: Question<'_>) -> Result<Found, AppError> {
        let (workspace, id) = (self.access.row.workspace, self.access.row.id);
        let mut answer = self.put(question).await;
        if matches!(&answer, Err(error) if error.kind == ErrorKind::AuthExpired) && !self.refreshed {
            if let Err(none) = self.access.refresh(self.engine).await {
                return Err(without_login(self.engine, workspace, id, none).await);
            }
            // Only now: that a new token did not come this time doesn't mean that the login is gone.
            self.refreshed = true;
            answer = self.put(question).await;
        }
        if let Err(error) = &answer
            && login_is_gone(error)
        {
            accounts::needs_reconnect(self.engine, workspace, id, error).await?;
        }
        Ok(answer?)
    }

    async fn put(&self, question: Question<'_>) -> Result<Found, ConnectorError> {
        let cx = self.access.cx(self.engine);
        match question {
            Question::Account(window) => self.insights.account(&cx, window).await,
            Question::Audience => self.insights.audience(&cx).await,
            Question::Post(post) => {
                let answers = self.insights.posts(&cx, &[post]).await?;
                Ok(answers.into_iter().next().unwrap_or_default())
            }
        }
    }
}
