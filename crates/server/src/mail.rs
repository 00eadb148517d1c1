//! Writes and sends e-mails, by the mail server that the operator named. Its address is the operator's own choice, so the guard of
//! outgoing calls does not stand before it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use askama::Template;
use carillon_connectors::Registry;
use carillon_domain::time::Clock;
use carillon_engine::mail::{Digest, MailError, Mailer, Paper, Place};
use carillon_engine::report::Words;
use carillon_store::repo::notice::NoticeRow;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::files::Spoken;
use crate::i18n::Tr;
use crate::settings::{Settings, SettingsError};
use crate::urls;
use crate::web::components::at;

/// A mail server must take the connection in this time.
const CONNECT: Duration = Duration::from_secs(30);

/// One that has not taken the whole e-mail by then, a PDF included, does not answer.
const TIMEOUT: Duration = Duration::from_secs(120);

/// What mail servers answer about a recipient whom they will never take anything for: RFC 5321, 4.2.3. A full mailbox (552) may be
/// emptied, and 554 is also how a server greets whom it does not want today.
const NEVER: [&str; 3] = ["550", "551", "553"];

/// The way to the mail server.
pub struct Letters {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    public_url: String,
    clock: Arc<dyn Clock>,
}

#[derive(Template)]
#[template(path = "email/notices.txt")]
struct Plain<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "email/notices.html")]
struct Html<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "email/report.txt")]
struct PlainReport<'a> {
    letter: &'a Cover,
}

#[derive(Template)]
#[template(path = "email/report.html")]
struct HtmlReport<'a> {
    letter: &'a Cover,
}

/// What is said with a report.
struct Cover {
    t: Tr,
    subject: String,
    hello: String,
    text: String,
    url: String,
}

/// What both forms say.
struct Letter {
    t: Tr,
    subject: String,
    hello: String,
    places: Vec<Section>,
    why: String,
    profile_url: String,
}

struct Section {
    name: String,
    lines: Vec<Line>,
    news: Vec<Line>,
    url: String,
}

#[derive(PartialEq, Eq)]
struct Line {
    title: String,
    account: String,
    cause: Option<String>,
    /// How often, if more than once.
    times: Option<String>,
}

impl Letters {
    /// The way that the settings describe; `None` when there is none.
    ///
    /// # Errors
    /// When the address of the mail server or of the sender can't be used.
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Option<Self>, SettingsError> {
        let mail = &settings.mail;
        if mail.smtp_url.is_empty() {
            return Ok(None);
        }
        let wrong = |setting: &str, message: &str| SettingsError::Value {
            setting: setting.into(),
            from: None,
            message: message.into(),
        };
        if gives_password_away(mail.smtp_url.expose()) {
            return Err(wrong(
                "mail.smtp_url",
                "it could send the password in the clear. Say ?tls=required.",
            ));
        }
        // What went wrong is not repeated: the address holds a password.
        let transport =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(mail.smtp_url.expose()).map_err(|_| {
                wrong(
                    "mail.smtp_url",
                    "write it like smtps://user:password@mail.example.com, or smtp://…:587?tls=required.",
                )
            })?;
        let from = mail.from.parse::<Mailbox>().map_err(|_| {
            wrong("mail.from", "it is not an e-mail address. Write it like Carillon <carillon@example.com>.")
        })?;
        let transport = transport.timeout(Some(CONNECT)).build();
        Ok(Some(Self { transport, from, public_url: settings.public_url(), clock }))
    }

    fn message(&self, digest: &Digest) -> Result<Message, MailError> {
        let letter = self.letter(digest);
        let plain = Plain { letter: &letter }.render().map_err(refused)?;
        let html = Html { letter: &letter }.render().map_err(refused)?;
        let parts = MultiPart::alternative_plain_html(plain, html);
        self.addressed((&digest.to, &digest.name), &digest.key, letter.subject, parts)
    }

    fn report_message(&self, paper: &Paper) -> Result<Message, MailError> {
        let cover = self.cover(paper);
        let plain = PlainReport { letter: &cover }.render().map_err(refused)?;
        let html = HtmlReport { letter: &cover }.render().map_err(refused)?;
        let pdf = ContentType::parse("application/pdf").map_err(refused)?;
        let parts = MultiPart::mixed()
            .multipart(MultiPart::alternative_plain_html(plain, html))
            .singlepart(Attachment::new(paper.file_name.clone()).body(paper.file.to_vec(), pdf));
        self.addressed((&paper.to, &paper.name), &paper.key, cover.subject, parts)
    }

