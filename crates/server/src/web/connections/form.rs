//! The form that connects an account: its fields, and how it comes back when it was refused.

use carillon_connectors::contract::capability::Connect;

use crate::web::components::{Choice, Errors, Field};
use crate::web::ui::Ui;

/// A try to connect that did not succeed yet: its form comes back open, with what was typed and what is wrong with it.
#[derive(Default)]
pub struct Tried {
    /// The platform's name; empty: no form is open.
    pub platform: String,
    /// What was typed.
    pub typed: Typed,
    /// What is wrong with it.
    pub errors: Errors,
}

/// What a person filled in, but for passwords.
#[derive(Default)]
pub struct Typed {
    /// The server's address.
    pub server: String,
    /// Handle or email.
    pub identifier: String,
    /// Which of the platform's logins.
    pub flavour: String,
}

/// What a person fills in to connect, and whether it leads to a page of the network, for which a pop-up is opened. The
/// platform's capabilities say it. `servers` are those that the simulated networks have, where they run beside.
pub fn fields(ui: &Ui, connect: Connect, servers: &[String], tried: &Tried) -> (Vec<Field>, bool) {
    let Tried { typed, errors, .. } = tried;
    let simulated = servers.first().map(|server| ui.arg("server", server).tr("connect-server-simulated"));
    match connect {
        Connect::AppPassword { default_server } => {
            // Empty by default: a server that is filled in gets the password, whether the account lives there or not.
            let server = Field::text("server", ui.tr("connect-server"))
                .optional()
                .hint(match simulated {
                    Some(simulated) => format!("{} {simulated}", ui.tr("connect-server-empty")),
                    None => ui.arg("server", default_server).tr("connect-server-found"),
                })
                .suggest(servers)
                .value(&typed.server)
                .errors(errors);
            let fields = vec![
                Field::text("identifier", ui.tr("connect-identifier"))
                    .value(&typed.identifier)
                    .autocomplete("username")
                    .errors(errors),
                Field::password("app_password", ui.tr("connect-app-password"), "off")
                    .hint(ui.tr("connect-app-password-hint"))
                    .errors(errors),
                server,
            ];
            (fields, false)
        }
        Connect::OauthPerServer => {
            let server = Field::text("server", ui.tr("connect-server"))
                .hint(simulated.unwrap_or_else(|| ui.tr("connect-server-hint")))
                .suggest(servers);
            (vec![server.value(&typed.server).errors(errors)], true)
        }
        Connect::Oauth { flavours: [_] | [] } => (Vec::new(), true),
        Connect::Oauth { flavours } => {
            let choices = flavours
                .iter()
                .map(|f| Choice { value: (*f).to_owned(), label: ui.choice("flavour", f) })
                .collect();
            let flavour = Field::select("flavour", ui.tr("connect-flavour"), choices);
            (vec![flavour.value(&typed.flavour).errors(errors)], true)
        }
    }
}
