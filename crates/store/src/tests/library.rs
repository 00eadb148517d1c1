//! The library's grid: the same on both engines.

use carillon_domain::id::{AccountId, Id, Kind, MediaId, PostId, WorkspaceId};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::publication::PublicationState;
use carillon_domain::time::{ManualClock, SeededEntropy, Timestamp};

use crate::exec::Executor;
use crate::repo::library::{self, Sought, Standing};
use crate::repo::media::{self, MediaRow};
use crate::repo::remote_post::{self, RemotePostRow};
use crate::repo::series::{self, Occurrence};
use crate::repo::{post, post_media, publication, trash};
use crate::testing::{TestDb, rows};
use crate::{Db, Stmt, StoreError, args, on_both};

struct Scene {
    db: Db,
    clock: ManualClock,
    entropy: SeededEntropy,
    workspace: WorkspaceId,
    account: AccountId,
}

impl Scene {
    fn new(test: &TestDb) -> Self {
        let (clock, entropy) =
            (ManualClock::new(Timestamp::from_second(1_790_000_000).expect("time")), SeededEntropy::new(3));
        let (workspace, account) = (Id::new(&clock, &entropy), Id::new(&clock, &entropy));
        Self { db: test.db.clone(), clock, entropy, workspace, account }
    }

    fn id<K: Kind>(&self) -> Id<K> {
        self.clock.advance(std::time::Duration::from_secs(1));
        Id::new(&self.clock, &self.entropy)
    }

    fn now(&self) -> Timestamp {
        carillon_domain::time::Clock::now(&self.clock)
    }