    fn addressed(
        &self,
        (to, name): (&str, &str),
        key: &str,
        subject: String,
        parts: MultiPart,
    ) -> Result<Message, MailError> {
        let address: Address = to.parse().map_err(refused::<lettre::address::AddressError>)?;
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(name.to_owned()), address))
            .date(SystemTime::from(self.clock.now()))
            .message_id(Some(format!("<{key}@{}>", self.from.email.domain())))
            .subject(subject)
            .multipart(parts)
            .map_err(refused)
    }

    fn cover(&self, paper: &Paper) -> Cover {
        let t = Tr::negotiate(paper.language.as_deref(), None);
        let with =
            || t.arg("place", &paper.place).arg("first", &paper.first_day).arg("last", &paper.last_day);
        Cover {
            t,
            subject: with().tr("report-letter-subject"),
            hello: t.arg("name", &paper.name).tr("report-letter-hello"),
            text: with().tr("report-letter-text"),
            url: format!("{}{}", self.public_url, urls::report_schedules(paper.workspace)),
        }
    }

    async fn hand_over(&self, message: Message) -> Result<(), MailError> {
        // The transport itself waits for answers as long as the connection lasts.
        let error = match tokio::time::timeout(TIMEOUT, self.transport.send(message)).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error,
            Err(_) => return Err(MailError::Later("the mail server does not answer".to_owned())),
        };
        let never = error.status().is_some_and(|code| NEVER.contains(&code.to_string().as_str()));
        let why = error.to_string();
        Err(if never { MailError::Refused(why) } else { MailError::Later(why) })
    }

    fn letter(&self, digest: &Digest) -> Letter {
        let t = Tr::negotiate(digest.language.as_deref(), None);
        let needing: usize = digest.places.iter().map(|place| place.notices.len()).sum();
        let news: usize = digest.places.iter().map(|place| place.news.len()).sum();
        let hello = t.arg("name", &digest.name);
        let (subject, hello, why) = if needing == 0 {
            let subject = t.count("n", news).tr("letter-subject-news");
            (subject, hello.tr("letter-hello-news"), t.tr("letter-why-news"))
        } else {
            let subject = t.count("n", needing).tr("letter-subject");
            (subject, hello.tr("letter-hello"), t.tr("letter-why"))
        };
        Letter {
            t,
            subject,
            hello,
            places: digest.places.iter().map(|place| self.section(t, place)).collect(),
            why,
            profile_url: format!("{}{}", self.public_url, urls::profile()),
        }
    }

    fn section(&self, t: Tr, place: &Place) -> Section {
        Section {
            name: place.name.clone(),
            lines: place.notices.iter().map(|notice| Line::new(t, notice)).collect(),
            news: Line::once(t, &place.news),
            url: format!("{}{}", self.public_url, urls::notices(place.workspace)),
        }
    }
}

impl Line {
    fn new(t: Tr, notice: &NoticeRow) -> Self {
        let network = notice.platform.as_deref().and_then(|name| Registry.get(name));
        let network = network.map(|connector| connector.descriptor().title.to_owned());
        let account: Vec<String> = notice.handle.as_deref().map(at).into_iter().chain(network).collect();
        Self {
            title: t.of("notice", notice.kind.as_str()),
            account: account.join(" · "),
            cause: notice.cause.as_deref().map(|cause| t.said_or_english(cause)),
            times: None,
        }
    }

    /// What is alike stands there once, with how often it happened.
    fn once(t: Tr, news: &[NoticeRow]) -> Vec<Self> {
        let mut lines: Vec<(Self, usize)> = Vec::new();
        for line in news.iter().map(|notice| Self::new(t, notice)) {
            match lines.iter_mut().find(|(known, _)| *known == line) {
                Some((_, n)) => *n += 1,
                None => lines.push((line, 1)),
            }
        }
        let times = |n: usize| (n > 1).then(|| t.count("n", n).tr("letter-times"));
        lines.into_iter().map(|(line, n)| Self { times: times(n), ..line }).collect()
    }
}

impl Mailer for Letters {
    fn send<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<(), MailError>> {
        async move { self.hand_over(self.message(digest)?).await }.boxed()
    }

    fn report<'a>(&'a self, paper: &'a Paper) -> BoxFuture<'a, Result<(), MailError>> {
        async move { self.hand_over(self.report_message(paper)?).await }.boxed()
    }

    fn words(&self, language: Option<&str>) -> Arc<dyn Words> {
        Arc::new(Spoken(Tr::negotiate(language, None)))
    }
}

/// Whether the connection would carry the password as it is, or might: `opportunistic` goes on in the clear when somebody on the way
/// removes the server's offer to encrypt.
fn gives_password_away(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| {
        // Of several the first one counts, as it does for the transport.
        let tls = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        url.scheme() == "smtp" && url.password().is_some() && tls.as_deref() != Some("required")
    })
}

/// What can't be written will never be sent.
fn refused<E: std::error::Error>(error: E) -> MailError {
    MailError::Refused(error.to_string())
}

#[cfg(test)]
mod tests;
