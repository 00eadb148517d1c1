//! Who may read what, pages, and numbers.

use super::*;

/// Whether a page's statistics have a line for a post.
async fn measured(someone: &Someone<'_>, page: &str, post: &str) -> bool {
    let key = if post.starts_with("urn:li:share:") { "shares" } else { "ugcPosts" };
    let path = format!(
        "organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={}&{key}=List({})",
        encoded(page),
        encoded(post)
    );
    !body(&someone.get(&path).await)["elements"].as_array().unwrap().is_empty()
}

#[tokio::test]
async fn roles_are_listed_with_their_states() {
    let net = Net::new();
    let list = async |persona: &str, rest: &str| {
        let someone = net.login(persona, ORGANIZATION).await;
        let found = body(&someone.get(&format!("organizationAcls?q=roleAssignee{rest}")).await);
        let me = someone.me().await;
        let elements = found["elements"].as_array().unwrap().clone();
        assert!(elements.iter().all(|e| e["roleAssignee"] == me), "{elements:?}");
        let text = |e: &Value| format!("{} {}", e["role"].as_str().unwrap(), e["state"].as_str().unwrap());
        elements.iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(list("marafields", "").await, ["ADMINISTRATOR APPROVED", "ANALYST APPROVED"]);
    assert_eq!(list("marafields", "&role=ADMINISTRATOR&state=APPROVED").await, ["ADMINISTRATOR APPROVED"]);
    assert_eq!(list("theolund", "").await, ["ADMINISTRATOR APPROVED", "ADMINISTRATOR REQUESTED"]);
    assert_eq!(list("theolund", "&state=APPROVED").await.len(), 1);
    assert!(list("nikospapadakis", "").await.is_empty());
    let member = net.login("marafields", MEMBER).await;
    assert_eq!(refusal(&member.get("organizationAcls?q=roleAssignee").await).0, 403);
    let mara = net.login("marafields", ORGANIZATION).await;
    let first = body(&mara.get("organizationAcls?q=roleAssignee&count=1").await);
    let next = first["paging"]["links"][0]["href"].as_str().unwrap().strip_prefix("/rest/").unwrap();
    let second = body(&mara.get(next).await);
    assert_eq!(second["elements"][0]["role"], "ANALYST");
    assert_eq!(second["paging"]["links"], json!([]));
}

#[tokio::test]
async fn organizations_can_be_looked_up() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let page = mara.page().await;
    let id = page.rsplit(':').next().unwrap();
    let one = body(&mara.get(&format!("organizations/{id}")).await);
    assert_eq!((&one["localizedName"], one["id"].to_string().as_str()), (&json!("Harbor Light Coffee"), id));
    assert_eq!(one["vanityName"], "harborlightcoffee");
    let found = body(&mara.get("organizations?q=vanityName&vanityName=harborlightcoffee").await);
    assert_eq!(found["elements"][0]["id"], one["id"]);
    let batch = body(&mara.get(&format!("organizations?ids=List({id},7)")).await);
    assert_eq!((&batch["results"][id]["id"], &batch["statuses"]["7"]), (&one["id"], &json!(404)));
    assert_eq!(refusal(&mara.get("organizations/7").await), (404, "NOT_FOUND".into()));
    let size = format!("networkSizes/{}?edgeType=COMPANY_FOLLOWED_BY_MEMBER", encoded(&page));
    let before = body(&mara.get(&size).await)["firstDegreeSize"].as_u64().unwrap();
    net.pass(5 * 86_400);
    assert!(body(&mara.get(&size).await)["firstDegreeSize"].as_u64().unwrap() > before && before > 100);
}

