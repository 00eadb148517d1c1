//! Documents on every network: taken by the rules that it states, or refused in plain words.

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::Violation;
use carillon_domain::post::{Draft, Part};

use super::Registry;
use crate::conformance::Library;
use crate::conformance::draft;
use crate::contract::connector::Connector;

fn check(connector: &dyn Connector, draft: &Draft) -> Vec<Violation> {
    let account = AccountIdentity {
        remote_id: "1".to_owned(),
        handle: "mara".to_owned(),
        name: "Mara".to_owned(),
        avatar_url: None,
        server: None,
        meta: serde_json::Value::Null,
    };
    connector.publisher().expect("it publishes").check(draft, &account).violations
}

#[test]
fn every_network_takes_a_document_or_says_that_it_takes_none() {
    let library = Library::default();
    let mut takers = Vec::new();
    for connector in Registry.all() {
        let (title, capabilities) = (connector.descriptor().title, connector.capabilities());
        let mut paper = draft("Leaf through it.", [library.pdf(3)]);
        if let Some(rules) = &capabilities.media.documents {
            takers.push(title);
            paper.options.extend(rules.title_option.map(|option| (option.to_owned(), "Boats".into())));
            assert_eq!(check(*connector, &paper), [], "{title}");
            continue;
        }
        let found = check(*connector, &paper);
        let about: Vec<_> = found.iter().filter(|v| v.field == "media.0").collect();
        let [refusal] = about[..] else { panic!("{title}: one reason, not {about:?}") };
        assert_eq!(refusal.code, "wrong_type", "{title}");
        let message = &refusal.message;
        let plain =
            message.starts_with(&format!("{title} takes no documents.")) && message.contains("pictures");
        assert!(plain, "{title}: {message}");
        if capabilities.threads {
            paper.root.media.clear();
            paper.parts.push(Part { text: "And this.".to_owned(), media: vec![library.pdf(1)] });
            let found = check(*connector, &paper);
            assert!(found.iter().any(|v| v.field == "parts.0.media.0"), "{title}: {found:?}");
        }
    }
    assert_eq!(takers, ["LinkedIn"]);
}
