//! What people type as their server, and the base URL that is meant.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use super::egress::is_public;

/// Why a text is not the address of a server. The sentences are for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerUrlError {
    /// Nothing was typed.
    #[error("Enter the server's address, for example mastodon.social.")]
    Empty,
    /// It can't be read as an address.
    #[error("“{0}” is not a server address. Enter it like mastodon.social or https://mastodon.social.")]
    Malformed(String),
    /// An address of a private network, which the operator has not allowed.
    #[error(
        "{0} is a private address, and Carillon does not call those. If the server is yours, the operator allows it in the \
         settings: egress.allow = [\"{0}/{bits}\"].",
        bits = if .0.is_ipv4() { 32 } else { 128 }
    )]
    Private(IpAddr),
    /// Another scheme than http or https.
    #[error("Only https addresses can be used, not {0}.")]
    Scheme(String),
    /// Plain http to a public server.
    #[error(
        "{0} would be called without encryption. Use https, or ask the operator to allow its private address under egress.allow."
    )]
    PlainHttp(String),
    /// User name or password in the address.
    #[error("Leave user name and password out of the server's address.")]
    Credentials,
}

/// The base URL (scheme, host, port, no path) of what was typed: `host`, `host:port`, `@name@host`, `name@host`,
/// `https://host/@name`.
///
/// Without a scheme it is https, but http for this machine itself (`localhost`, `*.localhost`, loopback addresses). Plain
/// http elsewhere needs `allow`, the operator's private ranges; the egress guard then still checks where the name leads.
///
/// # Errors
/// [`ServerUrlError`] with a sentence for the person.
pub fn normalise(input: &str, allow: &[IpNet]) -> Result<Url, ServerUrlError> {
    let text = input.trim();
    if text.is_empty() {
        return Err(ServerUrlError::Empty);
    }
    let malformed = || ServerUrlError::Malformed(text.chars().take(80).collect());
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
        None => (None, without_name(text)),
    };
    if let Some(scheme) = scheme.as_deref().filter(|s| *s != "https" && *s != "http") {
        return Err(ServerUrlError::Scheme(scheme.chars().take(20).collect()));
    }
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(ServerUrlError::Credentials);
    }
    if authority.is_empty() || authority.chars().any(|c| c.is_whitespace() || c.is_control() || c == '%') {
        return Err(malformed());
    }
    let guess = Url::parse(&format!("https://{authority}/")).map_err(|_| malformed())?;
    let host = guess.host().ok_or_else(malformed)?.to_owned();
    let local = is_local(&host);
    if let Some(ip) = ip_of(&host).filter(|ip| !local && !is_public(*ip) && !allowed(*ip, allow)) {
        return Err(ServerUrlError::Private(ip));
    }
    if !local && !allow_host(&host, allow) {
        return Err(malformed());
    }
    let plain = scheme.as_deref().map_or(local, |s| s == "http");
    if plain && !local && allow.is_empty() {
        return Err(ServerUrlError::PlainHttp(host.to_string()));
    }
    // Parsed again with its scheme, so that the scheme's own port is left out.
    let scheme = if plain { "http" } else { "https" };
    let mut url = Url::parse(&format!("{scheme}://{authority}/")).map_err(|_| malformed())?;
    if let Some(name) = url.host_str().and_then(|h| h.strip_suffix('.')).map(str::to_owned) {
        url.set_host(Some(&name)).map_err(|_| malformed())?;
    }
    Ok(url)
}

/// `@name@host` and `name@host` without the name.
fn without_name(text: &str) -> &str {
    match text.rsplit_once('@') {
        Some((name, host)) if !name.contains(['/', ':', '?', '#']) => host,
        _ => text,
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Domain(name) => is_localhost(name),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

/// `localhost` and everything below it means this machine (RFC 6761, section 6.3).
pub fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

/// A public server has a name with a dot; bare names and addresses are for operators who allow private ranges.
fn allow_host(host: &Host, allow: &[IpNet]) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            let labels = || name.split('.');
            name.len() <= 253
                && labels().all(|l| !l.is_empty() && l.len() <= 63)
                && (labels().count() > 1 || !allow.is_empty())
        }
        Host::Ipv4(ip) => allowed(IpAddr::V4(*ip), allow),
        Host::Ipv6(ip) => allowed(IpAddr::V6(*ip), allow),
    }
}

fn allowed(ip: IpAddr, allow: &[IpNet]) -> bool {
    allow.iter().any(|net| net.contains(&ip))
}