#[tokio::test]
async fn a_short_page_is_not_the_last() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let page = mara.page().await;
    let mut urns = Vec::new();
    for n in 0..7 {
        urns.push(mara.publish(&page, &format!("Number {n}"), Value::Null).await);
        net.pass(60);
    }
    for gone in [5, 4] {
        mara.delete(&urns[gone]).await;
    }
    let mut path = format!("posts?q=author&author={}&count=3&sortBy=CREATED", encoded(&page));
    assert_eq!(mara.get(&path).await.status, 400, "without FINDER");
    let (mut seen, mut sizes) = (Vec::new(), Vec::new());
    loop {
        let reply = mara.find(&path).await;
        assert_eq!(reply.status, 200, "{}", reply.snippet(300));
        let found = body(&reply);
        let elements = found["elements"].as_array().unwrap();
        sizes.push(elements.len());
        seen.extend(elements.iter().map(|e| e["id"].as_str().unwrap().to_owned()));
        let Some(next) = found["paging"]["links"][0]["href"].as_str() else { break };
        path = next.strip_prefix("/rest/").unwrap().to_owned();
    }
    assert_eq!(sizes, [1, 3, 1]);
    let want: Vec<String> = [6, 3, 2, 1, 0].map(|n| urns[n].clone()).to_vec();
    assert_eq!(seen, want, "newest first");
    assert_eq!(mara.find(&path.replace("count=3", "count=101")).await.status, 400);
    net.memory(|m| m.lag_s = 600);
    let late = body(&mara.find(&format!("posts?q=author&author={}", encoded(&page))).await);
    assert_eq!(late["elements"], json!([]), "not yet in lists");
}

#[tokio::test]
async fn what_is_read_is_what_was_sent() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let page = mara.page().await;
    let at = net.bench.world.now().as_millisecond();
    let content = json!({ "article": { "source": "https://example.com", "title": "T", "description": "D" } });
    let urn = mara.publish(&page, r"Price \(net\) #deal (cut", content.clone()).await;
    let read = body(&mara.get(&format!("posts/{}", encoded(&urn))).await);
    assert_eq!(read["commentary"], r"Price \(net\) #deal ", "without what was cut off");
    assert_eq!((&read["id"], &read["author"], &read["content"]), (&json!(urn), &json!(page), &content));
    assert_eq!((&read["createdAt"], &read["publishedAt"]), (&json!(at), &json!(at)));
    assert_eq!((&read["lifecycleState"], &read["visibility"]), (&json!("PUBLISHED"), &json!("PUBLIC")));
    let batch = mara.call(Method::GET, &format!("posts?ids=List({},urn%3Ali%3Ashare%3A1)", encoded(&urn)));
    let batch = body(&mara.send(header(batch, "x-restli-method", "BATCH_GET")).await);
    assert_eq!(
        (&batch["results"][&urn]["id"], &batch["statuses"]["urn:li:share:1"]),
        (&json!(urn), &json!(404))
    );
    let again = json!({ "parent": urn });
    let share = with(draft(&page, "Once more"), "reshareContext", again);
    assert_eq!(mara.post("posts", &share).await.status, 201);
    let nikos = net.login("nikospapadakis", ORGANIZATION).await;
    assert_eq!(refusal(&nikos.get(&format!("posts/{}", encoded(&urn))).await).0, 403);
}

#[tokio::test]
async fn posts_of_members_can_not_be_read() {
    let net = Net::new();
    let mara = net.login("marafields", MEMBER).await;
    let me = mara.me().await;
    let urn = mara.publish(&me, "Mine alone", Value::Null).await;
    let page = net.login("marafields", ORGANIZATION).await;
    for someone in [&mara, &page] {
        let list = someone.find(&format!("posts?q=author&author={}", encoded(&me))).await;
        assert_eq!(refusal(&list), (403, "ACCESS_DENIED".into()));
        for path in ["posts/", "socialMetadata/"] {
            let reply = someone.get(&format!("{path}{}", encoded(&urn))).await;
            assert_eq!(refusal(&reply).0, 403, "{path}");
        }
    }
}

