//! Enough of HTML to find out what a page loads, where it leads, and which forms it has.

/// What a page refers to. Nothing twice.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct References {
    /// Other pages.
    pub links: Vec<String>,
    /// What a browser loads to show this one.
    pub assets: Vec<String>,
}

/// A form of a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// Its hidden fields.
    pub fields: Vec<(String, String)>,
    /// Its buttons that carry a value.
    pub buttons: Vec<(String, String)>,
}

fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split('<').skip(1).filter_map(|tag| tag.split_once('>').map(|(tag, _)| tag))
}

fn name(tag: &str) -> &str {
    tag.split([' ', '\n', '/']).next().unwrap_or_default()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = tag.get(from..)?.split('"').next()?;
    let plain = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    Some(plain.replace("&#38;", "&").replace("&amp;", "&"))
}

/// Reads what a page refers to on its own server.
pub fn references(page: &str) -> References {
    let mut found = References::default();
    for tag in tags(page) {
        let (list, attribute_name) = match name(tag) {
            "a" => (&mut found.links, "href"),
            "link" | "use" => (&mut found.assets, "href"),
            "script" | "img" | "source" | "video" | "iframe" => (&mut found.assets, "src"),
            _ => continue,
        };
        let Some(reference) = attribute(tag, attribute_name) else { continue };
        let reference = reference.split('#').next().unwrap_or_default().to_owned();
        if reference.starts_with('/') && !list.contains(&reference) {
            list.push(reference);
        }
    }
    found
}

/// What a style sheet loads, relative to itself. Fonts are left out: a browser loads one when a page has letters of it.
pub fn loaded_by_styles(styles: &str) -> Vec<String> {
    let urls = styles.split("url(").skip(1).filter_map(|rest| rest.split_once(')').map(|(url, _)| url));
    let urls = urls.map(|url| url.trim_matches(['"', '\'']));
    urls.filter(|url| !url.starts_with("data:") && !url.ends_with(".woff2")).map(str::to_owned).collect()
}

/// The first form of a page.
pub fn form(page: &str) -> Option<Form> {
    let begin = page.find("<form")?;
    let inside = page.get(begin..)?.split("</form>").next()?;
    let mut form = Form::default();
    for tag in tags(inside) {
        let pair = || Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()));
        match name(tag) {
            "form" => form.action = attribute(tag, "action").unwrap_or_default(),
            "input" => form.fields.extend(pair()),
            "button" => form.buttons.extend(pair()),
            _ => {}
        }
    }
    Some(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_loads_and_where_it_leads_are_told_apart() {
        let page = r##"<link rel="stylesheet" href="/static/1/a.css"><script src="/static/1/a.js" defer></script>
            <svg><use href="/static/1/icons.svg#one"/></svg><svg><use href="/static/1/icons.svg#two"/></svg>
            <a class="b" href="/w/1/posts?a=1&amp;b=2">Posts</a><a href="#main">Skip</a><a href="https://example.com/">Out</a>
            <img alt="" src="/w/1/media/2/thumb"><form action="/w/1/compose"></form>"##;
        let found = references(page);
        assert_eq!(found.links, ["/w/1/posts?a=1&b=2"]);
        let assets = ["/static/1/a.css", "/static/1/a.js", "/static/1/icons.svg", "/w/1/media/2/thumb"];
        assert_eq!(found.assets, assets);
    }

    #[test]
    fn styles_load_pictures_and_other_styles() {
        let styles =
            r#"@import url(more.css);a{b:url("../c.png")}@font-face{src:url("f.woff2")}d{e:url('data:x')}"#;
        assert_eq!(loaded_by_styles(styles), ["more.css", "../c.png"]);
    }

    #[test]
    fn a_form_is_its_fields_and_buttons() {
        let page = r#"<p><form method="post" action="/go?a=1&amp;b=2"><input type="hidden" name="state" value="s">
            <button name="who" value="ada">Ada</button><button>Back</button></form>"#;
        let form = form(page).expect("a form");
        assert_eq!(form.action, "/go?a=1&b=2");
        assert_eq!(form.fields, [("state".to_owned(), "s".to_owned())]);
        assert_eq!(form.buttons, [("who".to_owned(), "ada".to_owned())]);
    }
}
