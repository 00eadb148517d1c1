use std::time::Duration;

use carillon_domain::id::{Id, WorkspaceId};
use carillon_domain::secret::Secret;
use carillon_domain::time::{ManualClock, SeededEntropy, Timestamp};

use super::*;
use crate::on_both;
use crate::repo::connect;
use crate::repo::grant::{self, GrantRow};
use crate::repo::idempotency::{self, KeyId};
use crate::testing::TestDb;

const OLD: &str = "aa";
const NEW: &str = "bb";

struct World {
    clock: ManualClock,
    entropy: SeededEntropy,
}

impl World {
    fn new() -> Self {
        let clock = ManualClock::new(Timestamp::from_second(1_800_000_000).expect("time"));
        Self { clock, entropy: SeededEntropy::new(11) }
    }

    /// A process that was started with these key-encryption keys.
    async fn try_process(&self, test: &TestDb, keys: &[&str]) -> Result<Sealer, StoreError> {
        let ring = keys.iter().map(|k| k.repeat(32)).collect::<Vec<_>>().join(",");
        Sealer::load(&test.db, KeyRing::parse(&Secret::new(ring))?, &self.clock, &self.entropy).await
    }

    async fn process(&self, test: &TestDb, keys: &[&str]) -> Sealer {
        self.try_process(test, keys).await.expect("loads")
    }

    async fn grant(&self, test: &TestDb, sealer: &Sealer, secret: &str) -> (WorkspaceId, GrantRow) {
        let workspace = Id::new(&self.clock, &self.entropy);
        let id = Id::new(&self.clock, &self.entropy);
        let now = self.clock.now();
        let row = GrantRow {
            person: None,
            workspace,
            id,
            platform: "toy".into(),
            server: None,
            credential: Some(
                sealer.seal(&grant::place(id), secret.as_bytes(), &self.entropy).expect("seals"),
            ),
            scopes: Vec::new(),
            targets: Vec::new(),
            expires_at: None,
            refresh_expires_at: None,
            status: "live".into(),
            refresh_epoch: 0,
            refresh_until: None,
            created_at: now,
            updated_at: now,
        };
        let copy = row.clone();
        let saved = test.db.write(move |tx| Box::pin(async move { grant::insert(tx, &copy).await })).await;
        saved.expect("saved");
        (workspace, row)
    }

    async fn credential(&self, test: &TestDb, (workspace, row): &(WorkspaceId, GrantRow)) -> Vec<u8> {
        let found = grant::find(&test.db, *workspace, row.id).await.expect("reads").expect("is there");
        found.credential.expect("sealed")
    }
}

async fn round_trip(test: &TestDb) {
    let w = World::new();
    let sealer = w.process(test, &[OLD]).await;
    let place = Place::new("t", "c", 1);
    let sealed = sealer.seal(&place, b"secret", &w.entropy).expect("seals");
    assert!(!sealed.windows(6).any(|part| part == b"secret"));
    assert_ne!(sealed, sealer.seal(&place, b"secret", &w.entropy).expect("seals"), "a nonce is used once");
    assert_eq!(sealer.open(&place, &sealed).await.expect("opens").as_slice(), b"secret");
    for elsewhere in [Place::new("t", "c", 2), Place::new("t", "d", 1), Place::new("u", "c", 1)] {
        assert!(sealer.open(&elsewhere, &sealed).await.is_err(), "moved to {elsewhere:?}");
    }
    for byte in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[byte] ^= 1;
        assert!(sealer.open(&place, &changed).await.is_err(), "byte {byte} was changed");
        assert!(sealer.open(&place, &sealed[..byte]).await.is_err(), "cut at {byte}");
    }
    let error = sealer.open(&place, b"").await.expect_err("empty").to_string();
    assert!(error.contains("t/c/1"), "operators learn where: {error}");
    assert!(sealer.open(&place, &sealed).await.is_ok(), "no failure did harm");
}
on_both!(a_value_opens_in_its_place_only, |t| super::round_trip(t));

async fn wrong_key(test: &TestDb) {
    let w = World::new();
    let first = w.process(test, &[OLD]).await;
    let error = w.try_process(test, &[NEW]).await.err().expect("refused").to_string();
    assert!(error.contains("CARILLON_ENCRYPTION_KEY") && !error.contains("bbbb"), "{error}");
    let second = w.process(test, &[OLD]).await;
    assert_eq!(first.active(), second.active());
    assert_eq!(*first.derive("urls"), *second.derive("urls"));
    assert_ne!(*first.derive("urls"), *first.derive("other"));
}
on_both!(another_encryption_key_is_refused, |t| super::wrong_key(t));