#[tokio::test]
async fn statistics_omit_silent_posts_and_know_each_kind_by_its_key() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let page = mara.page().await;
    let mut posts = Vec::new();
    for n in 0..30 {
        posts.push(mara.publish(&page, &format!("Number {n}"), Value::Null).await);
    }
    assert!(!measured(&mara, &page, &posts[0]).await, "hours behind");
    net.pass(2 * 86_400);
    let mut shown = 0;
    for post in &posts {
        shown += usize::from(measured(&mara, &page, post).await);
    }
    assert!((1..30).contains(&shown), "{shown} of 30");
    let base = format!(
        "organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={}",
        encoded(&page)
    );
    let wrong = format!("{base}&ugcPosts=List({})", encoded(&posts[0]));
    assert_eq!(refusal(&mara.get(&wrong).await).1, "INVALID_URN_TYPE");
    let end = net.bench.world.now().as_millisecond();
    let days = format!("(timeRange:(start:{},end:{end}),timeGranularityType:DAY)", end - 2 * 86_400_000);
    let both = format!("{base}&shares=List({})&timeIntervals={days}", encoded(&posts[0]));
    assert_eq!(mara.get(&both).await.status, 400);
    let all = body(&mara.get(&base).await)["elements"][0]["totalShareStatistics"].clone();
    assert!(all["impressionCount"].as_u64().unwrap() > 0 && all["engagement"].is_number(), "{all}");
    let daily = body(&mara.get(&format!("{base}&timeIntervals={days}")).await)["elements"].clone();
    let sum: u64 = daily
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["totalShareStatistics"]["impressionCount"].as_u64().unwrap())
        .sum();
    assert_eq!(daily.as_array().unwrap().len(), 3);
    assert_eq!(sum, all["impressionCount"].as_u64().unwrap(), "days add up");
    let gains = format!(
        "organizationalEntityFollowerStatistics?q=organizationalEntity&organizationalEntity={}&timeIntervals={days}",
        encoded(&page)
    );
    let gains = body(&mara.get(&gains).await);
    assert!(gains["elements"][0]["followerGains"]["organicFollowerGain"].as_u64().unwrap() > 0);
    // Statistics are for administrators.
    let aisha = net.login("aishaokafor", ORGANIZATION).await;
    assert_eq!(refusal(&aisha.get(&base).await).0, 403);
    let reaction = json!({ "root": posts[0], "reactionType": "PRAISE" });
    assert_eq!(mara.post(&format!("reactions?actor={}", encoded(&page)), &reaction).await.status, 201);
    let social = body(&mara.get(&format!("socialMetadata/{}", encoded(&posts[0]))).await);
    assert!(social["reactionSummaries"]["PRAISE"]["count"].as_u64().unwrap() >= 1, "{social}");
}

#[tokio::test]
async fn members_see_the_numbers_of_their_own_posts_one_at_a_time() {
    let net = Net::new();
    let scopes = "openid profile w_member_social r_member_postAnalytics r_member_profileAnalytics";
    let mara = net.login("marafields", scopes).await;
    let me = mara.me().await;
    let urn = mara.publish(&me, "Numbers, please", Value::Null).await;
    net.pass(3 * 86_400);
    let path =
        |rest: &str| format!("memberCreatorPostAnalytics?q=entity&entity=(share:{}){rest}", encoded(&urn));
    let found = body(&mara.get(&path("&queryType=IMPRESSION&aggregation=TOTAL")).await);
    let element = &found["elements"][0];
    assert_eq!(
        (&element["metricType"], &element["targetEntity"]["share"]),
        (&json!("IMPRESSION"), &json!(urn))
    );
    let early = mara.call(Method::GET, &path("&queryType=REACTION&aggregation=TOTAL"));
    let early = body(&mara.send(header(early, "linkedin-version", "202604")).await);
    assert!(early["elements"][0]["metricType"].is_object(), "{early}");
    let range = "&dateRange=(start:(year:2026,month:11,day:2),end:(year:2026,month:11,day:5))";
    for (query, status) in [
        ("&queryType=REACTION&aggregation=DAILY".to_owned() + range, 200),
        ("&queryType=IMPRESSION&aggregation=DAILY".to_owned() + range, 400),
        ("&queryType=MEMBERS_REACHED&aggregation=DAILY".to_owned() + range, 400),
        ("&queryType=LIKES&aggregation=TOTAL".to_owned(), 400),
    ] {
        assert_eq!(mara.get(&path(&query)).await.status, status, "{query}");
    }
    let followers = body(&mara.get("memberFollowersCount?q=me").await);
    assert!(followers["elements"][0]["memberFollowersCount"].as_u64().unwrap() > 0);
    let theo = net.login("theolund", scopes).await;
    assert_eq!(refusal(&theo.get(&path("&queryType=REACTION&aggregation=TOTAL")).await).0, 403);
    let plain = net.login("aishaokafor", MEMBER).await;
    assert_eq!(refusal(&plain.get("memberFollowersCount?q=me").await).0, 403);
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let page = mara.page().await;
    let urn = mara.publish(&page, "Kept", Value::Null).await;
    let saved = net.bench.world.snapshot().unwrap();
    let other = Net::new();
    other.bench.world.restore(&saved).unwrap();
    let again = Someone { net: &other, grant: mara.grant.clone(), token: mara.token.clone() };
    let read = body(&again.get(&format!("posts/{}", encoded(&urn))).await);
    assert_eq!(read["commentary"], "Kept");
    assert_eq!(other.ledger().len(), 1);
}