    async fn file(&self, name: &str, kind: MediaKind, tags: &[&str]) -> MediaId {
        let info = MediaInfo {
            id: self.id(),
            kind,
            mime: "image/jpeg".into(),
            bytes: 1,
            sha256: String::new(),
            width: None,
            height: None,
            duration_ms: None,
            frame_rate: None,
            frames: None,
            pages: None,
            video_codec: None,
            audio_codec: None,
            alt: Some("Ένα λιμάνι".into()),
        };
        let (id, now) = (info.id, self.now());
        let row = MediaRow {
            workspace: self.workspace,
            info,
            version: 1,
            name: name.into(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            renditions: Vec::new(),
            warnings: Vec::new(),
            created_by: None,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            made: None,
        };
        let put = self.db.write(move |tx| Box::pin(async move { media::insert(tx, &row).await }));
        put.await.map_err(|e: StoreError| e.to_string()).expect("a file");
        id
    }

    /// A post with these files, in this state.
    async fn post(&self, text: &str, files: &[MediaId], state: PublicationState) -> PostId {
        let ids = (self.id(), self.id());
        let (mut row, mut sent) = rows::draft(self.workspace, (self.account, "toy"), ids, self.now());
        row.composition.text = text.into();
        row.composition.media = files.to_vec();
        row.tags = vec![text.to_lowercase()];
        row.campaign = Some(format!("{text} campaign"));
        sent.state = state;
        sent.remote_id = (state == PublicationState::Published).then(|| text.to_owned());
        let put = self.db.write(move |tx| {
            Box::pin(async move {
                post::insert(tx, &row).await?;
                publication::insert(tx, &sent).await
            })
        });
        put.await.map_err(|e: StoreError| e.to_string()).expect("a post");
        ids.0
    }

    /// What a network told of a post that is public.
    async fn told(&self, remote_id: &str, readings: Vec<Reading>) {
        let at = self.now();
        let row = RemotePostRow {
            workspace: self.workspace,
            account: self.account,
            id: self.id(),
            remote_id: remote_id.into(),
            url: None,
            text: String::new(),
            kind: None,
            published_at: at,
            publication: None,
            first_seen_at: at,
            seen: Observation { as_of: at, readings },
        };
        let put = self.db.write(move |tx| Box::pin(async move { remote_post::put(tx, &row).await }));
        put.await.map_err(|e: StoreError| e.to_string()).expect("a reading");
    }

    async fn files(&self, sought: &Sought, kind: Option<MediaKind>) -> Vec<MediaId> {
        let rows = library::files(&self.db, self.workspace, sought, kind).await.expect("files");
        rows.into_iter().map(|row| row.info.id).collect()
    }

    async fn posts(&self, sought: &Sought) -> Vec<PostId> {
        let rows = library::posts(&self.db, self.workspace, sought).await.expect("posts");
        rows.into_iter().map(|row| row.id).collect()
    }
}

fn all() -> Sought {
    Sought { limit: 50, ..Sought::default() }
}

fn stands(standing: Standing) -> Sought {
    Sought { standing: Some(standing), ..all() }
}

async fn filters(test: &TestDb) {
    let s = Scene::new(test);
    let free = s.file("Free 100%.jpg", MediaKind::Image, &["spring"]).await;
    let sent = s.file("sent.jpg", MediaKind::Image, &["springtime"]).await;
    let film = s.file("film.mp4", MediaKind::Video, &[]).await;
    let draft = s.post("Draft", &[free], PublicationState::Draft).await;
    let public = s.post("Public", &[sent], PublicationState::Published).await;
    let failed = s.post("Failed", &[sent, film], PublicationState::Failed).await;
    let unsure = s.post("Unsure", &[], PublicationState::Unconfirmed).await;
    let held = s.post("Held", &[], PublicationState::Held).await;
    let off = s.post("Off", &[free], PublicationState::Canceled).await;

    assert_eq!(s.files(&all(), None).await, [film, sent, free], "newest first");
    assert_eq!(s.posts(&all()).await, [off, held, unsure, failed, public, draft]);
    assert_eq!(s.files(&all(), Some(MediaKind::Video)).await, [film]);
    for (standing, files, posts) in [
        (Standing::Ready, vec![free], vec![draft]),
        (Standing::Scheduled, vec![], vec![held]),
        (Standing::Published, vec![sent], vec![public]),
        (Standing::Failed, vec![film, sent], vec![unsure, failed]),
    ] {
        assert_eq!(s.files(&stands(standing), None).await, files, "{standing:?}");
        assert_eq!(s.posts(&stands(standing)).await, posts, "{standing:?}");
    }
    let tag = |tag: &str| Sought { tag: Some(tag.into()), ..all() };
    assert_eq!(s.files(&tag("spring"), None).await, [free], "no part of another tag");
    assert_eq!(s.posts(&tag("held")).await, [held]);
    let campaign = Sought { campaign: Some("Failed campaign".into()), ..all() };
    assert_eq!(s.files(&campaign, None).await, [film, sent], "by the posts that name them");
    assert_eq!(s.posts(&campaign).await, [failed]);
    let q = |q: &str| Sought { q: Some(q.into()), ..all() };
    assert_eq!(s.files(&q("100%"), None).await, [free]);
    assert_eq!(s.files(&q("ΛΙΜΆΝΙ"), None).await.len(), 3, "in any letters");
    assert_eq!(s.files(&q("springt"), None).await, [sent], "by tags");
    assert_eq!(s.posts(&q("PUB")).await, [public]);
    let second = Sought { before: Some(film.uuid()), limit: 1, ..all() };
    assert_eq!(s.files(&second, None).await, [sent]);
    let strange = library::files(&s.db, Id::new(&s.clock, &s.entropy), &all(), None).await.expect("files");
    assert!(strange.is_empty(), "of another workspace");
}
on_both!(the_grid_is_filtered_alike, |t| super::filters(t));

async fn beside(test: &TestDb) {
    let s = Scene::new(test);
    let (one, two) =
        (s.file("one.jpg", MediaKind::Image, &[]).await, s.file("two.jpg", MediaKind::Image, &[]).await);
    let public = s.post("Public", &[one, two], PublicationState::Published).await;
    let silent = s.post("Silent", &[one], PublicationState::Published).await;
    s.told("Public", vec![Reading::new("likes", 4, "like_count"), Reading::new("comments", 2, "replies")])
        .await;
    s.told("Silent", Vec::new()).await;

    let uses = library::uses(&s.db, s.workspace, &[one, two]).await.expect("uses");
    assert_eq!((uses.get(&one), uses.get(&two)), (Some(&2), Some(&1)));
    // More than one statement takes, with some that are not there.
    let both: Vec<PostId> = [public].into_iter().chain((0..70).map(|_| s.id())).chain([silent]).collect();
    let sent = library::publications(&s.db, s.workspace, &both).await.expect("publications");
    assert_eq!(sent.iter().map(|row| row.post).collect::<Vec<_>>(), [public, silent]);
    let pictures = library::pictures(&s.db, s.workspace, &[one, two]).await.expect("pictures");
    assert_eq!(pictures.len(), 2);
    let mut told = library::numbers(&s.db, s.workspace, &both).await.expect("numbers");
    told.sort_by_key(|told| told.post);
    let told: Vec<_> = told.into_iter().map(|told| (told.post, told.engagements, told.views)).collect();
    assert_eq!(told, [(public, Some(6), None), (silent, None, None)], "what is missing is no zero");
    let told = library::numbers_of_file(&s.db, s.workspace, two).await.expect("numbers");
    assert_eq!(told.iter().map(|told| told.engagements).collect::<Vec<_>>(), [Some(6)]);
    let named = post_media::of_file(&s.db, s.workspace, one, 9).await.expect("posts");
    assert_eq!(named.iter().map(|row| row.id).collect::<Vec<_>>(), [silent, public]);
}
on_both!(what_stands_beside_a_file_is_found_by_what_names_it, |t| super::beside(t));

/// As a node of the version before leaves a post: it knows neither the column nor the table.
const FORGET: Stmt = Stmt { name: "test.forget", sql: "delete from post_media where workspace_id = $1" };
const EDIT: Stmt =
    Stmt { name: "test.edit", sql: "update posts set version = version + 1 where workspace_id = $1" };

async fn older(test: &TestDb) {
    let s = Scene::new(test);
    let file = s.file("one.jpg", MediaKind::Image, &[]).await;
    let id = s.post("Draft", &[file], PublicationState::Draft).await;
    assert!(post_media::to_note(&s.db, 9).await.expect("posts").is_empty());
    let workspace = s.workspace;
    let left = s.db.write(move |tx| {
        Box::pin(async move {
            tx.execute(FORGET, args![workspace]).await?;
            tx.execute(EDIT, args![workspace]).await
        })
    });
    left.await.map_err(|e: StoreError| e.to_string()).expect("left so");
    assert_eq!(post_media::to_note(&s.db, 9).await.expect("posts"), [(workspace, id)]);
    let noted = s.db.write(move |tx| Box::pin(async move { post_media::note(tx, workspace, id).await }));
    noted.await.map_err(|e: StoreError| e.to_string()).expect("noted");
    assert!(post_media::to_note(&s.db, 9).await.expect("posts").is_empty());
    let named = post_media::of_file(&s.db, workspace, file, 9).await.expect("posts");
    assert_eq!(named.len(), 1);
    // Taken out of the post, it is not used any more.
    let mut row = named.into_iter().next().expect("a post");
    row.version += 1;
    row.composition.media.clear();
    let saved = s.db.write(move |tx| Box::pin(async move { post::update(tx, &row).await }));
    assert!(saved.await.map_err(|e: StoreError| e.to_string()).expect("saved"));
    assert!(post_media::of_file(&s.db, workspace, file, 9).await.expect("posts").is_empty());
}
on_both!(files_of_posts_from_older_nodes_are_noted_later, |t| super::older(t));

const NOTED: Stmt =
    Stmt { name: "test.noted", sql: "select post_id from post_media where workspace_id = $1" };

async fn erased(test: &TestDb) {
    let s = Scene::new(test);
    let file = s.file("one.jpg", MediaKind::Image, &[]).await;
    let posts = [
        s.post("Over", &[file], PublicationState::Canceled).await,
        s.post("Ahead", &[file], PublicationState::Canceled).await,
    ];
    let (workspace, series, now) = (s.workspace, s.id(), s.now());
    let hour = carillon_domain::time::SignedDuration::from_hours(1);
    let gone = s.db.write(move |tx| {
        Box::pin(async move {
            for (post, at) in posts.into_iter().zip([now - hour, now + hour]) {
                let day = at.to_string();
                let one = Occurrence { series, day, at, post, detached: false, problem: None };
                series::link(tx, workspace, &one).await?;
                let mut row = post::find(&mut *tx, workspace, post).await?.expect("a post");
                row.version += 1;
                row.trashed_at = Some(now);
                post::update(tx, &row).await?;
                assert!(trash::erase(tx, workspace, post).await?);
            }
            Ok(())
        })
    });
    gone.await.map_err(|e: StoreError| e.to_string()).expect("erased");
    assert!(s.db.fetch_all(NOTED, args![workspace]).await.expect("rows").is_empty(), "no file names them");
    let day = async |post| series::of_post(&s.db, workspace, post).await.expect("read");
    assert!(day(posts[0]).await.is_none());
    assert!(day(posts[1]).await.is_some(), "a day ahead stays taken");
    let coming = series::coming(&s.db, (workspace, series), now, 9).await.expect("what comes");
    assert!(coming.is_empty(), "but nothing comes");
}
on_both!(what_is_erased_leaves_nothing_but_a_day_ahead, |t| super::erased(t));
