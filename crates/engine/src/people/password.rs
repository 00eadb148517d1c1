//! Hashing and checking passwords.
//!
//! argon2id with 19 MiB and two passes, as the OWASP Password Storage Cheat Sheet asks at least. At most two run at a time,
//! so that a burst of sign-ins takes neither all memory nor all cores from publishing.

use std::sync::OnceLock;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use carillon_domain::error::AppError;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Entropy, random_bytes};
use tokio::sync::Semaphore;

static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// A hash that no password has, so that an unknown account takes as long as a known one.
fn nobody() -> Result<&'static str, AppError> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash);
    }
    let hash = hash_now(b"", b"nobody's salt...")?;
    Ok(HASH.get_or_init(|| hash))
}

fn hash_now(password: &[u8], salt: &[u8]) -> Result<String, AppError> {
    let hash = Argon2::default().hash_password_with_salt(password, salt);
    hash.map(|h| h.to_string()).map_err(|e| AppError::internal(format!("argon2: {e}")))
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let permit = AT_ONCE.acquire().await.map_err(AppError::internal)?;
    tokio::task::spawn_blocking(move || {
        // Kept until the work ends, also when nobody waits for it any more.
        let _permit = permit;
        work()
    })
    .await
    .map_err(AppError::internal)?
}

/// The hash of a password, as a PHC string.
pub async fn hash(password: &Secret, entropy: &dyn Entropy) -> Result<String, AppError> {
    let (password, salt) = (password.clone(), random_bytes::<16>(entropy));
    off_thread(move || hash_now(password.expose().as_bytes(), &salt)).await
}

/// Whether the password has this hash. Without a hash: no, after as much work. The empty password, which nobody may choose,
/// never matches.
pub async fn verify(password: &Secret, hash: Option<String>) -> Result<bool, AppError> {
    let password = password.clone();
    off_thread(move || {
        let known = hash.is_some() && !password.is_empty();
        let against = match &hash {
            Some(hash) => hash.as_str(),
            None => nobody()?,
        };
        match Argon2::default().verify_password(password.expose().as_bytes(), against) {
            Ok(()) => Ok(known),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(e) => Err(AppError::internal(format!("argon2: {e}"))),
        }
    })
    .await
}
