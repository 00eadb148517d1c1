//! Every address of the server, once. Routers use the pattern, handlers and templates the function, so nobody writes a
//! path by hand and a renamed parameter is a compile error.

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Start of all addresses that answer machines.
pub const API_PREFIX: &str = "/api/";

macro_rules! urls {
    ($($(#[$doc:meta])* $pattern:ident = $name:ident($($arg:ident),*) $path:literal;)*) => {
        $(
            #[doc = concat!("Pattern of [`", stringify!($name), "`].")]
            pub const $pattern: &str = $path;
            $(#[$doc])*
            pub fn $name($($arg: impl Display),*) -> String {
                format!($path)
            }
        )*
        /// All patterns, for the tests that go through every route.
        pub const ALL: &[&str] = &[$($path),*];
    };
}

urls! {
    /// The start page; leads to where the caller belongs.
    HOME = home() "/";
    /// Sign-in form.
    SIGN_IN = sign_in() "/sign-in";
    /// Signs in by a link that is good once.
    SIGN_IN_LINK = sign_in_link(token) "/sign-in/link/{token}";
    /// Ends the session.
    SIGN_OUT = sign_out() "/sign-out";
    /// Sign-up of the first owner, through the single-use link of the first start.
    SETUP = setup(token) "/setup/{token}";
    /// Keeps the chosen light or dark look.
    THEME = theme() "/preferences/theme";

    /// The process lives.
    HEALTHZ = healthz() "/healthz";
    /// The process can serve.
    READYZ = readyz() "/readyz";
    /// Numbers for Prometheus.
    METRICS = metrics() "/metrics";
    /// The OpenAPI document.
    OPENAPI = openapi() "/api/openapi.json";
    /// The person's own settings.
    PROFILE = profile() "/settings/profile";
    /// Changes the password.
    PASSWORD = password() "/settings/password";
    /// Whether single keys do something on the person's pages.
    SINGLE_KEYS = single_keys() "/settings/keys";
    /// Whether the person wants e-mails about what needs them.
    MAIL = mail() "/settings/mail";
    /// Where the person is signed in.
    SESSIONS = sessions() "/settings/sessions";
    /// Ends one session.
    REVOKE_SESSION = revoke_session(session) "/settings/sessions/{session}/revoke";
    /// Ends all sessions but this one.
    REVOKE_OTHER_SESSIONS = revoke_other_sessions() "/settings/sessions/revoke-others";

    /// Start of a workspace.
    WORKSPACE = workspace(workspace) "/w/{workspace}";
    /// The workspace's numbers, and what is next.
    OVERVIEW = overview(workspace) "/w/{workspace}/overview";
    /// Puts the first steps away.
    CLOSE_GUIDE = close_guide(workspace) "/w/{workspace}/guide/close";
    /// What every number means.
    DEFINITIONS = definitions(workspace) "/w/{workspace}/definitions";
    /// How well the networks work.
    NETWORKS = networks(workspace) "/w/{workspace}/networks";
    /// A table as a file, `posts.csv`.
    EXPORT = export(workspace, file) "/w/{workspace}/export/{file}";
    /// The overview on paper.
    REPORT = report(workspace) "/w/{workspace}/report.pdf";
    /// Posts by day.
    CALENDAR = calendar(workspace) "/w/{workspace}/calendar";
    /// Notes on days, and holidays.
    NOTES = notes(workspace) "/w/{workspace}/calendar/notes";
    /// One note.
    NOTE = note(workspace, note) "/w/{workspace}/calendar/notes/{note}";
    /// Takes a note away.
    REMOVE_NOTE = remove_note(workspace, note) "/w/{workspace}/calendar/notes/{note}/remove";
    /// Takes a list of holidays in.
    HOLIDAYS = holidays(workspace) "/w/{workspace}/calendar/holidays";
    /// Takes a list of holidays away.
    REMOVE_HOLIDAYS = remove_holidays(workspace, holidays) "/w/{workspace}/calendar/holidays/{holidays}/remove";
    /// All posts.
    POSTS = posts(workspace) "/w/{workspace}/posts";
    /// Publishes everything that is held for being overdue.
    PUBLISH_OVERDUE = publish_overdue(workspace) "/w/{workspace}/posts/overdue/publish";
    /// Taking posts in from a file.
    IMPORT_POSTS = import_posts(workspace) "/w/{workspace}/posts/import";
    /// A file to begin with.
    IMPORT_EXAMPLE = import_example(workspace) "/w/{workspace}/posts/import/example.csv";
    /// A file that was taken in, and what would become of it.
    POST_IMPORT = post_import(workspace, import) "/w/{workspace}/imports/{import}";
    /// Lets go of such a file.
    DISCARD_IMPORT = discard_import(workspace, import) "/w/{workspace}/imports/{import}/discard";
    /// Posts as a file that can be taken in again.
    EXPORT_POSTS = export_posts(workspace) "/w/{workspace}/posts/export.csv";
    /// One post.
    POST = post(workspace, post) "/w/{workspace}/posts/{post}";
    /// Gives a post another time, from the calendar.
    MOVE_POST = move_post(workspace, post) "/w/{workspace}/posts/{post}/move";
    /// How a post stands on each account, for the dialog that sent it.
    POST_PROGRESS = post_progress(workspace, post) "/w/{workspace}/posts/{post}/progress";
    /// Cancels a post.
    CANCEL_POST = cancel_post(workspace, post) "/w/{workspace}/posts/{post}/cancel";
    /// Cancels more than one post of a series.
    CANCEL_SERIES = cancel_series(workspace, post) "/w/{workspace}/posts/{post}/series/cancel";
    /// Takes that back.
    RESUME_SERIES = resume_series(workspace, post) "/w/{workspace}/posts/{post}/series/resume";
    /// Deletes at the networks what a post made public.
    DELETE_POST = delete_post(workspace, post) "/w/{workspace}/posts/{post}/delete";
    /// Puts a post into the trash.
    TRASH_POST = trash_post(workspace, post) "/w/{workspace}/posts/{post}/trash";
    /// Takes a post out of the trash.
    RESTORE_POST = restore_post(workspace, post) "/w/{workspace}/posts/{post}/restore";
    /// Erases a post that lies in the trash.
    ERASE_POST = erase_post(workspace, post) "/w/{workspace}/posts/{post}/erase";
    /// Plans a canceled post again.
    PLAN_AGAIN = plan_again(workspace, post) "/w/{workspace}/posts/{post}/again";
    /// What was thrown away.
    TRASH = trash(workspace) "/w/{workspace}/trash";
    /// Takes a file out of the trash.
    RESTORE_FILE = restore_file(workspace, media) "/w/{workspace}/library/{media}/restore";
    /// Takes a file away for good.
    ERASE_FILE = erase_file(workspace, media) "/w/{workspace}/library/{media}/erase";
    /// Tries a failed publication again.
    RETRY_PUBLICATION = retry_publication(workspace, publication) "/w/{workspace}/publications/{publication}/retry";
    /// Publishes a held publication.
    PUBLISH_PUBLICATION = publish_publication(workspace, publication) "/w/{workspace}/publications/{publication}/publish";
    /// Settles an unconfirmed publication.
    RESOLVE_PUBLICATION = resolve_publication(workspace, publication) "/w/{workspace}/publications/{publication}/resolve";
    /// What the network tells the owner about a publication.
    PUBLICATION_INSIGHTS = publication_insights(workspace, publication) "/w/{workspace}/publications/{publication}/insights";
    /// Changes the text of a published publication at its network.
    EDIT_PUBLICATION = edit_publication(workspace, publication) "/w/{workspace}/publications/{publication}/edit";
    /// Writing a post.
    COMPOSE = compose(workspace) "/w/{workspace}/compose";
    /// The live check of what is being written.
    COMPOSE_CHECK = compose_check(workspace) "/w/{workspace}/compose/check";
    /// The next best times for the accounts that are chosen.
    COMPOSE_SLOTS = compose_slots(workspace) "/w/{workspace}/compose/slots";
    /// Hashtags of the chosen accounts' own posts.
    COMPOSE_HASHTAGS = compose_hashtags(workspace) "/w/{workspace}/compose/hashtags";
    /// Emoji to choose from.
    COMPOSE_EMOJI = compose_emoji(workspace) "/w/{workspace}/compose/emoji";
    /// Whom a post could mention.
    COMPOSE_MENTIONS = compose_mentions(workspace) "/w/{workspace}/compose/mentions";
    /// The card of a link.
    COMPOSE_CARD = compose_card(workspace) "/w/{workspace}/compose/card";
    /// The picture on the card of a link.
    COMPOSE_CARD_PICTURE = compose_card_picture(workspace) "/w/{workspace}/compose/card/picture";
    /// Keeps what is typed into the composer until it is saved.
    COMPOSE_KEEP = compose_keep(workspace) "/w/{workspace}/compose/keep";
    /// Lets go of what was typed.
    COMPOSE_LET_GO = compose_let_go(workspace) "/w/{workspace}/compose/let-go";
    /// Connected accounts.
    CONNECTIONS = connections(workspace) "/w/{workspace}/connections";
    /// Begins to connect an account.
    CONNECT = connect(workspace, platform) "/w/{workspace}/connect/{platform}";
    /// One account with its numbers.
    ACCOUNT = account(workspace, account) "/w/{workspace}/accounts/{account}";
    /// A post that was found on an account, with how its numbers grew.
    FOUND_POST = found_post(workspace, found) "/w/{workspace}/found/{found}";
    /// Reads an account now.
    SYNC = sync(workspace, account) "/w/{workspace}/accounts/{account}/sync";
    /// What the network tells the owner of an account.
    ACCOUNT_INSIGHTS = account_insights(workspace, account) "/w/{workspace}/accounts/{account}/insights";
    /// The hours in which an account's posts do best, in a line.
    ACCOUNT_BEST = account_best(workspace, account) "/w/{workspace}/accounts/{account}/best-times";
    /// The queue of an account, and its posting slots.
    ACCOUNT_QUEUE = account_queue(workspace, account) "/w/{workspace}/accounts/{account}/queue";
    /// Moves a post up or down in a queue.
    ACCOUNT_QUEUE_MOVE = account_queue_move(workspace, account) "/w/{workspace}/accounts/{account}/queue/move";
    /// Takes a posting slot away.
    ACCOUNT_SLOT_REMOVE = account_slot_remove(workspace, account) "/w/{workspace}/accounts/{account}/queue/remove-slot";
    /// Copies posting slots to other accounts.
    ACCOUNT_SLOTS_COPY = account_slots_copy(workspace, account) "/w/{workspace}/accounts/{account}/queue/copy-slots";
    /// Lets go of an account.
    DISCONNECT = disconnect(workspace, account) "/w/{workspace}/accounts/{account}/disconnect";
    /// Choosing accounts under a login.
    CHOOSE = choose(workspace, grant) "/w/{workspace}/grants/{grant}";
    /// Where networks send browsers back to.
    OAUTH_CALLBACK = oauth_callback(platform) "/oauth/{platform}/callback";
    /// What a network sends by itself.
    WEBHOOK = webhook(platform) "/webhooks/{platform}";
    /// Where a network says that a person removed the app.
    WEBHOOK_DEAUTHORIZE = webhook_deauthorize(platform) "/webhooks/{platform}/deauthorize";
    /// Where a network says that a person wants their data deleted.
    WEBHOOK_DATA_DELETION = webhook_data_deletion(platform) "/webhooks/{platform}/data-deletion";
    /// How such a request stands.
    DELETION = deletion(platform, code) "/webhooks/{platform}/data-deletion/{code}";
    /// Settings of a workspace.
    WORKSPACE_SETTINGS = workspace_settings(workspace) "/w/{workspace}/settings";
    /// A workspace's logo.
    LOGO = logo(workspace) "/w/{workspace}/settings/logo";
    /// Takes the logo away.
    REMOVE_LOGO = remove_logo(workspace) "/w/{workspace}/settings/logo/remove";
    /// Who belongs to a workspace.
    MEMBERS = members(workspace) "/w/{workspace}/settings/members";
    /// Reports that go out by themselves.
    REPORT_SCHEDULES = report_schedules(workspace) "/w/{workspace}/settings/reports";
    /// Sends a report no more.
    REMOVE_REPORT_SCHEDULE = remove_report_schedule(workspace, schedule) "/w/{workspace}/settings/reports/{schedule}/remove";
    /// A report that went out.
    SENT_REPORT = sent_report(workspace, report) "/w/{workspace}/settings/reports/sent/{report}";
    /// The person's own link to a workspace's calendar.
    FEED_SETTINGS = feed_settings(workspace) "/w/{workspace}/settings/calendar";
    /// Ends that link.
    REVOKE_FEED = revoke_feed(workspace) "/w/{workspace}/settings/calendar/revoke";
    /// A workspace's calendar, for programs that show calendars.
    FEED = feed(secret) "/feeds/{secret}/carillon.ics";
    /// Texts that a workspace keeps for its posts.
    TEXTS = texts(workspace) "/w/{workspace}/settings/texts";
    /// What the person hears of in a workspace, and by which ways.
    NOTICE_WISHES = notice_wishes(workspace) "/w/{workspace}/settings/notices";
    /// API tokens of a workspace.
    TOKENS = tokens(workspace) "/w/{workspace}/settings/tokens";
    /// Ends an API token.
    REVOKE_TOKEN = revoke_token(workspace, token) "/w/{workspace}/settings/tokens/{token}/revoke";
    /// The library: all files, and uploading one.
    LIBRARY = library(workspace) "/w/{workspace}/library";
    /// The library as something to choose from, for a dialog.
    LIBRARY_PICK = library_pick(workspace) "/w/{workspace}/library/pick";
    /// Tags files of the library.
    LIBRARY_TAG = library_tag(workspace) "/w/{workspace}/library/tag";
    /// Fetches files from public addresses.
    LIBRARY_FETCH = library_fetch(workspace) "/w/{workspace}/library/fetch";
    /// Publishing what is chosen in the library.
    LIBRARY_PUBLISH = library_publish(workspace) "/w/{workspace}/library/publish";
    /// The live check of that.
    LIBRARY_PUBLISH_CHECK = library_publish_check(workspace) "/w/{workspace}/library/publish/check";
    /// About one file.
    LIBRARY_FILE = library_file(workspace, media) "/w/{workspace}/library/{media}";
    /// A file as it sits in a post that is being written.
    LIBRARY_TILE = library_tile(workspace, media) "/w/{workspace}/library/{media}/tile";
    /// Names, describes and tags a file.
    LIBRARY_ALT = library_alt(workspace, media) "/w/{workspace}/library/{media}/alt";
    /// Turns, cuts or trims a file, into another one.
    LIBRARY_EDIT = library_edit(workspace, media) "/w/{workspace}/library/{media}/edit";
    /// Takes a picture out of a video.
    LIBRARY_FRAME = library_frame(workspace, media) "/w/{workspace}/library/{media}/frame";
    /// Makes a copy of a file that an account's network takes.
    LIBRARY_FIT = library_fit(workspace, media) "/w/{workspace}/library/{media}/fit";
    /// Takes a file out of the library.
    LIBRARY_DELETE = library_delete(workspace, media) "/w/{workspace}/library/{media}/delete";
    /// A file of the library or one of its renditions, for pages.
    MEDIA_FILE = media_file(workspace, media, version) "/w/{workspace}/media/{media}/{version}";
    /// A file of the library, for networks that fetch it; see `carillon_engine::media::link`.
    MEDIA_PUBLIC = media_public(media, expiry, token, name) "/media/public/{media}/{expiry}/{token}/{name}";
    /// The bytes of a file, for API clients.
    MEDIA_CONTENT = media_content(media) "/api/v1/media/{media}/content";
    /// A smaller version of a file, for API clients.
    MEDIA_RENDITION = media_rendition(media, rendition) "/api/v1/media/{media}/renditions/{rendition}";
    /// Makes a copy of a file that a network takes.
    MEDIA_RENDITIONS = media_renditions(media) "/api/v1/media/{media}/renditions";
    /// Where resumable uploads begin.
    MEDIA_TUS = media_tus() "/api/v1/media/tus";
    /// One resumable upload.
    MEDIA_UPLOAD = media_upload(media) "/api/v1/media/tus/{media}";
    /// What needs a person.
    NOTICES = notices(workspace) "/w/{workspace}/notices";
    /// The bell, with how much of that is unread.
    BELL = bell(workspace) "/w/{workspace}/notices/bell";
    /// Marks a notice as read.
    READ_NOTICE = read_notice(workspace, notice) "/w/{workspace}/notices/{notice}/read";
    /// Marks all notices as read.
    READ_NOTICES = read_notices(workspace) "/w/{workspace}/notices/read";
    /// Finding accounts, posts and files by words.
    SEARCH = search(workspace) "/w/{workspace}/search";
    /// What the palette offers: pages and actions, or what a text finds.
    PALETTE = palette(workspace) "/w/{workspace}/palette";
    /// Live events of a workspace.
    EVENTS = events(workspace) "/w/{workspace}/events";
}

/// Pattern of [`asset`]; its last parameter takes several segments, which a format string can't say.
pub const ASSET: &str = "/static/{version}/{*path}";

/// An embedded file under the version of all of them.
pub fn asset(version: impl Display, path: impl Display) -> String {
    format!("/static/{version}/{path}")
}

/// Whether requests of this route are too many and too dull for the ordinary log.
pub fn is_quiet(route: &str) -> bool {
    matches!(route, ASSET | HEALTHZ | READYZ | METRICS)
}

/// An address with one more word in its query.
pub fn with_word(url: &str, word: &str) -> String {
    let (address, fragment) = url.split_once('#').map_or((url, String::new()), |(a, f)| (a, format!("#{f}")));
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{word}{fragment}")
}

/// What stands for something else in an address: all but letters, digits and the marks of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as the value of a query parameter.
/// A publication on the page of its post.
pub fn publication_of_post(workspace: impl Display, post: impl Display, publication: impl Display) -> String {
    format!("{}#{publication}", self::post(workspace, post))
}

/// The list of posts, which offers to take this one out of the trash again.
pub fn posts_after_trash(workspace: impl Display, post: impl Display) -> String {
    format!("{}?trashed={post}", posts(workspace))
}

/// A path as the value of a query parameter.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The sign-in form, leading back to `path` afterwards.
pub fn sign_in_and_return(path: Option<&str>) -> String {
    match path {
        Some(path) if path != HOME => format!("{SIGN_IN}?return={}", encode(path)),
        _ => SIGN_IN.to_owned(),
    }
}

/// A path of our own that is safe to redirect to; anything that could lead elsewhere becomes the start page.
pub fn local(path: &str) -> &str {
    let bytes = path.as_bytes();
    let starts_well = bytes.first() == Some(&b'/') && !matches!(bytes.get(1), Some(b'/' | b'\\'));
    let clean = bytes.iter().all(|b| b.is_ascii_graphic() && *b != b'\\');
    if starts_well && clean { path } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_our_own_are_returned_to() {
        assert_eq!(local("/w/ws_1/posts?state=failed"), "/w/ws_1/posts?state=failed");
        for foreign in
            ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a\r\nSet-Cookie: x", "evil"]
        {
            assert_eq!(local(foreign), HOME, "{foreign:?}");
        }
    }

    #[test]
    fn parameters_are_put_in() {
        assert_eq!(events("ws_1"), "/w/ws_1/events");
        assert_eq!(sign_in_and_return(Some("/a?b=c")), "/sign-in?return=%2Fa%3Fb%3Dc");
        assert_eq!(with_word("/a", "b"), "/a?b");
        assert_eq!(with_word("https://example.com/a?b=c#d", "e"), "https://example.com/a?b=c&e#d");
    }
}
