//! The parts of OAuth 2.0 that are the same everywhere.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use carillon_domain::secret::Secret;
use carillon_domain::time::{Entropy, random_bytes};
use sha2::{Digest, Sha256};
use url::Url;

/// A PKCE pair with method `S256` (RFC 7636, September 2015).
#[derive(Debug, Clone)]
pub struct Pkce {
    /// Kept until the token request: 43 characters of base64url.
    pub verifier: Secret,
    /// Goes into the authorize URL as `code_challenge`.
    pub challenge: String,
}

impl Pkce {
    /// A fresh pair.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self::from_verifier(Secret::new(URL_SAFE_NO_PAD.encode(random_bytes::<32>(entropy))))
    }

    /// The pair of a verifier.
    pub fn from_verifier(verifier: Secret) -> Self {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()));
        Self { verifier, challenge }
    }
}

/// An unguessable state: 32 characters of base64url, 192 bits.
pub fn random_state(entropy: &dyn Entropy) -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<24>(entropy))
}

/// The value of an `Authorization` header for HTTP Basic. Identifier and secret are form-encoded first, as RFC 6749
/// (section 2.3.1) asks.
pub fn basic_authorization(client_id: &str, client_secret: &Secret) -> Secret {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(client_id), encode(client_secret.expose()));
    Secret::new(format!("Basic {}", STANDARD.encode(pair)))
}

/// An authorize URL: the endpoint with these parameters. Spaces become `%20`, since some networks read `+` literally.
///
/// # Errors
/// When the endpoint is not an absolute URL.
pub fn authorize_url<'a>(
    endpoint: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Url, url::ParseError> {
    let mut url = Url::parse(endpoint)?;
    let query = form_urlencoded::Serializer::new(url.query().unwrap_or_default().to_owned())
        .extend_pairs(parameters)
        .finish()
        .replace('+', "%20");
    url.set_query(Some(&query));
    Ok(url)
}

/// A redirect address in the one form in which it is announced, registered and repeated: no fragment, no empty query, no
/// trailing slash behind a path. Networks compare it to the letter.
pub fn normal_redirect(mut uri: Url) -> Url {
    uri.set_fragment(None);
    if uri.query() == Some("") {
        uri.set_query(None);
    }
    let path = uri.path().trim_end_matches('/').to_owned();
    uri.set_path(&path);
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_domain::time::SeededEntropy;

    #[test]
    fn the_vector_of_rfc_7636_appendix_b() {
        let pkce = Pkce::from_verifier(Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert_eq!(pkce.challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let fresh = Pkce::new(&SeededEntropy::new(1));
        assert_eq!(fresh.verifier.expose().len(), 43);
    }

    #[test]
    fn basic_encodes_what_would_break_it() {
        let value = basic_authorization("a:b", &Secret::new("c d%"));
        assert_eq!(value.expose(), format!("Basic {}", STANDARD.encode("a%3Ab:c+d%25")));
    }

    #[test]
    fn authorize_urls_keep_their_query_and_escape_spaces() {
        let url =
            authorize_url("https://x.com/i/oauth2/authorize?a=1", [("scope", "one two+"), ("state", "s&t")]);
        let want = "https://x.com/i/oauth2/authorize?a=1&scope=one%20two%2B&state=s%26t";
        assert_eq!(url.expect("url").as_str(), want);
        assert!(authorize_url("not a url", []).is_err());
    }

    #[test]
    fn redirects_have_one_form() {
        let normal = |text: &str| normal_redirect(Url::parse(text).expect("url")).to_string();
        assert_eq!(
            normal("HTTPS://Example.com:443/oauth/x/callback/?#top"),
            "https://example.com/oauth/x/callback"
        );
        assert_eq!(normal("http://127.0.0.1:8080"), "http://127.0.0.1:8080/");
    }
}