async fn all_columns(test: &TestDb) {
    let w = World::new();
    let sealer = w.process(test, &[OLD]).await;
    let urls = sealer.derive("urls");
    let held = w.grant(test, &sealer, "refresh-token").await;
    let app =
        sealer.seal(&connect::app_place("toy", "https://a.test"), b"client", &w.entropy).expect("seals");
    let key = KeyId { workspace: held.0, caller: Uuid::from_u128(7), key_hash: vec![1; 32] };
    let answer = sealer.seal(&key.place(), b"answer", &w.entropy).expect("seals");
    let (now, later, key_copy) = (w.clock.now(), w.clock.now() + Duration::from_secs(9), key.clone());
    let saved = test.db.write(move |tx| {
        Box::pin(async move {
            connect::put_app(tx, "toy", "https://a.test", "https://us.test/cb", &app, now).await?;
            idempotency::claim(tx, &key_copy, &[2; 32], now, later).await?;
            idempotency::finish(tx, &key_copy, 201, &answer).await
        })
    });
    saved.await.expect("saved");
    let before = sealer.active_head();

    assert_eq!(sealer.rotate(&w.clock, &w.entropy).await.expect("rotates"), 3);
    let sealed = w.credential(test, &held).await;
    assert!(!sealed.starts_with(&before) && sealed.starts_with(&sealer.active_head()));
    // A process that starts now, and would not know the old data key if that were gone.
    w.clock.advance(Duration::from_secs(25 * 3600));
    sealer.upkeep(&w.clock, &w.entropy).await.expect("upkeep");
    assert_eq!(data_key::all(&test.db).await.expect("keys").len(), 1, "the old key is forgotten");
    let fresh = w.process(test, &[OLD]).await;
    assert_eq!(
        fresh.open(&grant::place(held.1.id), &sealed).await.expect("opens").as_slice(),
        b"refresh-token"
    );
    let app =
        connect::find_app(&test.db, "toy", "https://a.test", "https://us.test/cb").await.expect("reads");
    fresh.open(&connect::app_place("toy", "https://a.test"), &app.expect("is there")).await.expect("opens");
    let answer =
        idempotency::find(&test.db, &key).await.expect("reads").and_then(|r| r.answer).expect("is there");
    fresh.open(&key.place(), &answer.1).await.expect("opens");
    assert_eq!(*fresh.derive("urls"), *urls, "signed URLs outlive a rotation");
}
on_both!(a_rotation_seals_every_column_anew, |t| super::all_columns(t));

async fn new_kek(test: &TestDb) {
    let w = World::new();
    let held = {
        let sealer = w.process(test, &[OLD]).await;
        w.grant(test, &sealer, "token").await
    };
    let both = w.process(test, &[NEW, OLD]).await;
    both.rotate(&w.clock, &w.entropy).await.expect("rotates");
    assert!(w.try_process(test, &[OLD]).await.is_err(), "the old key opens nothing new");
    let only_new = w.process(test, &[NEW]).await;
    let sealed = w.credential(test, &held).await;
    only_new.open(&grant::place(held.1.id), &sealed).await.expect("the old key of the ring can go at once");
}
on_both!(an_encryption_key_is_replaced, |t| super::new_kek(t));

async fn two_processes(test: &TestDb) {
    let w = World::new();
    let server = w.process(test, &[OLD]).await;
    let command_line = w.process(test, &[OLD]).await;
    let held = w.grant(test, &server, "first").await;
    command_line.rotate(&w.clock, &w.entropy).await.expect("rotates");
    let sealed = w.credential(test, &held).await;
    let plain = server.open(&grant::place(held.1.id), &sealed).await;
    assert_eq!(plain.expect("the server learns of the new key").as_slice(), b"first");

    let unaware = w.process(test, &[OLD]).await;
    command_line.rotate(&w.clock, &w.entropy).await.expect("rotates again");
    let late = w.grant(test, &unaware, "sealed with a key that was just replaced").await;
    w.clock.advance(Duration::from_secs(25 * 3600));
    server.upkeep(&w.clock, &w.entropy).await.expect("upkeep");
    let sealed = w.credential(test, &late).await;
    let fresh = w.process(test, &[OLD]).await;
    fresh.open(&grant::place(late.1.id), &sealed).await.expect("nothing was lost");
    assert_eq!(data_key::all(&test.db).await.expect("keys").len(), 1);
}
on_both!(processes_that_share_a_database_lose_nothing, |t| super::two_processes(t));

