use carillon_store::on_both;

use super::*;

async fn first_owner(test: &TestDb) {
    let world = World::new(test);
    let people = &world.people;
    let link = people.new_setup_link().await.expect("link").expect("nobody yet");
    let second_link = people.new_setup_link().await.expect("link").expect("a restart prints another");
    let here = client("192.0.2.1");

    let bad = NewPerson { email: "ada".into(), name: " ".into(), password: Secret::new("short") };
    let nowhere = NewWorkspace { name: String::new(), timezone: "Mars/Base".into() };
    let refused = people.sign_up_owner(&link, bad, nowhere, &here).await;
    let all = [
        "email invalid_email",
        "password too_short",
        "name required",
        "workspace required",
        "timezone unknown_timezone",
    ];
    assert_eq!(problems(refused), all, "everything at once");

    let owner = people.sign_up_owner(&link, ada(), home(), &here).await.expect("the link is still good");
    assert_eq!(owner.user.email, "ada@example.org");
    let spaces = people.workspaces(owner.user.id).await.expect("workspaces");
    assert_eq!(
        (spaces[0].0.name.as_str(), spaces[0].1),
        ("Studio", carillon_domain::permission::Role::Owner)
    );
    for used in [&link, &second_link] {
        assert!(!people.setup_link_is_good(used).await.expect("looks"), "every set-up link is void now");
        let again = people.sign_up_owner(used, ada(), home(), &here).await;
        assert!(matches!(again, Err(AppError::NotFound { .. })));
    }
    assert!(people.new_setup_link().await.expect("looks").is_none());
    let current = people.session(&owner.secret).await.expect("signed in at once");
    assert_eq!(current.user.id, owner.user.id);
}
on_both!(the_first_owner_signs_up_once, |t| super::first_owner(t));

async fn two_links_at_once(test: &TestDb) {
    let world = World::new(test);
    let people = &world.people;
    let one = people.new_setup_link().await.expect("link").expect("nobody yet");
    let two = people.new_setup_link().await.expect("link").expect("nobody yet");
    let here = client("192.0.2.1");
    let other = NewPerson { email: "bob@example.org".into(), ..ada() };
    let (a, b) = tokio::join!(
        people.sign_up_owner(&one, ada(), home(), &here),
        people.sign_up_owner(&two, other, home(), &here)
    );
    assert!(a.is_ok() != b.is_ok(), "one of them: {a:?} {b:?}");
}
on_both!(two_setup_links_make_one_owner, |t| super::two_links_at_once(t));

async fn setup_expires(test: &TestDb) {
    let world = World::new(test);
    let link = world.people.new_setup_link().await.expect("link").expect("nobody yet");
    world.advance(24 * 3600);
    let late = world.people.sign_up_owner(&link, ada(), home(), &client("192.0.2.1")).await;
    assert!(matches!(late, Err(AppError::NotFound { .. })));
    assert_eq!(world.people.sweep().await.expect("sweep"), 1);
}
on_both!(a_setup_link_is_good_for_a_day, |t| super::setup_expires(t));

async fn wrong_credentials(test: &TestDb) {
    let (world, _) = World::with_owner(test).await;
    let here = client("192.0.2.9");
    let known = world.people.sign_in("ada@example.org", &Secret::new("not this one"), &here).await;
    let unknown = world.people.sign_in("eve@example.org", &Secret::new("not this one"), &here).await;
    let empty = world.people.sign_in("eve@example.org", &Secret::new(""), &here).await;
    let (known, unknown, empty) =
        (known.expect_err("refused").to_string(), problems(unknown), problems(empty));
    assert_eq!(known, "The request has 1 problem(s).");
    assert_eq!(unknown, ["password wrong_credentials"]);
    assert_eq!(empty, unknown, "nothing tells them apart");
    let signed_in =
        world.people.sign_in(" ADA@example.org", &Secret::new(PASSWORD), &here).await.expect("right");
    assert_eq!(signed_in.session.address, "192.0.2.9");
}
on_both!(wrong_credentials_tell_nothing, |t| super::wrong_credentials(t));

