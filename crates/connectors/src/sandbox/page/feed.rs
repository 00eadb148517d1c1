//! What followers would see.

use std::fmt::Write as _;

use axum::response::Html;
use carillon_domain::time::Timestamp;

use super::{TOO_LARGE, escape, shell};

/// A page of posts.
#[derive(Debug, Clone, Default)]
pub struct FeedView {
    /// Name of the network.
    pub network: String,
    /// The network's colour, `#rrggbb`.
    pub color: String,
    /// Title of the page.
    pub title: String,
    /// Whose feed it is; `None` for the whole network's.
    pub profile: Option<ProfileView>,
    /// Newest first.
    pub posts: Vec<PostView>,
    /// Further pages: label and address.
    pub links: Vec<(String, String)>,
}

/// The head of an account's page.
#[derive(Debug, Clone, Default)]
pub struct ProfileView {
    /// Display name.
    pub name: String,
    /// Handle without `@`.
    pub handle: String,
    /// About themselves.
    pub bio: String,
    /// Address of the picture.
    pub avatar_url: String,
    /// Numbers with their labels.
    pub counts: Vec<(String, u64)>,
}

/// One post.
#[derive(Debug, Clone, Default)]
pub struct PostView {
    /// Author's display name.
    pub name: String,
    /// Author's handle without `@`.
    pub handle: String,
    /// Address of the author's picture.
    pub avatar_url: String,
    /// Address of the author's page.
    pub author_url: String,
    /// Address of the post's own page.
    pub url: String,
    /// When it became public.
    pub at: Option<Timestamp>,
    /// A short word beside the time: `Reel`, `edited`, `followers only` …
    pub badge: Option<String>,
    /// Text that hides the rest until opened (content warning).
    pub warning: Option<String>,
    /// Plain text; line breaks are kept.
    pub text: String,
    /// Finished HTML instead of `text`, when the network marks up links itself. Must be safe.
    pub html: Option<String>,
    /// Pictures and videos.
    pub media: Vec<MediaView>,
    /// A link card: address, title, description.
    pub card: Option<(String, String, String)>,
    /// A poll.
    pub poll: Option<PollView>,
    /// Numbers with their labels.
    pub counts: Vec<(String, u64)>,
    /// Replies and comments below it.
    pub replies: Vec<PostView>,
}

/// A file on a post.
#[derive(Debug, Clone, Default)]
pub struct MediaView {
    /// Address.
    pub url: String,
    /// MIME type.
    pub mime: String,
    /// Alternative text.
    pub alt: Option<String>,
}

/// A poll.
#[derive(Debug, Clone, Default)]
pub struct PollView {
    /// Answers with their votes.
    pub options: Vec<(String, u64)>,
    /// When it closes.
    pub ends_at: Option<Timestamp>,
    /// Several answers may be chosen.
    pub multiple: bool,
}

/// Draws the page.
pub fn feed_page(view: &FeedView) -> Html<String> {
    let mut body = String::new();
    if let Some(profile) = &view.profile {
        draw_profile(&mut body, profile);
    } else {
        let _ = write!(body, "<h1>{}</h1>", escape(&view.title));
    }
    if !view.links.is_empty() {
        body.push_str("<nav class=\"links\">");
        for (label, url) in &view.links {
            let _ = write!(body, "<a href=\"{}\">{}</a>", escape(url), escape(label));
        }
        body.push_str("</nav>");
    }
    if view.posts.is_empty() {
        body.push_str("<section class=\"card empty\"><p>Nothing has been posted here yet.</p></section>");
    }
    for post in &view.posts {
        draw_post(&mut body, post);
    }
    shell(&view.title, &view.network, &view.color, &body)
}

fn draw_profile(out: &mut String, profile: &ProfileView) {
    let _ = write!(
        out,
        "<section class=\"card profile\"><img src=\"{}\" alt=\"\" width=\"72\" height=\"72\"><div><h1>{}</h1><p \
         class=\"handle\">@{}</p><p>{}</p>",
        escape(&profile.avatar_url),
        escape(&profile.name),
        escape(&profile.handle),
        escape(&profile.bio),
    );
    draw_counts(out, &profile.counts);
    out.push_str("</div></section>");
}

fn draw_counts(out: &mut String, counts: &[(String, u64)]) {
    if counts.is_empty() {
        return;
    }
    out.push_str("<p class=\"counts\">");
    for (label, n) in counts {
        let _ = write!(out, "<span><strong>{}</strong> {}</span>", grouped(*n), escape(label));
    }
    out.push_str("</p>");
}

