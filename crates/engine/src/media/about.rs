//! What people say about a file: its name, its description, its tags.

use std::collections::BTreeSet;

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_domain::permission::Permission;
use carillon_domain::time::Timestamp;
use carillon_store::Tx;
use carillon_store::repo::media::{self, MediaRow};

use super::incoming::tidy_name;
use super::library::{Library, checked_alt};
use crate::Actor;
use crate::usecase::posts::MAX_TAGS;

/// Tags are added again so often where somebody else was quicker.
const TRIES: usize = 5;

/// What is to be said of a file. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Its name. The ending stays that of its type.
    pub name: Option<String>,
    /// The description; an empty one removes it.
    pub alt: Option<String>,
    /// Its tags.
    pub tags: Option<Vec<String>>,
}

impl About {
    /// A description alone; an empty one removes it.
    pub fn alt(text: impl Into<String>) -> Self {
        Self { alt: Some(text.into()), ..Self::default() }
    }
}

impl Library {
    /// Changes what is said of a file.
    ///
    /// # Errors
    /// `Invalid` for what is too long or empty; `Stale` when `if_match` is not the current version.
    pub async fn describe(
        &self,
        actor: &Actor,
        id: MediaId,
        about: About,
        if_match: Option<i64>,
    ) -> Result<MediaRow, AppError> {
        actor.require(Permission::Write)?;
        let alt = about.alt.map(|alt| checked_alt(Some(alt))).transpose()?;
        let tags = about.tags.map(checked_tags).transpose()?;
        let name = about.name.map(checked_name).transpose()?;
        let now = self.parts.clock.now();
        self.change(actor.workspace, id, if_match, move |tx, mut row| {
            Box::pin(async move {
                if let Some(name) = name {
                    row.name = with_ending_of(&row.name, name);
                }
                row.info.alt = alt.unwrap_or(row.info.alt);
                row.tags = tags.unwrap_or(row.tags);
                Ok(media::describe(tx, &row, now).await?)
            })
        })
        .await?;
        self.get(actor, id).await
    }

    /// Adds tags to files, to all or to none. A file that is gone meanwhile keeps nobody from the others. Tells how many there were.
    ///
    /// # Errors
    /// `Invalid` for tags that can't be, also where one file would have too many; `Stale` when others go on changing the files.
    pub async fn add_tags(
        &self,
        actor: &Actor,
        files: &[MediaId],
        tags: &[String],
    ) -> Result<usize, AppError> {
        actor.require(Permission::Write)?;
        let (workspace, now) = (actor.workspace, self.parts.clock.now());
        let added = checked_tags(tags.to_vec())?;
        // In order, as whoever else tags several of them: nobody waits for a file of somebody who waits for theirs.
        let files: BTreeSet<MediaId> = files.iter().copied().collect();
        for _ in 0..TRIES {
            let (files, added) = (files.clone(), added.clone());
            let work = self.parts.db.write(move |tx| {
                Box::pin(async move {
                    let mut count = 0;
                    for id in files {
                        count += usize::from(add_to(tx, (workspace, id), &added, now).await?);
                    }
                    Ok::<_, AppError>(count)
                })
            });
            match work.await {
                // What somebody else said of a file in between is not written over.
                Err(AppError::Stale) => {}
                done => return done,
            }
        }
        Err(AppError::Stale)
    }
}

/// Adds tags to one file. Tells whether it is there.
async fn add_to(
    tx: &mut Tx<'_>,
    (workspace, id): (WorkspaceId, MediaId),
    added: &[String],
    now: Timestamp,
) -> Result<bool, AppError> {
    let found = media::find(&mut *tx, workspace, id).await?;
    let Some(mut row) = found.filter(|row| row.deleted_at.is_none()) else { return Ok(false) };
    row.tags = checked_tags(row.tags.iter().chain(added).cloned().collect())?;
    if media::describe(tx, &row, now).await? { Ok(true) } else { Err(AppError::Stale) }
}

/// Tags as they are stored: without blanks around them, empty ones and doubles.
fn checked_tags(tags: Vec<String>) -> Result<Vec<String>, AppError> {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<String> = tags.into_iter().map(|tag| tag.trim().to_owned()).collect();
    kept.retain(|tag| !tag.is_empty() && seen.insert(tag.clone()));
    let (most, longest) = MAX_TAGS;
    let mut errors = Vec::new();
    if kept.len() > most {
        let message = format!("A file may have up to {most} tags, these are {}. Take some off.", kept.len());
        errors.push(FieldError::new("tags", "too_many", message).with_limit(most, kept.len()));
    }
    for tag in &kept {
        let length = tag.chars().count();
        if length > longest {
            let message = format!("A tag may have up to {longest} characters, this one has {length}.");
            errors.push(FieldError::new("tags", "too_long", message).with_limit(longest, length));
        }
        errors.extend(FieldError::control("tags", tag));
    }
    if errors.is_empty() { Ok(kept) } else { Err(AppError::Invalid(errors)) }
}

fn checked_name(name: String) -> Result<String, AppError> {
    if name.trim().is_empty() {
        return Err(AppError::invalid("name", "required", "Give the file a name."));
    }
    Ok(tidy_name(&name))
}

/// The new name, with the ending of the old one: networks tell types by it.
fn with_ending_of(old: &str, name: String) -> String {
    let Some((_, ending)) = old.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else { return name };
    let same = name.rsplit_once('.').is_some_and(|(_, new)| new.eq_ignore_ascii_case(ending));
    if same { name } else { format!("{name}.{ending}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_file_keeps_its_ending() {
        for (old, typed, kept) in [
            ("quay.jpg", "Harbour", "Harbour.jpg"),
            ("quay.jpg", "Harbour.JPG", "Harbour.JPG"),
            ("quay.jpg", "v1.2", "v1.2.jpg"),
            ("quay", "Harbour", "Harbour"),
        ] {
            assert_eq!(with_ending_of(old, typed.to_owned()), kept, "{typed}");
        }
    }

    #[test]
    fn tags_are_kept_once_and_in_order() {
        let tags = [" spring ", "", "launch", "spring"].map(str::to_owned).to_vec();
        assert_eq!(checked_tags(tags).expect("tags"), ["spring", "launch"]);
        let long = checked_tags(vec!["x".repeat(101)]).expect_err("too long");
        assert!(matches!(long, AppError::Invalid(errors) if errors[0].code == "too_long"));
        let many = checked_tags((0..51).map(|n| n.to_string()).collect()).expect_err("too many");
        assert!(matches!(many, AppError::Invalid(errors) if errors[0].code == "too_many"));
    }
}