async fn throttled(test: &TestDb) {
    let (world, _) = World::with_owner(test).await;
    let (right, guess) = (Secret::new(PASSWORD), Secret::new("not this one"));
    for n in 0..5 {
        let address = format!("192.0.2.{n}");
        assert_eq!(
            problems(world.people.sign_in("ada@example.org", &guess, &client(&address)).await).len(),
            1
        );
    }
    let blocked = world.people.sign_in("ada@example.org", &right, &client("192.0.2.99")).await;
    assert!(matches!(blocked, Err(AppError::TooMany { retry_after_s: 2 })), "{blocked:?}");
    world.advance(2);
    assert_eq!(
        problems(world.people.sign_in("ada@example.org", &guess, &client("192.0.2.98")).await).len(),
        1
    );
    world.advance(1);
    let blocked = world.people.sign_in("ada@example.org", &right, &client("192.0.2.99")).await;
    assert!(matches!(blocked, Err(AppError::TooMany { .. })), "the pause has grown: {blocked:?}");
    world.advance(2);
    world.people.sign_in("ada@example.org", &right, &client("192.0.2.99")).await.expect("after the pause");
    for _ in 0..4 {
        problems(world.people.sign_in("ada@example.org", &guess, &client("192.0.2.97")).await);
    }
    world
        .people
        .sign_in("ada@example.org", &right, &client("192.0.2.99"))
        .await
        .expect("success starts the count anew");
}
on_both!(guessing_at_an_account_gets_slower, |t| super::throttled(t));

async fn address_throttled(test: &TestDb) {
    let (world, _) = World::with_owner(test).await;
    let here = client("198.51.100.7");
    for n in 0..20 {
        let email = format!("user{n}@example.org");
        problems(world.people.sign_in(&email, &Secret::new("a common one"), &here).await);
    }
    let next = world.people.sign_in("user20@example.org", &Secret::new("a common one"), &here).await;
    assert!(matches!(next, Err(AppError::TooMany { .. })));
    let elsewhere =
        world.people.sign_in("ada@example.org", &Secret::new(PASSWORD), &client("192.0.2.5")).await;
    assert!(elsewhere.is_ok(), "others are not hurt");
    // Signing in to an account of one's own does not buy more guesses.
    world.advance(2);
    world.people.sign_in("ada@example.org", &Secret::new(PASSWORD), &here).await.expect("own account");
    problems(world.people.sign_in("user21@example.org", &Secret::new("a common one"), &here).await);
    let next = world.people.sign_in("user22@example.org", &Secret::new("a common one"), &here).await;
    assert!(matches!(next, Err(AppError::TooMany { .. })));
}
on_both!(guessing_from_an_address_gets_slower, |t| super::address_throttled(t));

async fn guesses_at_once(test: &TestDb) {
    let (world, _) = World::with_owner(test).await;
    let guess = Secret::new("not this one");
    let tries = (0..30).map(|n| {
        let (people, guess) = (world.people.clone(), guess.clone());
        async move { people.sign_in("ada@example.org", &guess, &client(&format!("192.0.2.{n}"))).await }
    });
    let results = futures::future::join_all(tries).await;
    let looked_at = results.iter().filter(|r| matches!(r, Err(AppError::Invalid(_)))).count();
    assert_eq!(looked_at, 5, "the rest was turned away before the password was looked at");
}
on_both!(guesses_at_once_are_counted, |t| super::guesses_at_once(t));

async fn sessions(test: &TestDb) {
    let (world, first) = World::with_owner(test).await;
    let people = &world.people;
    let second =
        people.sign_in("ada@example.org", &Secret::new(PASSWORD), &client("192.0.2.2")).await.expect("in");
    assert_eq!(people.sessions(first.user.id).await.expect("list").len(), 2);
    let other = world.person("bob@example.org").await;
    let foreign = people.revoke_session(other.id, second.session.id).await;
    assert!(matches!(foreign, Err(AppError::NotFound { .. })), "a session of somebody else");
    people.revoke_session(first.user.id, first.session.id).await.expect("revoked");
    assert!(matches!(people.session(&first.secret).await, Err(AppError::Unauthenticated)));
    people.sign_out(&second.secret).await.expect("out");
    assert!(matches!(people.session(&second.secret).await, Err(AppError::Unauthenticated)));
    assert!(matches!(people.session(&Secret::new("made up")).await, Err(AppError::Unauthenticated)));
}
on_both!(sessions_are_listed_and_revoked, |t| super::sessions(t));