async fn damaged(test: &TestDb) {
    let w = World::new();
    let sealer = w.process(test, &[OLD]).await;
    let mut held = Vec::new();
    for n in 0..150 {
        held.push(w.grant(test, &sealer, &format!("token {n}")).await);
    }
    let (workspace, row) = held[0].clone();
    let broken = row.credential.clone().expect("sealed");
    let stale =
        crate::repo::sealed::Stale::for_test(&grant::place(row.id), broken.clone(), workspace, row.id);
    let swapped = held[1].1.credential.clone().expect("sealed");
    let replaced = test
        .db
        .write(move |tx| Box::pin(async move { grant::CREDENTIAL.replace(tx, stale, &swapped).await }));
    replaced.await.expect("swapped");
    let error = sealer.rotate(&w.clock, &w.entropy).await.expect_err("one does not open").to_string();
    assert!(error.contains(&row.id.to_string()), "it is named: {error}");
    for other in &held[1..] {
        let sealed = w.credential(test, other).await;
        assert!(sealed.starts_with(&sealer.active_head()), "the others are sealed anew");
    }
    w.clock.advance(Duration::from_secs(25 * 3600));
    assert!(sealer.upkeep(&w.clock, &w.entropy).await.is_err());
    assert_eq!(data_key::all(&test.db).await.expect("keys").len(), 2, "its key stays as long as it is used");
}
on_both!(a_damaged_value_stops_nothing_else, |t| super::damaged(t));

#[tokio::test]
async fn every_sealed_column_is_rotated() {
    let test = TestDb::sqlite().await;
    let Db::Sqlite(db) = &test.db else { panic!("sqlite") };
    let columns = "select m.name || '.' || c.name from sqlite_master m join pragma_table_info(m.name) c \
         where m.type = 'table' and lower(c.type) = 'blob' and c.name <> 'id' and c.name not like '%\\_id' escape '\\' \
         and c.name not like '%\\_hash' escape '\\' and c.name not like '%\\_by' escape '\\' order by 1";
    let found = db.readers.with(move |c| c.texts(columns)).await.expect("columns");
    let mut known: Vec<_> = crate::repo::sealed::COLUMNS.iter().map(|c| c.name).collect();
    known.push("data_keys.wrapped");
    // No secret: whoever gets a report sees it.
    known.push("workspace_logos.png");
    known.sort_unstable();
    assert_eq!(found, known, "a column of bytes that is no id and no hash is sealed and in the list");
    test.dispose().await;
}

#[test]
fn keys_are_read_and_refused_without_being_shown() {
    assert!(KeyRing::parse(&Secret::new(format!(" {} , {} ", "ab".repeat(32), "cd".repeat(32)))).is_ok());
    for wrong in ["", " , ", "abcd", &"zz".repeat(32), &"ab".repeat(33)] {
        let error = KeyRing::parse(&Secret::new(wrong)).err().expect("refused").to_string();
        assert!(error.contains("CARILLON_ENCRYPTION_KEY"));
        assert!(wrong.len() < 4 || !error.contains(wrong), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn the_key_file_is_made_once_and_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("folder");
    KeyRing::from_folder(folder.path(), &SeededEntropy::new(1)).expect("made");
    let path = folder.path().join("encryption.key");
    let mode = std::fs::metadata(&path).expect("file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(&path).expect("text");
    KeyRing::from_folder(folder.path(), &SeededEntropy::new(2)).expect("read");
    assert_eq!(std::fs::read_to_string(&path).expect("text"), text, "it is never replaced");
    assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1, "nothing else is left behind");
    std::fs::write(&path, "not a key").expect("written");
    let error =
        KeyRing::from_folder(folder.path(), &SeededEntropy::new(3)).err().expect("refused").to_string();
    assert!(error.contains("encryption.key") && !error.contains("not a key"), "{error}");
}
