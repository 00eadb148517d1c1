//! Threads of replies, and who may write, hide and approve them.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_chain_is_built_by_replying_to_the_last_part() {
    let net = Net::new();
    let user = net.user().await;
    let first = net.text(&user, "One.").await;
    let params = [("media_type", "TEXT"), ("text", "Two."), ("reply_to_id", first.as_str())];
    assert_eq!(refusal(&net.create(&user, &params).await), TOO_EARLY, "not to be seen yet");
    net.wait(2);
    let second = net.posted(&user, &params).await;
    net.wait(2);
    let third = net.reply(&user, &second, "Three.").await;
    let parents: Vec<_> = net.ledger().into_iter().map(|item| item.parent).collect();
    assert_eq!(parents, [None, Some(first.clone()), Some(second.clone())]);
    let fields = "is_reply,is_reply_owned_by_me,root_post,replied_to,has_replies,hide_status,owner";
    let shown = ok(&net.get(&third, &user.token, &[("fields", fields)]).await);
    let want = json!({
        "id": third, "is_reply": true, "is_reply_owned_by_me": true, "root_post": { "id": first },
        "replied_to": { "id": second }, "has_replies": false, "hide_status": "NOT_HUSHED",
    });
    assert_eq!(shown, want);
    assert_eq!(ids(&net.list(&user, "me/threads", &[]).await), [first.as_str()]);
    assert_eq!(ids(&net.list(&user, "me/replies", &[]).await), [third.as_str(), second.as_str()]);
    assert_eq!(ids(&net.list(&user, &format!("{first}/replies"), &[]).await), [second.as_str()]);
    let conversation = format!("{first}/conversation");
    assert_eq!(ids(&net.list(&user, &conversation, &[]).await), [third.as_str(), second.as_str()]);
    let oldest_first = net.list(&user, &conversation, &[("reverse", "false")]).await;
    assert_eq!(ids(&oldest_first), [second.as_str(), third.as_str()]);
    let inside = net.get(&format!("{second}/conversation"), &user.token, &[]).await;
    assert_eq!(refusal(&inside), (400, 100, 0));
}

#[tokio::test]
async fn a_slow_network_shows_posts_later() {
    let net = Net::new();
    let user = net.user().await;
    let late = Fault::once("threads", "threads.visible", When::Before, FaultKind::SlowProcessing);
    net.bench.world.faults().add(late.delay(Duration::from_secs(45)));
    let post = net.text(&user, "Soon.").await;
    ok(&net.get(&post, &user.token, &[]).await);
    net.wait(44);
    assert!(net.list(&user, "me/threads", &[]).await.is_empty());
    net.wait(1);
    assert_eq!(ids(&net.list(&user, "me/threads", &[]).await), [post.as_str()]);
    let params = [("media_type", "TEXT"), ("text", "x"), ("reply_to_id", post.as_str())];
    assert_eq!(refusal(&net.create(&user, &params).await), TOO_EARLY);
    net.wait(2);
    id(&net.create(&user, &params).await);
}

#[tokio::test]
async fn replying_needs_its_permission_and_a_post() {
    let net = Net::new();
    let mara = net.user().await;
    let post = net.text(&mara, "Anyone?").await;
    net.wait(2);
    let attempt = async |persona: &str, more: &str, parent: &str| {
        let scopes = format!("threads_basic,threads_content_publish{more}");
        let user = net.user_with(persona, &scopes).await;
        let params = [("media_type", "TEXT"), ("text", "Me."), ("reply_to_id", parent)];
        net.create(&user, &params).await
    };
    assert_eq!(refusal(&attempt("marafields", "", &post).await), (403, 10, 0));
    id(&attempt("marafields", ",threads_manage_replies", &post).await);
    assert_eq!(refusal(&attempt("theolund", ",threads_manage_replies", &post).await), (403, 10, 0));
    id(&attempt("theolund", ",threads_keyword_search", &post).await);
    id(&attempt("theolund", ",threads_manage_mentions", &post).await);
    let missing = attempt("marafields", ",threads_manage_replies", "18000000000000000").await;
    assert_eq!(refusal(&missing), (400, 100, 33));
    ok(&net.delete(&mara, &post).await);
    let gone = attempt("marafields", ",threads_manage_replies", &post).await;
    assert_eq!(refusal(&gone), (400, 100, 33));
}