async fn lifetimes(test: &TestDb) {
    let (world, owner) = World::with_owner(test).await;
    let day = 24 * 3600;
    for _ in 0..8 {
        world.advance(11 * day);
        world.people.session(&owner.secret).await.expect("use keeps it alive");
    }
    world.advance(3 * day);
    assert!(world.people.session(&owner.secret).await.is_err(), "but not beyond 90 days");
    let idle =
        world.people.sign_in("ada@example.org", &Secret::new(PASSWORD), &client("a")).await.expect("in");
    world.advance(14 * day);
    assert!(world.people.session(&idle.secret).await.is_err(), "idle for 14 days");
}
on_both!(sessions_end_by_themselves, |t| super::lifetimes(t));

async fn password_change(test: &TestDb) {
    let (world, owner) = World::with_owner(test).await;
    let (people, here) = (&world.people, client("192.0.2.1"));
    let other = people.sign_in("ada@example.org", &Secret::new(PASSWORD), &here).await.expect("in");
    let current = people.session(&owner.secret).await.expect("session");
    let (old, new) = (Secret::new(PASSWORD), Secret::new("another long one"));
    let wrong = people.change_password(&current, &new, &new, &here).await;
    assert_eq!(problems(wrong), ["current_password wrong_credentials"]);
    let weak = people.change_password(&current, &old, &Secret::new("Ada@Example.org"), &here).await;
    assert_eq!(problems(weak), ["new_password is_email"]);
    let long = people.change_password(&current, &old, &Secret::new("x".repeat(1025)), &here).await;
    assert_eq!(problems(long), ["new_password too_long"]);
    assert_eq!(people.change_password(&current, &old, &new, &here).await.expect("changed"), 1);
    assert!(people.session(&other.secret).await.is_err(), "other browsers are signed out");
    people.session(&owner.secret).await.expect("this one stays");
    problems(people.sign_in("ada@example.org", &old, &here).await);
    people.sign_in("ada@example.org", &new, &here).await.expect("the new one works");
}
on_both!(a_changed_password_ends_other_sessions, |t| super::password_change(t));

async fn links(test: &TestDb) {
    let (world, owner) = World::with_owner(test).await;
    let people = &world.people;
    let link = people.new_sign_in_link(owner.user.id).await.expect("link");
    let signed_in = people.use_sign_in_link(&link, &client("192.0.2.3")).await.expect("once");
    assert_eq!(signed_in.user.id, owner.user.id);
    let again = people.use_sign_in_link(&link, &client("192.0.2.3")).await;
    assert!(matches!(again, Err(AppError::NotFound { .. })));
    let late = people.new_sign_in_link(owner.user.id).await.expect("link");
    world.advance(3600);
    assert!(people.use_sign_in_link(&late, &client("192.0.2.3")).await.is_err());
}
on_both!(a_sign_in_link_works_once, |t| super::links(t));

async fn nothing_clear(test: &TestDb) {
    let (world, owner) = World::with_owner(test).await;
    let actor = world.owner_actor(&owner).await;
    let token = world
        .people
        .create_token(&actor, "ci", carillon_domain::permission::Role::Editor)
        .await
        .expect("token");
    let link = world.people.new_sign_in_link(owner.user.id).await.expect("link");
    let Some(folder) = test.folder() else { return };
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(folder).expect("folder") {
        bytes.extend(std::fs::read(file.expect("entry").path()).expect("file"));
    }
    let finds = |needle: &str| bytes.windows(needle.len()).any(|w| w == needle.as_bytes());
    assert!(finds("ada@example.org"), "the search works");
    for secret in [owner.secret.expose(), token.secret.expose(), link.expose(), PASSWORD] {
        assert!(!finds(secret), "a secret is in the database");
    }
}
on_both!(no_proof_is_kept_in_clear, |t| super::nothing_clear(t));
