use super::*;
use proptest::prelude::*;

#[test]
fn urls() {
    let cases = [
        ("https://a.example/x?access_token=abc&y=1", "https://a.example/x?access_token=[redacted]&y=1"),
        ("https://me:pw@a.example/x", "https://a.example/x"),
        (
            "https://u.example/v?uploadType=r&upload_id=AB1",
            "https://u.example/v?uploadType=r&upload_id=[redacted]",
        ),
        ("https://a.example/cb?code=abc&state=def", "https://a.example/cb?code=[redacted]&state=[redacted]"),
        ("https://a.example/cb#access_token=abc", "https://a.example/cb#access_token=[redacted]"),
        (
            "https://g.example/media?image_url=https%3A%2F%2Fc.example%2Fm%2F1%3Fsig%3Dabc%26exp%3D5",
            "https://g.example/media?image_url=https%3A%2F%2Fc.example%2Fm%2F1%3Fsig%3D[redacted]%26exp%3D5",
        ),
        (
            "https://c.example/app/media/public/media_1/1793610000/dG9rZW4/boat.jpg?x=1",
            "https://c.example/app/media/public/[redacted]?x=1",
        ),
        (
            "https://g.example/media?image_url=https%3A%2F%2Fc.example%2Fmedia%2Fpublic%2Fm%2F1%2FdG9rZW4%2Fa.jpg&y=1",
            "https://g.example/media?image_url=https%3A%2F%2Fc.example%2Fmedia%2Fpublic%2F[redacted]&y=1",
        ),
        (
            "https://www.linkedin.com/dms-uploads/sp/D5605AQ/uploadedVideo?sau=1&ut=3xPq&part=2",
            "https://www.linkedin.com/dms-uploads/[redacted]",
        ),
        ("https://a.example/x?q=hello+world", "https://a.example/x?q=hello+world"),
    ];
    for (text, want) in cases {
        assert_eq!(url(text), want);
    }
}

#[test]
fn prose_stays_readable_and_loses_its_secrets() {
    let cases = [
        ("Error validating access token: Session has expired", None),
        ("The token was revoked.", None),
        ("Missing Bearer token", None),
        ("code 190, type OAuthException", None),
        ("Authorization: Bearer AAAAabc123", Some("Authorization: Bearer [redacted]")),
        ("token=abc, next", Some("token=[redacted], next")),
        (r#"{"accessJwt":"a.b","did":"did:plc:x""#, Some(r#"{"accessJwt":"[redacted]","did":"did:plc:x""#)),
        (r#"{\"refresh_token\":\"abc\"}"#, Some(r#"{\"refresh_token\":\"[redacted]\"}"#)),
        ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln back", Some("got [redacted] back")),
        (
            "could not fetch \"https://c.example/media/public/m/1/dG9rZW4/a.jpg\" (404)",
            Some("could not fetch \"https://c.example/media/public/[redacted]\" (404)"),
        ),
        (
            "no answer from https://www.linkedin.com/dms-uploads/D56/0?ut=3xPq&m=1, tried again",
            Some("no answer from https://www.linkedin.com/dms-uploads/[redacted] tried again"),
        ),
        ("access token: EAAB1234567890xyz is bad", Some("access token: [redacted] is bad")),
    ];
    for (from, want) in cases {
        let clean = text(from);
        assert_eq!(clean, want.unwrap_or(from));
        assert_eq!(text(&clean), clean, "once is enough");
    }
}

#[test]
fn bodies_by_type() {
    let redactor = Redactor::new([Secret::new("k/n+wn value")]);
    let body = |kind: &str, text: &str| redactor.body(Some(kind), text.as_bytes(), 200);
    assert_eq!(
        body(
            "application/json; charset=utf-8",
            r#"{"a":{"client_secret":"s"},"b":["x k/n+wn value"],"code":7}"#
        ),
        r#"{"a":{"client_secret":"[redacted]"},"b":["x [redacted]"],"code":7}"#
    );
    let form = "grant_type=authorization_code&code=zzz&note=k%2Fn%2Bwn+value";
    assert_eq!(
        body("application/x-www-form-urlencoded", form),
        "grant_type=authorization_code&code=[redacted]&note=[redacted]"
    );
    assert_eq!(body("image/png", "12345"), "[5 bytes of image/png]");
    let long = format!("{{\"text\":\"{}\",\"token\":\"abc", "x".repeat(100_000));
    assert_eq!(body("application/json", &long).chars().count(), 200);
}

#[test]
fn headers_by_name() {
    let mut headers = HeaderMap::new();
    for (name, value) in
        [("authorization", "Bearer x"), ("set-cookie", "a=b"), ("x-api-key", "k"), ("accept", "*/*")]
    {
        headers.insert(name, value.parse().expect("value"));
    }
    let lines = Redactor::default().headers(&headers);
    assert_eq!(lines.matches(HIDDEN).count(), 3, "{lines}");
    assert!(lines.contains("accept: */*"));
}

/// Names under which networks give tokens.
fn secret_name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "access_token",
        "refresh_token",
        "client_secret",
        "accessJwt",
        "refreshJwt",
        "password",
        "code_verifier",
        "fb_exchange_token",
        "X-Amz-Signature",
        "appsecret_proof",
    ])
}