fn draw_post(out: &mut String, post: &PostView) {
    let _ = write!(
        out,
        "<article class=\"card post\"><p class=\"who\"><img src=\"{}\" alt=\"\" width=\"40\" height=\"40\"><span><a \
         href=\"{}\"><strong>{}</strong></a><small>@{}</small></span><a class=\"when\" href=\"{}\">{}</a>{}</p>",
        escape(&post.avatar_url),
        escape(&post.author_url),
        escape(&post.name),
        escape(&post.handle),
        escape(&post.url),
        post.at.map(|t| escape(&t.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())).unwrap_or_default(),
        post.badge
            .as_deref()
            .map(|b| format!("<span class=\"tag\">{}</span>", escape(b)))
            .unwrap_or_default(),
    );
    if let Some(warning) = &post.warning {
        let _ = write!(out, "<details><summary>{}</summary>", escape(warning));
    }
    match &post.html {
        Some(html) => out.push_str(&format!("<div class=\"text\">{html}</div>")),
        None if post.text.is_empty() => {}
        None => out.push_str(&format!("<p class=\"text\">{}</p>", with_links(&post.text))),
    }
    draw_media(out, &post.media);
    if let Some((url, title, description)) = &post.card {
        let _ = write!(
            out,
            "<a class=\"linkcard\" rel=\"noopener nofollow\" href=\"{}\"><strong>{}</strong><span>{}</span></a>",
            escape(url),
            escape(title),
            escape(description)
        );
    }
    if let Some(poll) = &post.poll {
        draw_poll(out, poll);
    }
    if post.warning.is_some() {
        out.push_str("</details>");
    }
    draw_counts(out, &post.counts);
    if !post.replies.is_empty() {
        out.push_str("<div class=\"replies\">");
        post.replies.iter().for_each(|reply| draw_post(out, reply));
        out.push_str("</div>");
    }
    out.push_str("</article>");
}

/// Plain text as HTML, web addresses as links.
fn with_links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let address = word.trim_end_matches(['.', ',', ')', ';', ':', '!', '?', '…']);
        if address.starts_with("https://") || address.starts_with("http://") {
            let (address, rest) = (escape(address), escape(&piece[address.len()..]));
            let _ = write!(out, "<a rel=\"noopener nofollow\" href=\"{address}\">{address}</a>{rest}");
        } else {
            out.push_str(&escape(piece));
        }
    }
    out
}

/// `18,400`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn draw_media(out: &mut String, media: &[MediaView]) {
    if media.is_empty() {
        return;
    }
    let _ = write!(out, "<div class=\"media n{}\">", media.len().min(4));
    for item in media {
        let (url, alt) = (escape(&item.url), escape(item.alt.as_deref().unwrap_or_default()));
        out.push_str("<figure>");
        let _ = if item.url.contains(&format!("/sandbox{TOO_LARGE}")) {
            write!(
                out,
                "<p class=\"empty\">Too large to be kept here. <a href=\"{url}\">What is known of it</a></p>"
            )
        } else if item.mime.starts_with("video/") {
            write!(out, "<video src=\"{url}\" controls preload=\"metadata\" aria-label=\"{alt}\"></video>")
        } else {
            write!(out, "<img src=\"{url}\" alt=\"{alt}\" loading=\"lazy\">")
        };
        if !alt.is_empty() {
            let _ = write!(out, "<figcaption><span class=\"tag\">alt</span> {alt}</figcaption>");
        }
        out.push_str("</figure>");
    }
    out.push_str("</div>");
}

fn draw_poll(out: &mut String, poll: &PollView) {
    let total: u64 = poll.options.iter().map(|(_, n)| n).sum();
    out.push_str("<div class=\"poll\"><ul>");
    for (option, votes) in &poll.options {
        let percent = (votes * 100).checked_div(total).unwrap_or(0);
        let _ = write!(
            out,
            "<li><span>{}</span><meter min=\"0\" max=\"100\" value=\"{percent}\"></meter><small>{votes}</small></li>",
            escape(option)
        );
    }
    let kind = if poll.multiple { "Several answers" } else { "One answer" };
    let ends =
        poll.ends_at.map(|t| t.strftime(" · closes %Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
    let _ = write!(out, "</ul><small>{kind}{}</small></div>", escape(&ends));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_too_large_is_not_shown_and_this_is_said() {
        let url = "http://localhost:8081/sandbox/too-large/9f86".to_owned();
        let mut page = String::new();
        draw_media(&mut page, &[MediaView { url, mime: "video/mp4".to_owned(), alt: None }]);
        assert!(page.contains("Too large to be kept here") && page.contains("too-large/9f86"), "{page}");
        assert!(!page.contains("<video"), "{page}");
    }

    #[test]
    fn links_and_numbers() {
        assert_eq!(
            with_links("a <b> https://e.example/?x=\"1\"&y, end\nhttp://f.example."),
            "a &lt;b&gt; <a rel=\"noopener nofollow\" href=\"https://e.example/?x=&quot;1&quot;&amp;y\">https://e.example/?x=\
             &quot;1&quot;&amp;y</a>, end\n<a rel=\"noopener nofollow\" href=\"http://f.example\">http://f.example</a>."
        );
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