/// A host that is an address, IPv4 also where it is wrapped in IPv6.
fn ip_of(host: &Host) -> Option<IpAddr> {
    match host {
        Host::Domain(_) => None,
        Host::Ipv4(ip) => Some(IpAddr::V4(*ip)),
        Host::Ipv6(ip) => Some(IpAddr::V6(*ip).to_canonical()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Result<String, ServerUrlError> {
        normalise(text, &[]).map(|u| u.to_string())
    }

    #[test]
    fn what_people_type() {
        let cases = [
            ("mastodon.social", "https://mastodon.social/"),
            (" Mastodon.Social ", "https://mastodon.social/"),
            ("@mara@mastodon.social", "https://mastodon.social/"),
            ("mara@mastodon.social", "https://mastodon.social/"),
            ("https://mastodon.social/@mara", "https://mastodon.social/"),
            ("https://mastodon.social:443/about?x#y", "https://mastodon.social/"),
            ("HTTPS://bsky.social", "https://bsky.social/"),
            ("pds.example.org:2583", "https://pds.example.org:2583/"),
            ("mastodon.social.", "https://mastodon.social/"),
            ("bücher.example", "https://xn--bcher-kva.example/"),
            ("localhost:2583", "http://localhost:2583/"),
            ("social.mastodon.localhost:8081", "http://social.mastodon.localhost:8081/"),
            ("@mara@social.mastodon.localhost:8081", "http://social.mastodon.localhost:8081/"),
            ("https://localhost", "https://localhost/"),
            ("127.0.0.1:8081", "http://127.0.0.1:8081/"),
            ("[::1]:8081", "http://[::1]:8081/"),
        ];
        for (text, want) in cases {
            assert_eq!(of(text).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_is_refused() {
        assert_eq!(of("   "), Err(ServerUrlError::Empty));
        assert_eq!(of("ftp://example.org"), Err(ServerUrlError::Scheme("ftp".to_owned())));
        assert_eq!(of("javascript://x"), Err(ServerUrlError::Scheme("javascript".to_owned())));
        assert_eq!(of("http://example.org"), Err(ServerUrlError::PlainHttp("example.org".to_owned())));
        assert_eq!(of("https://me:secret@example.org"), Err(ServerUrlError::Credentials));
        for text in
            ["mastodon", "8.8.8.8", "a b.example", "exa%6dple.org", "a..example", "/", "@", "https://"]
        {
            assert!(matches!(of(text), Err(ServerUrlError::Malformed(_))), "{text}: {:?}", of(text));
        }
    }

    #[test]
    fn private_addresses_are_called_so() {
        for text in
            ["10.0.0.7", "http://169.254.169.254", "https://0xa.1.1", "[::ffff:10.0.0.1]", "[fd00::1]:80"]
        {
            let refused = of(text).expect_err(text);
            assert!(matches!(refused, ServerUrlError::Private(_)), "{text}: {refused:?}");
        }
        let says = of("http://10.0.0.5").expect_err("private").to_string();
        assert!(says.contains("10.0.0.5 is a private address"), "{says}");
        assert!(says.contains("egress.allow = [\"10.0.0.5/32\"]"), "{says}");
    }

    #[test]
    fn operators_may_allow_private_ranges() {
        let allow: Vec<IpNet> = vec!["10.0.0.0/8".parse().expect("net")];
        let of = |text: &str| normalise(text, &allow).map(|u| u.to_string());
        assert_eq!(of("http://mastodon:3000").as_deref(), Ok("http://mastodon:3000/"));
        assert_eq!(of("http://10.0.0.7").as_deref(), Ok("http://10.0.0.7/"));
        assert!(of("192.168.0.1").is_err());
    }

    proptest! {
        #[test]
        fn the_result_is_an_origin_and_stays_as_it_is(text in "\\PC{0,40}") {
            if let Ok(url) = normalise(&text, &[]) {
                prop_assert_eq!(url.path(), "/");
                prop_assert!(url.query().is_none() && url.fragment().is_none());
                prop_assert!(url.username().is_empty() && url.password().is_none());
                prop_assert!(url.scheme() == "https" || url.host().is_some_and(|h| is_local(&h.to_owned())));
                prop_assert_eq!(normalise(url.as_str(), &[]), Ok(url));
            }
        }

        #[test]
        fn hosts_that_look_right_are_taken(host in "[a-z][a-z0-9]{0,10}(\\.[a-z][a-z0-9]{0,8}){1,3}", name in "[a-z_]{1,10}") {
            let want = format!("https://{host}/");
            if !is_localhost(&host) {
                let plain = of(&host);
                prop_assert_eq!(plain.as_deref(), Ok(want.as_str()));
                let with_name = of(&format!("@{name}@{host}"));
                prop_assert_eq!(with_name.as_deref(), Ok(want.as_str()));
            }
        }
    }
}