/// What people write into a caption.
fn innocent() -> impl Strategy<Value = String> {
    let written = prop::sample::select(vec![
        "https://example.com",
        "https://example.com/a?b=c%20d&e=f+g#h=i",
        "http://example.com/@mara/1#",
        "#coffee",
        "@h.example",
        "50%",
        "1+1=2",
        "a&b",
        "?",
        "Grüße",
        "☕",
        "[link](https://example.com/x)",
        "x://y",
        "://",
    ]);
    prop_oneof![written.prop_map(str::to_owned), "[a-zA-Z0-9 #@%&+=?.,!-]{0,12}"]
}

proptest! {
    #[test]
    fn no_secret_by_name_survives(name in secret_name(), secret in "[A-Za-z0-9]{16,40}", other in "[a-z ]{0,12}") {
        let marked = format!("Zq{secret}");
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("a", &other).append_pair(name, &marked).append_pair("z", &other).finish();
        let json = serde_json::json!({ "a": other, "deep": [{ name: marked }], "z": 1 }).to_string();
        let redactor = Redactor::default();
        let cut = &json[..json.len() - 6];
        for clean in [
            redactor.url(&format!("https://h.example/p?{form}")),
            redactor.body(Some("application/x-www-form-urlencoded"), form.as_bytes(), 5_000),
            redactor.body(Some("application/json"), json.as_bytes(), 5_000),
            redactor.body(None, cut.as_bytes(), 5_000),
            redactor.text(&format!("failed with {name}={marked} here")),
            redactor.text(&format!("failed with \"{name}\": \"{marked}\" here")),
        ] {
            prop_assert!(!clean.contains(&marked), "{}", clean);
        }
    }

    #[test]
    fn no_known_value_survives(secret in "[!-~]{8,40}", before in ".{0,30}", after in ".{0,30}") {
        let redactor = Redactor::new([Secret::new(secret.clone())]);
        let hidden = |clean: String| !clean.replace(HIDDEN, "").contains(&secret);
        let text = format!("{before}{secret}{after}");
        prop_assert!(hidden(redactor.text(&text)));
        let json = serde_json::json!({ "note": format!("{before} {secret} {after}") }).to_string();
        let clean = redactor.body(Some("application/json"), json.as_bytes(), 5_000);
        if let Ok(value) = serde_json::from_str::<Value>(&clean) {
            prop_assert!(hidden(value["note"].as_str().unwrap_or_default().to_owned()));
        }
    }

    #[test]
    fn a_text_without_secrets_is_shown_as_it_was_sent(words in prop::collection::vec(innocent(), 0..9), by in "[ \n]") {
        let caption = words.join(&by);
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("caption", &caption).append_pair("alt", "a & b=c").finish();
        let json = serde_json::json!({ "caption": caption }).to_string();
        let redactor = Redactor::new([Secret::new("not in there")]);
        prop_assert_eq!(redactor.body(Some("application/x-www-form-urlencoded"), form.as_bytes(), 9_000), form);
        prop_assert_eq!(redactor.body(Some("application/json"), json.as_bytes(), 9_000), json);
        prop_assert_eq!(redactor.text(&caption), caption);
    }

    #[test]
    fn a_known_value_is_found_however_it_is_encoded(secret in "[!-~]{8,20}") {
        let hex: String = secret.bytes().map(|b| format!("%{b:02x}")).collect();
        let twice = hex.replace('%', "%25");
        let redactor = Redactor::new([Secret::new(secret)]);
        let form = format!("a={hex}&b=https%3a%2f%2fc.example%2f%3fd%3d{twice}");
        for clean in [
            redactor.body(Some("application/x-www-form-urlencoded"), form.as_bytes(), 5_000),
            redactor.url(&format!("https://h.example/p?{form}#{form}")),
        ] {
            prop_assert!(!clean.contains(&hex) && !clean.contains(&twice), "{}", clean);
        }
    }

    #[test]
    fn any_input_is_survived(text in ".{0,80}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let redactor = Redactor::default();
        let _ = (redactor.url(&text), redactor.text(&text), redactor.body(None, &bytes, 50));
    }
}