#[tokio::test]
async fn the_author_says_who_may_reply() {
    let net = Net::new();
    let (mara, theo) = (net.user().await, net.user_with("theolund", SCOPES).await);
    for (control, theo_may) in [
        ("everyone", true),
        ("mentioned_only", true),
        ("accounts_you_follow", false),
        ("followers_only", false),
        ("parent_post_author_only", false),
    ] {
        let params = [("media_type", "TEXT"), ("text", "Hello @theolund!"), ("reply_control", control)];
        let post = net.posted(&mara, &params).await;
        net.wait(2);
        let shown = ok(&net.get(&post, &mara.token, &[("fields", "reply_audience")]).await);
        assert_eq!(shown["reply_audience"], control.to_ascii_uppercase());
        let params = [("media_type", "TEXT"), ("text", "Hi."), ("reply_to_id", post.as_str())];
        let reply = net.create(&theo, &params).await;
        assert_eq!(reply.status == StatusCode::OK, theo_may, "{control}");
        id(&net.create(&mara, &params).await);
    }
    let only = [("media_type", "TEXT"), ("text", "Nobody."), ("reply_control", "mentioned_only")];
    let post = net.posted(&mara, &only).await;
    net.wait(2);
    let params = [("media_type", "TEXT"), ("text", "Hi."), ("reply_to_id", post.as_str())];
    assert_eq!(refusal(&net.create(&theo, &params).await), (403, 10, 0));
}

#[tokio::test]
async fn a_reply_is_hidden_with_all_below_it() {
    let net = Net::new();
    let (mara, theo) = (net.user().await, net.user_with("theolund", SCOPES).await);
    let post = net.text(&mara, "Top.").await;
    net.wait(2);
    let reply = net.reply(&theo, &post, "Rude.").await;
    net.wait(2);
    let nested = net.reply(&theo, &reply, "Ruder.").await;
    let hide = async |user: &User, reply: &str, hide: &str| {
        net.post(&format!("{reply}/manage_reply"), &user.token, &[("hide", hide)]).await
    };
    assert_eq!(refusal(&hide(&theo, &reply, "true").await), (400, 100, 33), "not in his thread");
    assert_eq!(refusal(&hide(&mara, &nested, "true").await), (400, 100, 0), "top-level ones only");
    assert_eq!(ok(&hide(&mara, &reply, "true").await), json!({ "success": true }));
    let conversation = format!("{post}/conversation");
    let states = async || {
        let list = net.list(&mara, &conversation, &[("fields", "hide_status,username")]).await;
        list.iter().map(|reply| reply["hide_status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states().await, ["HIDDEN", "HIDDEN"]);
    let page = net.open("/@marafields").await.snippet(20_000);
    assert!(page.contains("Top.") && !page.contains("Rude"), "{page}");
    ok(&hide(&mara, &reply, "false").await);
    assert_eq!(states().await, ["NOT_HUSHED", "NOT_HUSHED"]);
}

#[tokio::test]
async fn replies_can_wait_for_approval() {
    let net = Net::new();
    let (mara, theo) = (net.user().await, net.user_with("theolund", SCOPES).await);
    let params = [("media_type", "TEXT"), ("text", "Ask me."), ("enable_reply_approvals", "true")];
    let post = net.posted(&mara, &params).await;
    net.wait(2);
    net.reply(&mara, &post, "My own goes through.").await;
    let good = net.reply(&theo, &post, "A question?").await;
    let bad = net.reply(&theo, &post, "Spam.").await;
    assert_eq!(net.ledger().len(), 2, "nobody sees them yet");
    let pending = format!("{post}/pending_replies");
    assert_eq!(ids(&net.list(&mara, &pending, &[]).await), [bad.as_str(), good.as_str()]);
    for (reply, approve) in [(&good, "true"), (&bad, "false")] {
        let path = format!("{reply}/manage_pending_reply");
        ok(&net.post(&path, &mara.token, &[("approve", approve)]).await);
        assert_eq!(refusal(&net.post(&path, &mara.token, &[("approve", approve)]).await), (400, 100, 33));
    }
    assert!(net.list(&mara, &pending, &[]).await.is_empty());
    let texts: Vec<_> = net.ledger().into_iter().map(|item| item.text).collect();
    assert_eq!(texts, ["Ask me.", "My own goes through.", "A question?"]);
}
