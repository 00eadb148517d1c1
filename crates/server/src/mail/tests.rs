//! Mail servers that say nothing, and addresses that would give a password away.

use carillon_domain::time::ManualClock;
use tokio::net::TcpListener;

use super::*;
use crate::settings::Sources;

fn letters(url: &str) -> Result<Option<Letters>, SettingsError> {
    let from = "Carillon <carillon@example.com>".to_owned();
    let flags = vec![("mail.smtp_url", url.to_owned()), ("mail.from", from)];
    let settings = Settings::load(&Sources { flags, ..Sources::default() }).expect("settings");
    let now = "2026-11-24T10:00:00Z".parse().expect("a time");
    Letters::new(&settings, Arc::new(ManualClock::new(now)))
}

#[tokio::test(start_paused = true)]
async fn a_mail_server_that_says_nothing_is_asked_later() {
    // Connections are taken by the system; nobody speaks on them.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://127.0.0.1:{}", listener.local_addr().expect("an address").port());
    let letters = letters(&url).expect("settings").expect("a mail server");
    let digest = Digest {
        to: "ada@example.com".to_owned(),
        name: "Ada".to_owned(),
        language: None,
        key: "1".to_owned(),
        places: Vec::new(),
    };
    let answer = tokio::time::timeout(TIMEOUT * 2, letters.send(&digest)).await.expect("it is given up");
    assert_eq!(answer, Err(MailError::Later("the mail server does not answer".to_owned())));
}

#[tokio::test]
async fn letters_are_in_the_language_of_who_reads_them() {
    let letters = letters("smtp://mail.example.com").expect("settings").expect("a mail server");
    for (chosen, given) in [(Some("el"), "el"), (None, "en"), (Some("tlh"), "en")] {
        let language = chosen.map(str::to_owned);
        let (to, name, key) = ("ada@example.com".to_owned(), "Ada".to_owned(), "1".to_owned());
        let digest = Digest { to, name, language, key, places: Vec::new() };
        assert_eq!(letters.letter(&digest).t.language(), given);
        assert_eq!(letters.words(chosen).language(), given);
    }
}

#[test]
fn no_password_goes_out_in_the_clear() {
    for query in ["", "?tls=opportunistic", "?tls=opportunistic&tls=required", "?tls="] {
        let url = format!("smtp://ada:secret@mail.example.com:587{query}");
        let refused = letters(&url).err().map(|error| error.to_string());
        assert!(
            refused.as_deref().is_some_and(|why| why.contains("?tls=required") && !why.contains("secret")),
            "{query}: {refused:?}"
        );
    }
    for fine in [
        "smtp://mail.example.com",
        "smtp://mail.example.com:587?tls=opportunistic",
        "smtp://ada:secret@mail.example.com:587?tls=required",
        "smtps://ada:secret@mail.example.com",
    ] {
        assert!(!gives_password_away(fine), "{fine}");
    }
}
