//! Plain text of what servers send as HTML.

/// The text of sanitised HTML: paragraphs and line breaks become line ends, tags go, entities are resolved.
pub fn to_text(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('<') {
            let Some(end) = rest.find('>') else { break };
            tag(&rest[1..end], &mut out);
            rest = &rest[end + 1..];
        } else {
            rest = entity(rest, &mut out);
        }
    }
    if !rest.starts_with('<') {
        out.push_str(rest);
    }
    out.trim().to_owned()
}

fn tag(tag: &str, out: &mut String) {
    let name = tag.split([' ', '/', '\t', '\n']).find(|part| !part.is_empty()).unwrap_or_default();
    let closing = tag.starts_with('/');
    match name.to_ascii_lowercase().as_str() {
        "br" => out.push('\n'),
        "p" | "blockquote" | "pre" | "ul" | "ol" if closing => out.push_str("\n\n"),
        "li" | "div" if closing => out.push('\n'),
        _ => {}
    }
}

/// Resolves the entity at the start of `text` and gives what follows.
fn entity<'a>(text: &'a str, out: &mut String) -> &'a str {
    let end = text.char_indices().take(12).find(|(_, c)| *c == ';').map(|(at, _)| at);
    let resolved = end.and_then(|end| text.get(1..end)).and_then(character);
    match (resolved, end) {
        (Some(c), Some(end)) => {
            out.push(c);
            &text[end + 1..]
        }
        _ => {
            out.push('&');
            &text[1..]
        }
    }
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_servers_send() {
        for (html, want) in [
            ("<p>Hello</p>", "Hello"),
            ("<p>one<br>two<br />three</p><p>four</p>", "one\ntwo\nthree\n\nfour"),
            (
                "<p>a &amp; b &lt;c&gt; &#39;d&#39; &quot;e&quot; &#x1F514; &nbsp;</p>",
                "a & b <c> 'd' \"e\" 🔔",
            ),
            (
                r#"<a href="https://example.com/a/b"><span class="invisible">https://</span><span class="ellipsis">example.com/a</span><span class="invisible">/b</span></a>"#,
                "https://example.com/a/b",
            ),
            (
                r#"<span class="h-card"><a href="https://h/@u" class="u-url mention">@<span>u</span></a></span> hi"#,
                "@u hi",
            ),
            ("AT&T & co &; &bogus; x", "AT&T & co &; &bogus; x"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            ("broken <a href=", "broken"),
            ("", ""),
        ] {
            assert_eq!(to_text(html), want, "{html}");
        }
    }

    proptest! {
        #[test]
        fn anything_becomes_text(html in "[<>&;/a-z#x0-9 \"é]{0,60}") {
            let _ = to_text(&html);
        }

        #[test]
        fn escaped_text_comes_back(text in "[a-zα-ω<>&\"' ]{0,40}") {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
            prop_assert_eq!(to_text(&escaped), text.trim());
        }
    }
}
