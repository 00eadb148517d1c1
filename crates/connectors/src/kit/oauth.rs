//! The parts of OAuth 2.0 that are the same everywhere.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::{Entropy, SignedDuration, Timestamp, random_bytes};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use crate::contract::authorizer::Callback;
use crate::contract::cx::Credential;

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

/// The code that a callback brings.
///
/// # Errors
/// What `refused` makes of the network's word and its description, or of `no_code`.
pub fn code(
    callback: &Callback,
    refused: impl Fn(&str, Option<&str>) -> ConnectorError,
) -> Result<&Secret, ConnectorError> {
    if let Some(error) = &callback.error {
        return Err(refused(error, callback.error_description.as_deref()));
    }
    callback.code.as_ref().filter(|code| !code.is_empty()).ok_or_else(|| refused("no_code", None))
}

/// The error of a code that the token endpoint did not take: nothing is connected yet that could be connected again.
pub fn code_refused(error: ConnectorError, cause: &str) -> ConnectorError {
    match error.kind {
        ErrorKind::AuthRevoked | ErrorKind::AuthExpired => ConnectorError {
            kind: ErrorKind::Rejected,
            code: "code_expired".to_owned(),
            cause: cause.to_owned(),
            action: "Start connecting again.".to_owned(),
            ..error
        },
        _ => error,
    }
}

/// Answer of a token endpoint (RFC 6749, section 5.1, October 2012), with what networks add.
#[derive(Debug, Deserialize)]
pub struct TokenAnswer {
    /// The token.
    pub access_token: Secret,
    /// For the next token. Some networks give it with the first answer only.
    #[serde(default)]
    pub refresh_token: Option<Secret>,
    /// Seconds until the token runs out.
    #[serde(default)]
    pub expires_in: Option<i64>,
    /// Seconds until the grant ends by itself. Not in the standard.
    #[serde(default, alias = "refresh_expires_in")]
    pub refresh_token_expires_in: Option<i64>,
    /// What was allowed.
    #[serde(default)]
    pub scope: Option<String>,
}

impl TokenAnswer {
    /// What to keep. What the answer to a refresh leaves out goes on as it was `before`, the refresh token above all.
    pub fn credential(self, now: Timestamp, before: Option<&Credential>) -> Credential {
        let until = |seconds: Option<i64>| {
            let seconds = seconds.filter(|seconds| *seconds > 0)?;
            now.checked_add(SignedDuration::from_secs(seconds)).ok()
        };
        let refresh_token = self.refresh_token.filter(|token| !token.is_empty());
        let refresh_expires_at = until(self.refresh_token_expires_in);
        let scopes = scopes(self.scope.as_deref().unwrap_or_default());
        Credential {
            access_token: self.access_token,
            refresh_token: refresh_token.or_else(|| before.and_then(|c| c.refresh_token.clone())),
            expires_at: until(self.expires_in),
            refresh_expires_at: refresh_expires_at.or_else(|| before.and_then(|c| c.refresh_expires_at)),
            scopes: match before {
                Some(before) if scopes.is_empty() => before.scopes.clone(),
                _ => scopes,
            },
            extra: serde_json::Value::Null,
        }
    }
}

/// Scopes as networks join them: by spaces, by commas, or by an encoded space.
fn scopes(joined: &str) -> Vec<String> {
    let joined = joined.replace("%20", " ").replace("%2C", ",");
    let parts = joined.split(|c: char| c.is_whitespace() || c == ',' || c == '+');
    parts.filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_domain::time::SeededEntropy;
    use serde_json::{Value, json};

    fn credential(answer: Value, before: Option<&Credential>) -> Credential {
        let answer: TokenAnswer = serde_json::from_value(answer).expect("an answer");
        answer.credential(Timestamp::UNIX_EPOCH, before)
    }

    #[test]
    fn what_a_refresh_leaves_out_goes_on() {
        let first = json!({ "access_token": "a", "refresh_token": "r", "expires_in": 60, "refresh_expires_in": 90, "scope": "one two" });
        let first = credential(first, None);
        let seconds = |at: Option<Timestamp>| at.map(|at| at.as_second());
        assert_eq!((seconds(first.expires_at), seconds(first.refresh_expires_at)), (Some(60), Some(90)));
        let again =
            credential(json!({ "access_token": "b", "refresh_token": "", "scope": null }), Some(&first));
        assert_eq!(again.access_token.expose(), "b");
        assert_eq!(again.refresh_token.as_ref().map(Secret::expose), Some("r"));
        assert_eq!((seconds(again.expires_at), seconds(again.refresh_expires_at)), (None, Some(90)));
        assert_eq!(again.scopes, ["one", "two"]);
        let other = json!({ "access_token": "c", "refresh_token": "s", "refresh_token_expires_in": 7, "scope": "three" });
        let other = credential(other, Some(&again));
        assert_eq!(other.refresh_token.as_ref().map(Secret::expose), Some("s"));
        assert_eq!(
            (seconds(other.refresh_expires_at), other.scopes.as_slice()),
            (Some(7), &["three".to_owned()][..])
        );
    }

    #[test]
    fn scopes_are_joined_in_many_ways() {
        for joined in ["a.b c", "a.b,c", "a.b%20c", "a.b%2Cc", "a.b+c", " a.b  c "] {
            assert_eq!(scopes(joined), ["a.b", "c"], "{joined}");
        }
        assert!(scopes("").is_empty());
        let own = "https://www.googleapis.com/auth/youtube.force-ssl";
        assert_eq!(scopes(own), [own]);
    }

    #[test]
    fn a_callback_brings_a_code_or_says_why_not() {
        let told = |code: Option<&str>, error: Option<&str>| {
            let callback = Callback {
                code: code.map(Secret::new),
                error: error.map(str::to_owned),
                error_description: error.map(|_| "words".to_owned()),
            };
            let refused = |word: &str, said: Option<&str>| {
                let cause = format!("{word} {}", said.unwrap_or("-"));
                ConnectorError::new(ErrorKind::Rejected, "toy", "oauth.authorize", "refused", cause)
            };
            self::code(&callback, refused).map(|code| code.expose().to_owned()).map_err(|e| e.cause)
        };
        assert_eq!(told(Some("x"), None), Ok("x".to_owned()));
        assert_eq!(told(Some("x"), Some("access_denied")), Err("access_denied words".to_owned()));
        for none in [None, Some("")] {
            assert_eq!(told(none, None), Err("no_code -".to_owned()));
        }
    }

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
