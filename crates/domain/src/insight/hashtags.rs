//! Which hashtags an account's own posts have, how often, and what came of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::facets::{self, Feature, Links, Marks, Mentions, Tags};

/// Fewest posts with numbers of which a median is told: of fewer it is one post's number rather than the hashtag's.
const ENOUGH: usize = 3;

/// A hashtag in the posts of one account.
#[derive(Debug, Clone, PartialEq)]
pub struct TagUse {
    /// As it was written most often, with its `#`.
    pub tag: String,
    /// Posts that have it.
    pub posts: usize,
    /// The median of their engagements, of those whose numbers are known; `None` where these are fewer than three.
    pub median: Option<f64>,
}

/// Counts the hashtags of posts, each given by its text and its engagements where they are known. What is used most comes first.
pub fn hashtags<'a>(posts: impl IntoIterator<Item = (&'a str, Option<i64>)>) -> Vec<TagUse> {
    #[derive(Default)]
    struct Seen {
        spellings: BTreeMap<String, usize>,
        posts: usize,
        engagements: Vec<i64>,
    }
    let marks = Marks { links: Links::Full, mentions: Mentions::No, tags: Tags::Words };
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    for (text, engagements) in posts {
        let mut here = BTreeSet::new();
        for facet in facets::find(text, marks) {
            let Feature::Tag(tag) = facet.feature else { continue };
            let folded = tag.to_lowercase();
            let entry = seen.entry(folded.clone()).or_default();
            *entry.spellings.entry(tag).or_default() += 1;
            // Written twice in one post it is still one post.
            if here.insert(folded) {
                entry.posts += 1;
                entry.engagements.extend(engagements);
            }
        }
    }
    let usual = |spellings: BTreeMap<String, usize>| {
        spellings.into_iter().max_by_key(|(_, times)| *times).map(|(tag, _)| tag).unwrap_or_default()
    };
    let mut uses: Vec<TagUse> = seen
        .into_values()
        .map(|seen| TagUse {
            tag: format!("#{}", usual(seen.spellings)),
            posts: seen.posts,
            median: median(seen.engagements),
        })
        .collect();
    uses.sort_by(|a, b| b.posts.cmp(&a.posts).then_with(|| a.tag.cmp(&b.tag)));
    uses
}

fn median(mut values: Vec<i64>) -> Option<f64> {
    if values.len() < ENOUGH {
        return None;
    }
    values.sort_unstable();
    let middle = values.len() / 2;
    let (low, high) = if values.len().is_multiple_of(2) { (middle - 1, middle) } else { (middle, middle) };
    Some((values[low] as f64 + values[high] as f64) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hashtag_counts_once_in_a_post_and_is_called_as_it_is_usually_written() {
        let posts = [
            ("#Bells at noon #bells", Some(10)),
            ("More #Bells https://example.com/#towers", Some(30)),
            ("#bells and #Bells and #towers", None),
            ("#BELLS", Some(20)),
            ("no tag, #1", Some(99)),
        ];
        let uses = hashtags(posts);
        assert_eq!(
            uses,
            [
                TagUse { tag: "#Bells".into(), posts: 4, median: Some(20.0) },
                TagUse { tag: "#towers".into(), posts: 1, median: None },
            ]
        );
    }

    #[test]
    fn a_median_of_few_is_not_told() {
        let of = |numbers: &[i64]| hashtags(numbers.iter().map(|n| ("#a", Some(*n))))[0].median;
        assert_eq!(of(&[1, 2]), None);
        assert_eq!(of(&[9, 1, 2]), Some(2.0));
        assert_eq!(of(&[4, 1, 2, 9]), Some(3.0));
        assert!(hashtags([]).is_empty());
    }
}
