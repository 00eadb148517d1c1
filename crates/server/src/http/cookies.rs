//! Reading and writing cookies.

use axum::http::{HeaderMap, HeaderValue, header};

/// The cookie of that name.
pub fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    pairs
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// How a cookie behaves. All of ours are for the whole site and `SameSite=Lax`.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Seconds to keep it; 0 removes it.
    pub max_age_s: u64,
    /// Whether scripts may not see it.
    pub http_only: bool,
    /// Whether it travels over https only. Set where the public address is https; else browsers would drop it.
    pub secure: bool,
}

/// A `Set-Cookie` value; `None` when name or value have characters that a cookie can't carry.
pub fn set(name: &str, value: &str, rules: Rules) -> Option<HeaderValue> {
    let clean = |c: char| c.is_ascii_graphic() && !matches!(c, ';' | ',' | '"' | '\\');
    if !value.chars().all(clean) {
        return None;
    }
    let mut text = format!("{name}={value}; Path=/; SameSite=Lax; Max-Age={}", rules.max_age_s);
    if rules.http_only {
        text.push_str("; HttpOnly");
    }
    if rules.secure {
        text.push_str("; Secure");
    }
    HeaderValue::from_str(&text).ok()
}
