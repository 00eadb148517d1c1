//! A platform on the page of connections: how to connect an account there, and how its app credentials are got.

use carillon_connectors::contract::capability::Connect;
use carillon_connectors::contract::connector::Connector;
use carillon_engine::Actor;

use super::form::{Tried, fields};
use super::guide;
use crate::http::App;
use crate::urls;
use crate::web::components::Field;
use crate::web::ui::Ui;

/// An address of ours that is typed in where a network's apps are set up.
pub struct Address {
    /// What the network uses it for.
    pub label: String,
    /// Its id on the page.
    pub id: String,
    /// The address.
    pub url: String,
}

fn addresses(app: &App, ui: &Ui, connector: &dyn Connector) -> Vec<Address> {
    let (name, networks) = (connector.descriptor().name, &app.engine.networks);
    let mut found = vec![("callback", ui.tr("connect-address-callback"), urls::oauth_callback(name))];
    if let Some(webhooks) = networks.webhooks(name) {
        found.push(("webhook", ui.tr("connect-address-webhook"), urls::webhook(name)));
        if webhooks.tells_withdrawals() {
            let path = urls::webhook_deauthorize(name);
            found.push(("deauthorize", ui.tr("connect-address-deauthorize"), path));
            found.push(("deletion", ui.tr("connect-address-deletion"), urls::webhook_data_deletion(name)));
        }
    }
    let address = |(kind, label, path): (&str, String, String)| Address {
        label,
        id: format!("{kind}-{name}"),
        url: networks.own_url(&path).to_string(),
    };
    found.into_iter().map(address).collect()
}

/// What the page shows of a platform.
pub struct PlatformCard {
    /// Its name.
    pub name: &'static str,
    /// Its name as people write it.
    pub title: &'static str,
    /// Its mark.
    pub icon: &'static str,
    /// Where the form is sent.
    pub action: String,
    /// How one connects there, in a sentence.
    pub lead: String,
    /// Whether it needs app credentials that this installation does not have.
    pub unset: bool,
    /// What is filled in.
    pub fields: Vec<Field>,
    /// Whether the form leads to a page of the network.
    pub popup: bool,
    /// The addresses to register with an app, for platforms that want some.
    pub addresses: Vec<Address>,
    /// The platform's page of documentation, as HTML.
    pub guide: String,
}

impl PlatformCard {
    /// From the registry, with what was tried on its form.
    pub fn new(app: &App, ui: &Ui, actor: &Actor, connector: &dyn Connector, tried: &Tried) -> Self {
        let (descriptor, connect) = (connector.descriptor(), connector.capabilities().connect);
        let networks = &app.engine.networks;
        let servers = app.settings.sandbox.servers.get(descriptor.name).map_or(&[][..], Vec::as_slice);
        let (fields, popup) = if tried.platform == descriptor.name {
            fields(ui, connect, servers, tried)
        } else {
            fields(ui, connect, servers, &Tried::default())
        };
        let settings = networks.settings(descriptor.name);
        // A platform of several logins has an app for each; one is enough to begin.
        let has_app =
            descriptor.settings.iter().any(|s| s.key.ends_with("client_id") && settings.get(s.key).is_some());
        let own_app = matches!(connect, Connect::Oauth { .. });
        Self {
            name: descriptor.name,
            title: descriptor.title,
            icon: descriptor.icon,
            action: urls::connect(actor.workspace, descriptor.name),
            lead: match connect {
                Connect::AppPassword { .. } => ui.tr("connect-lead-password"),
                Connect::OauthPerServer => ui.tr("connect-lead-server"),
                Connect::Oauth { .. } => ui.tr("connect-lead-page"),
            },
            unset: own_app && !has_app,
            fields,
            popup,
            addresses: if own_app { addresses(app, ui, connector) } else { Vec::new() },
            guide: guide::html_of(descriptor.docs, &networks.public_url),
        }
    }
}
