use carillon_domain::id::Id;
use carillon_domain::notice::{NoticeKind, Ways};
use carillon_domain::permission::Role;
use carillon_store::repo::notice_wish;
use carillon_store::repo::unsaved_post::{self, FormRef, FormState};
use carillon_store::{StoreError, on_both};

use super::*;

async fn separate(test: &TestDb) {
    let (world, owner) = World::with_owner(test).await;
    let people = &world.people;
    let ours = world.owner_actor(&owner).await;
    let bob = world.person("bob@example.org").await;
    let bob_in =
        people.sign_in("bob@example.org", &Secret::new(PASSWORD), &client("192.0.2.4")).await.expect("in");
    let current = people.session(&bob_in.secret).await.expect("session");
    let foreign = people.actor(&current, ours.workspace).await;
    assert!(matches!(foreign, Err(AppError::NotFound { .. })), "as if it did not exist");
    let missing = people.actor(&current, Id::new(world.clock.as_ref(), &SeededEntropy::new(99))).await;
    assert_eq!(foreign.expect_err("refused").to_string(), missing.expect_err("refused").to_string());

    let token = people.create_token(&ours, "ours", Role::Editor).await.expect("token");
    let theirs = people.workspaces(bob.id).await.expect("own")[0].0.id;
    let bobs = people.actor(&current, theirs).await.expect("own workspace");
    assert!(matches!(people.revoke_token(&bobs, token.token.id).await, Err(AppError::NotFound { .. })));
    assert!(people.tokens(&bobs).await.expect("list").is_empty());
    let set = people.set_role(&bobs, owner.user.id, Role::Analyst).await;
    assert!(matches!(set, Err(AppError::NotFound { .. })));
}
on_both!(workspaces_do_not_see_each_other, |t| super::separate(t));

async fn tokens(test: &TestDb) {
    let (world, owner) = World::with_owner(test).await;
    let people = &world.people;
    let actor = world.owner_actor(&owner).await;
    assert_eq!(problems(people.create_token(&actor, "", Role::Editor).await), ["name required"]);
    let made = people.create_token(&actor, "ci", Role::Editor).await.expect("made");
    assert!(made.secret.expose().starts_with(&made.token.prefix) && made.token.prefix.len() < 20);

    let by_token = people.authenticate_token(&made.secret).await.expect("good");
    assert_eq!(
        (by_token.workspace, by_token.role, by_token.token),
        (actor.workspace, Role::Editor, Some(made.token.id))
    );
    assert_eq!(by_token.timezone, "Europe/Athens");
    let more = people.create_token(&by_token, "more", Role::Analyst).await;
    assert!(matches!(more, Err(AppError::Forbidden { .. })), "an editor makes no tokens");
    let listed = people.tokens(&actor).await.expect("list");
    assert_eq!(listed[0].last_used_at, Some(world.clock.now()));

    people.revoke_token(&actor, made.token.id).await.expect("revoked");
    assert!(matches!(people.authenticate_token(&made.secret).await, Err(AppError::Unauthenticated)));
    assert!(matches!(people.revoke_token(&actor, made.token.id).await, Err(AppError::NotFound { .. })));
    assert!(matches!(
        people.authenticate_token(&Secret::new("carillon_x")).await,
        Err(AppError::Unauthenticated)
    ));

    let admin = crate::Actor { role: Role::Admin, ..actor.clone() };
    let owner_token = people.create_token(&admin, "too much", Role::Owner).await;
    assert!(matches!(owner_token, Err(AppError::Forbidden { .. })), "nobody gives more than they have");
    let strong = people.create_token(&actor, "strong", Role::Owner).await.expect("an owner may");
    assert!(matches!(people.revoke_token(&admin, strong.token.id).await, Err(AppError::Forbidden { .. })));
}
on_both!(tokens_belong_to_one_workspace_and_role, |t| super::tokens(t));

async fn owners(test: &TestDb) {
    let (world, owner) = World::with_owner(test).await;
    let people = &world.people;
    let actor = world.owner_actor(&owner).await;
    let bob = world.person("bob@example.org").await;
    let stranger = people.add_member(&actor, "eve@example.org", Role::Editor).await;
    assert_eq!(problems(stranger), ["email unknown_user"]);
    people.add_member(&actor, "Bob@example.org", Role::Admin).await.expect("added");
    let twice = people.add_member(&actor, "bob@example.org", Role::Editor).await;
    assert_eq!(problems(twice), ["email member_already"]);

    let admin = crate::Actor { role: Role::Admin, user: Some(bob.id), ..actor.clone() };
    for refused in [
        people.set_role(&admin, owner.user.id, Role::Editor).await,
        people.set_role(&admin, bob.id, Role::Owner).await,
        people.remove_member(&admin, owner.user.id).await,
    ] {
        assert!(matches!(refused, Err(AppError::Forbidden { .. })), "{refused:?}");
    }
    let last = people.remove_member(&actor, owner.user.id).await;
    assert!(matches!(last, Err(AppError::Conflict { code: "last_owner", .. })));
    people.set_role(&actor, bob.id, Role::Owner).await.expect("a second owner");
    let second = crate::Actor { role: Role::Owner, user: Some(bob.id), ..actor.clone() };
    let (a, b) =
        tokio::join!(people.remove_member(&actor, owner.user.id), people.remove_member(&second, bob.id));
    assert!(a.is_ok() != b.is_ok(), "two owners who leave at once: one stays");
    assert_eq!(people.members(&actor).await.expect("list").len(), 1);
}
on_both!(a_workspace_keeps_an_owner, |t| super::owners(t));

