//! Creating, editing and deleting posts and comments.

use super::*;

#[tokio::test]
async fn a_post_is_a_share_or_a_ugc_post_and_people_see_it() {
    let net = Net::new();
    let mara = net.login("marafields", MEMBER).await;
    let me = mara.me().await;
    let text = mara.publish(&me, r"Tea \& cake \<fresh\> #bread", Value::Null).await;
    assert!(text.starts_with("urn:li:share:"), "{text}");
    // The ampersand is not reserved, so its backslash is: the text ends there.
    assert_eq!(net.ledger()[0].text, "Tea ");
    let text = mara.publish(&me, r"Tea & cake \<fresh\> #bread", Value::Null).await;
    let poll = json!({ "poll": {
        "question": "Tea or coffee?",
        "options": [{ "text": "Tea" }, { "text": "Coffee" }],
        "settings": { "duration": "THREE_DAYS", "voteSelectionType": "SINGLE_VOTE", "isVoterVisibleToAuthor": true },
    } });
    let poll = mara.publish(&me, "", poll).await;
    assert!(poll.starts_with("urn:li:ugcPost:"), "{poll}");
    let article = json!({ "article": { "source": "https://example.com/a?b=1", "title": "A title" } });
    mara.publish(&me, "Read this", article).await;
    let item = net.ledger()[1].clone();
    assert_eq!((item.text.as_str(), item.remote_id.as_str()), ("Tea & cake <fresh> #bread", text.as_str()));
    assert_eq!((item.account.remote_id.as_str(), item.account.handle.as_str()), (me.as_str(), "marafields"));
    let kinds: Vec<String> = net.ledger().into_iter().map(|i| i.kind).collect();
    assert_eq!(kinds, ["post", "post", "poll", "article"]);
    for path in ["/feed/".to_owned(), "/in/marafields/".to_owned(), format!("/feed/update/{text}")] {
        let page = testing::open(&net.bench.sandbox, &format!("{WWW}{path}")).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.snippet(100_000).contains("Tea &amp; cake &lt;fresh&gt; #bread"), "{path}");
    }
    let feed = testing::open(&net.bench.sandbox, &format!("{WWW}/feed/")).await.snippet(100_000);
    assert!(
        feed.contains("Coffee") && feed.contains("A title") && feed.contains("https://example.com/a?b=1")
    );
    for missing in ["/in/nobody", "/company/marafields", "/feed/update/urn:li:share:1"] {
        let page = testing::open(&net.bench.sandbox, &format!("{WWW}{missing}")).await;
        assert_eq!(page.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn bodies_are_held_against_the_documentation() {
    let net = Net::new();
    let mara = net.login("marafields", MEMBER).await;
    let me = mara.me().await;
    let plain = || draft(&me, "Hello");
    let lacking = |name: &str| {
        let mut body = plain();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let set = |name: &str, value: Value| with(plain(), name, value);
    let content = |value: Value| set("content", value);
    let poll = |question: &str, options: Value, settings: Value| {
        content(json!({ "poll": { "question": question, "options": options, "settings": settings } }))
    };
    let (two, day) = (json!([{ "text": "a" }, { "text": "b" }]), json!({ "duration": "ONE_DAY" }));
    let one = json!([{ "text": "a" }]);
    let long = json!([{ "text": "a".repeat(31) }, { "text": "b" }]);
    let five = json!([{ "text": "a" }, { "text": "b" }, { "text": "c" }, { "text": "d" }, { "text": "e" }]);
    let article =
        |source: &str, title: &str| content(json!({ "article": { "source": source, "title": title } }));
    let cases = [
        (lacking("author"), "MISSING_FIELD"),
        (lacking("commentary"), "MISSING_FIELD"),
        (lacking("visibility"), "MISSING_FIELD"),
        (lacking("distribution"), "MISSING_FIELD"),
        (lacking("lifecycleState"), "MISSING_FIELD"),
        (set("author", json!("urn:li:share:1")), "INVALID_URN_TYPE"),
        (set("lifecycleState", json!("DRAFT")), "INVALID_VALUE_FOR_FIELD"),
        (set("visibility", json!("EVERYONE")), "INVALID_VALUE_FOR_FIELD"),
        (set("visibility", json!("CONTAINER")), "INVALID_VALUE_FOR_FIELD"),
        (set("distribution", json!({ "feedDistribution": "SOMEWHERE" })), "INVALID_VALUE_FOR_FIELD"),
        (set("commentary", json!("a".repeat(3_001))), "FIELD_LENGTH_TOO_LONG"),
        (set("commentary", json!("😀".repeat(1_501))), "FIELD_LENGTH_TOO_LONG"),
        (set("commentary", json!("")), "INVALID_VALUE_BLANK_FIELD"),
        (set("commentary", json!(7)), "INVALID_VALUE_FOR_FIELD"),
        (set("contentLandingPage", json!("https://example.com")), "INVALID_VALUE_FOR_FIELD"),
        (set("reshareContext", json!({ "parent": "urn:li:share:1" })), "INVALID_URN_ID"),
        (content(json!({})), "INVALID_VALUE_FOR_FIELD"),
        (content(json!({ "media": { "id": "urn:li:image:nothing" } })), "INVALID_IMAGE_ID"),
        (content(json!({ "media": { "id": "urn:li:video:nothing" } })), "INVALID_VIDEO_ID"),
        (content(json!({ "media": { "id": "urn:li:share:1" } })), "INVALID_URN_TYPE"),
        (
            content(json!({ "multiImage": { "images": [{ "id": "urn:li:image:x" }] } })),
            "INVALID_VALUE_FOR_FIELD",
        ),
        (article("example", "Title"), "INVALID_VALUE_FOR_FIELD"),
        (article("https://example.com", " "), "INVALID_VALUE_BLANK_FIELD"),
        (content(json!({ "article": { "source": "https://example.com" } })), "MISSING_FIELD"),
        (poll("?", one, day.clone()), "INVALID_VALUE_FOR_FIELD"),
        (poll("?", five, day.clone()), "INVALID_VALUE_FOR_FIELD"),
        (poll("?", long, day.clone()), "FIELD_LENGTH_TOO_LONG"),
        (poll(&"?".repeat(141), two.clone(), day.clone()), "FIELD_LENGTH_TOO_LONG"),
        (poll("", two.clone(), day), "INVALID_VALUE_BLANK_FIELD"),
        (poll("?", two.clone(), json!({ "duration": "TWO_DAYS" })), "INVALID_VALUE_FOR_FIELD"),
        (poll("?", two, json!({})), "MISSING_FIELD"),
    ];
    for (sent, code) in cases {
        let reply = mara.post("posts", &sent).await;
        assert_eq!(refusal(&reply), (400, code.to_owned()), "{sent}: {}", reply.snippet(300));
    }
    for (name, path) in [("text", "/text"), ("adContext", "/adContext")] {
        let reply = mara.post("posts", &set(name, json!("x"))).await;
        assert_eq!(reply.status, 422);
        let message = format!("ERROR :: {path} :: unrecognized field found but not allowed");
        assert_eq!(body(&reply)["message"], message);
    }
    let call =
        mara.call(Method::POST, "posts").body("text/plain", bytes_of(plain().to_string().into_bytes()));
    assert_eq!(mara.send(call).await.status, 415);
    assert!(net.ledger().is_empty());
    // Escapes are not counted.
    mara.publish(&me, &r"\(".repeat(3_000), Value::Null).await;
    assert_eq!(net.ledger()[0].text.len(), 3_000);
}

#[tokio::test]
async fn authors_need_the_scope_and_the_role() {
    let net = Net::new();
    let (member, page) = (net.login("marafields", MEMBER).await, net.login("marafields", ORGANIZATION).await);
    let me = member.me().await;
    let coffee = page.page().await;
    let bikes = net.login("theolund", ORGANIZATION).await.page().await;
    assert_ne!(coffee, bikes);
    let denied = (403, "ACCESS_DENIED".to_owned());
    assert_eq!(
        refusal(&page.post("posts", &draft(&me, "x")).await),
        denied,
        "a member without w_member_social"
    );
    assert_eq!(refusal(&page.post("posts", &draft(&bikes, "x")).await), denied, "an analyst");
    assert_eq!(refusal(&member.post("posts", &draft("urn:li:person:xxxxxxxxxx", "x")).await), denied);
    let reply = member.post("posts", &draft(&coffee, "x")).await;
    assert_eq!(reply.status, 400, "a page without its scope");
    let sign_in_only = net.login("theolund", "openid profile").await;
    let reply = sign_in_only.post("posts", &draft(&sign_in_only.me().await, "x")).await;
    assert_eq!(refusal(&reply), denied);
    let message = body(&reply)["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "Not enough permissions to access: partnerApiPostsExternal.CREATE.20260901");
    // Content administrators and posters of direct sponsored content may post.
    let aisha = net.login("aishaokafor", ORGANIZATION).await;
    aisha.publish(&coffee, "As the roastery", Value::Null).await;
    aisha.publish(&bikes, "As the workshop", Value::Null).await;
    let private = with(draft(&coffee, "x"), "visibility", json!("CONNECTIONS"));
    assert_eq!(refusal(&page.post("posts", &private).await).0, 400, "pages have no connections");
    // A role can go while the token is still good.
    net.memory(|m| m.lost_roles.push(("marafields".into(), "harborlightcoffee".into())));
    assert_eq!(refusal(&page.post("posts", &draft(&coffee, "x")).await), denied);
    assert_eq!(net.ledger().len(), 2);
    assert_eq!(net.ledger()[0].account.remote_id, coffee);
}

#[tokio::test]
async fn the_same_again_is_refused_for_ten_minutes_even_after_deleting() {
    let net = Net::new();
    let mara = net.login("marafields", MEMBER).await;
    let me = mara.me().await;
    let urn = mara.publish(&me, "As every day", Value::Null).await;
    mara.publish(&me, "As every other day", Value::Null).await;
    let theo = net.login("theolund", MEMBER).await;
    theo.publish(&theo.me().await, "As every day", Value::Null).await;
    for _ in 0..2 {
        assert_eq!(mara.delete(&urn).await.status, 204, "also when it is gone");
    }
    assert!(net.ledger()[0].deleted_at.is_some());
    net.pass(599);
    let again = mara.post("posts", &draft(&me, "As every day")).await;
    assert_eq!(again.status, 422);
    assert!(body(&again)["code"].is_null(), "the code stands in the details");
    let detail = &body(&again)["errorDetails"]["inputErrors"][0];
    assert_eq!(
        (&detail["code"], &detail["description"]),
        (&json!("DUPLICATE_POST"), &json!("Duplicate post is detected"))
    );
    assert!(body(&again)["message"].as_str().unwrap().ends_with(&format!("duplicate of {urn}")));
    net.pass(1);
    assert_ne!(mara.publish(&me, "As every day", Value::Null).await, urn);
}

#[tokio::test]
async fn edits_change_the_text_and_little_else() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let page = mara.page().await;
    let urn = mara.publish(&page, "Frist", Value::Null).await;
    let path = format!("posts/{}", encoded(&urn));
    let patch = async |set: Value| {
        let call = mara.call(Method::POST, &path).json(&json!({ "patch": { "$set": set } }));
        mara.send(header(call, "x-restli-method", "PARTIAL_UPDATE")).await
    };
    assert_eq!(patch(json!({ "commentary": r"First \(really\)" })).await.status, 204);
    let read = body(&mara.get(&format!("{path}?viewContext=AUTHOR")).await);
    assert_eq!(read["commentary"], r"First \(really\)");
    assert_eq!(read["lifecycleStateInfo"]["isEditedByAuthor"], true);
    assert_eq!(patch(json!({ "visibility": "LOGGED_IN" })).await.status, 422);
    assert_eq!(patch(json!({ "commentary": "a".repeat(3_001) })).await.status, 400);
    let without = mara.post(&path, &json!({ "patch": { "$set": { "commentary": "x" } } })).await;
    assert_eq!(without.status, 400, "without its method");
    let naked = mara.send(mara.call(Method::DELETE, &path)).await;
    assert_eq!(naked.status, 400, "without its method");
    let theo = net.login("theolund", ORGANIZATION).await;
    assert_eq!(refusal(&theo.delete(&urn).await).0, 403);
    assert_eq!(mara.delete(&urn).await.status, 204);
    assert_eq!(refusal(&mara.get(&path).await), (404, "NOT_FOUND".into()));
    assert_eq!(patch(json!({ "commentary": "x" })).await.status, 404);
}

#[tokio::test]
async fn a_mention_needs_the_right_name() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let (me, page) = (mara.me().await, mara.page().await);
    for (name, urn, kept) in [
        ("Harbor Light Coffee", &page, true),
        ("Harbor light coffee", &page, false),
        ("Fields", &me, true),
        ("Mara F", &me, false),
    ] {
        let sent = format!("Coffee with @[{name}]({urn}), one");
        let post = mara.publish(&page, &sent, Value::Null).await;
        let read = body(&mara.get(&format!("posts/{}", encoded(&post))).await);
        let plain = format!("Coffee with {name}, one");
        assert_eq!(read["commentary"], if kept { sent } else { plain.clone() });
        assert_eq!(net.ledger().last().unwrap().text, plain);
    }
}

#[tokio::test]
async fn comments_stand_below_a_post() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let page = mara.page().await;
    let urn = mara.publish(&page, "With a word to follow", Value::Null).await;
    let path = format!("socialActions/{}/comments", encoded(&urn));
    let words =
        |text: &str| json!({ "actor": page, "object": urn, "message": { "text": text, "attributes": [] } });
    net.memory(|m| m.comments_after_s = 5);
    let early = mara.post(&path, &words("Too early (but why?)")).await;
    assert_eq!(early.status, 404);
    assert!(body(&early)["message"].as_str().unwrap().starts_with("Unable to obtain activity"));
    net.pass(5);
    let reply = mara.post(&path, &words("Plain (not little) text_")).await;
    assert_eq!(reply.status, 201, "{}", reply.snippet(300));
    let made = body(&reply);
    assert_eq!(reply.header("x-restli-id"), made["id"].as_str());
    let object = made["object"].as_str().unwrap();
    assert!(object.starts_with("urn:li:activity:"));
    assert_eq!(made["commentUrn"], format!("urn:li:comment:({object},{})", made["id"].as_str().unwrap()));
    let item = net.ledger()[1].clone();
    assert_eq!((item.kind.as_str(), item.text.as_str()), ("comment", "Plain (not little) text_"));
    assert_eq!((item.parent, json!(item.remote_id)), (Some(urn.clone()), made["commentUrn"].clone()));
    let elsewhere = json!({ "actor": page, "object": "urn:li:share:1", "message": { "text": "x" } });
    assert_eq!(refusal(&mara.post(&path, &elsewhere).await).1, "INVALID_URN_ID");
    assert_eq!(refusal(&mara.post(&path, &words(&"a".repeat(1_251))).await).1, "FIELD_LENGTH_TOO_LONG");
    assert_eq!(refusal(&mara.post(&path, &words(" ")).await).1, "INVALID_VALUE_BLANK_FIELD");
    // By the activity, as an answer to the first one.
    let answer = json!({
        "actor": page, "object": object, "parentComment": made["commentUrn"], "message": { "text": "An answer" },
    });
    let below = format!("socialActions/{}/comments", encoded(object));
    assert_eq!(mara.post(&below, &answer).await.status, 201);
    let list = body(&mara.get(&path).await);
    assert_eq!(list["elements"][0]["message"]["text"], "Plain (not little) text_");
    assert_eq!((list["elements"].as_array().unwrap().len(), &list["paging"]["total"]), (1, &json!(1)));
    let numbers = body(&mara.get(&format!("socialMetadata/{}", encoded(&urn))).await);
    assert_eq!(numbers["commentSummary"], json!({ "count": 2, "topLevelCount": 1 }));
    assert_eq!(numbers["commentsState"], "OPEN");
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(mara.send(mara.call(Method::DELETE, &one)).await.status, 400, "whose?");
    let gone = mara.call(Method::DELETE, &format!("{one}?actor={}", encoded(&page)));
    assert_eq!(mara.send(gone).await.status, 204);
    assert_eq!(net.ledger().iter().filter(|i| i.deleted_at.is_some()).count(), 2, "with its answers");
    let member = net.login("theolund", MEMBER).await;
    assert_eq!(refusal(&member.get(&path).await).0, 403, "members can't read");
}