async fn left_behind(test: &TestDb) {
    let (world, owner) = World::with_owner(test).await;
    let people = &world.people;
    let actor = world.owner_actor(&owner).await;
    let bob = world.person("bob@example.org").await.id;
    people.add_member(&actor, "bob@example.org", Role::Editor).await.expect("added");
    let token = people.create_token(&actor, "ci", Role::Editor).await.expect("made").token.id;
    let (ours, now) = (actor.workspace, world.clock.now());
    let theirs = people.workspaces(bob).await.expect("list");
    let theirs =
        theirs.iter().map(|(home, _)| home.id).find(|id| *id != ours).expect("a workspace of his own");
    let form = |workspace| FormRef { workspace, person: bob, form: "1".to_owned() };
    let wishers =
        [(ours, bob.uuid()), (ours, token.uuid()), (ours, owner.user.id.uuid()), (theirs, bob.uuid())];
    let forms = [form(ours), form(theirs), FormRef { person: owner.user.id, ..form(ours) }];
    let (theirs_and_mine, typed) = (forms.clone(), Some(vec![("text".to_owned(), "Bells".to_owned())]));
    let state = FormState { post: None, seq: 1, updated_at: now, fields: typed };
    let kept: Result<(), StoreError> = test
        .db
        .write(move |tx| {
            Box::pin(async move {
                for key in wishers {
                    let ways = Ways { in_app: false, by_mail: true };
                    notice_wish::set(tx, key, NoticeKind::Published, ways).await?;
                }
                for form in &theirs_and_mine {
                    unsaved_post::keep(tx, form, &state, 50).await?;
                }
                Ok(())
            })
        })
        .await;
    kept.expect("kept");
    let left = async || {
        let (mut wishes, mut typed) = (Vec::new(), Vec::new());
        for (workspace, reader) in wishers {
            wishes.push(notice_wish::of(&test.db, workspace, reader).await.expect("read").len());
        }
        for form in &forms {
            typed.push(unsaved_post::find(&test.db, form).await.expect("read").is_some());
        }
        (wishes, typed)
    };
    assert_eq!(left().await, (vec![1, 1, 1, 1], vec![true, true, true]));
    people.revoke_token(&actor, token).await.expect("revoked");
    assert_eq!(left().await, (vec![1, 0, 1, 1], vec![true, true, true]));
    people.remove_member(&actor, bob).await.expect("removed");
    assert_eq!(
        left().await,
        (vec![0, 0, 1, 1], vec![false, true, true]),
        "of this workspace, and of nobody else"
    );
}
on_both!(what_who_left_wished_for_and_typed_is_forgotten, |t| super::left_behind(t));

async fn changed(test: &TestDb) {
    let (world, owner) = World::with_owner(test).await;
    let people = &world.people;
    let actor = world.owner_actor(&owner).await;
    let patch = WorkspacePatch { grace_s: Some(-1), timezone: Some("Nowhere".into()), ..Default::default() };
    let wrong = people.update_workspace(&actor, patch, None).await;
    assert_eq!(problems(wrong), ["timezone unknown_timezone", "grace_s out_of_range"]);
    let named = |name: &str| WorkspacePatch { name: Some(name.into()), ..Default::default() };
    let row = people.update_workspace(&actor, named("New"), Some(1)).await.expect("changed");
    assert_eq!((row.name.as_str(), row.version), ("New", 2));
    let stale = people.update_workspace(&actor, named("Old"), Some(1)).await;
    assert!(matches!(stale, Err(AppError::Stale)));
    let reader = crate::Actor { role: Role::Analyst, ..actor.clone() };
    let refused = people.update_workspace(&reader, named("Mine"), None).await;
    assert!(matches!(refused, Err(AppError::Forbidden { .. })));
    let second = people.create_workspace(owner.user.id, home()).await.expect("made");
    assert_eq!(people.workspaces(owner.user.id).await.expect("list").len(), 2);
    assert_eq!(people.workspace_by_operator("Studio").await.expect("by name").id, second.id);
    assert_eq!(people.workspace_by_operator(&second.id.to_string()).await.expect("by id").id, second.id);
    people.create_workspace(owner.user.id, home()).await.expect("of the same name");
    let which = people.workspace_by_operator("Studio").await;
    assert!(matches!(which, Err(AppError::Conflict { code: "ambiguous", .. })));
}
on_both!(workspaces_are_made_and_changed, |t| super::changed(t));

async fn operator(test: &TestDb) {
    let world = World::new(test);
    let people = &world.people;
    let link = people.new_setup_link().await.expect("link").expect("nobody yet");
    let made = people.create_user_by_operator("bob@example.org", None, None, home()).await.expect("made");
    assert_eq!(made.user.name, "bob");
    let password = made.password.expect("made up");
    people.sign_in("bob@example.org", &password, &client("192.0.2.1")).await.expect("it works");
    assert!(!people.setup_link_is_good(&link).await.expect("looks"), "there is an owner now");
    let taken = people.create_user_by_operator("BOB@example.org", None, None, home()).await;
    assert_eq!(problems(taken), ["email taken"]);
}
on_both!(the_operator_makes_users, |t| super::operator(t));

async fn profile(test: &TestDb) {
    let (world, owner) = World::with_owner(test).await;
    let current = world.people.session(&owner.secret).await.expect("session");
    let wrong = world.people.update_profile(&current, "Ada\nB", "Nowhere", None).await;
    assert_eq!(problems(wrong), ["name invalid", "timezone unknown_timezone"]);
    world.people.update_profile(&current, "Ada L", "Europe/Rome", Some("el")).await.expect("changed");
    let again = world.people.session(&owner.secret).await.expect("session");
    assert_eq!((again.user.name.as_str(), again.user.timezone.as_deref()), ("Ada L", Some("Europe/Rome")));
    assert_eq!(again.user.language.as_deref(), Some("el"));
}
on_both!(people_change_their_own_profile, |t| super::profile(t));
