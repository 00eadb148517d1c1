//! In which parts a video is sent. Source: developers.tiktok.com, "Media Transfer Guide" (Nov 2026).
//!
//! `total_chunk_count` is the size divided by `chunk_size`, rounded down, and what remains joins the last part. A video that is smaller
//! than a part is one part of its own size. Parts are about equally large here, and as small as TikTok allows: the last one is the
//! commit, and a broken connection costs one part.

use std::ops::Range;

use crate::platforms::tiktok::limits::{PART, PARTS};

/// The parts of a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts {
    /// Bytes of the video.
    pub total: u64,
    /// Bytes of each part but the last, which has up to `count` more.
    pub size: u64,
    /// How many there are.
    pub count: u64,
}

impl Parts {
    /// The parts of a video of so many bytes.
    pub(super) fn of(total: u64) -> Self {
        let count = (total / PART).clamp(1, PARTS);
        Self { total, size: total / count, count }
    }

    /// Where the last part begins.
    pub(super) fn tail(&self) -> u64 {
        self.size * (self.count - 1)
    }

    /// What to send next when so many bytes are there: the rest of the part in which the next byte is.
    pub(super) fn next(&self, stored: u64) -> Range<u64> {
        if stored >= self.tail() {
            return stored.min(self.total)..self.total;
        }
        let part = stored / self.size.max(1);
        stored..(part + 1) * self.size
    }

    /// The beginning of the part in which the next byte is: TikTok stores parts whole.
    pub(super) fn beginning(&self, stored: u64) -> u64 {
        if stored >= self.total {
            return self.total;
        }
        (stored / self.size.max(1) * self.size).min(self.tail())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MEGA: u64 = 1_000_000;

    #[test]
    fn small_videos_are_one_part_and_the_largest_has_not_too_many() {
        for total in [1, 3_145_728, 5 * MEGA, 5_242_879, 5_242_880, 10_485_759] {
            assert_eq!(Parts::of(total), Parts { total, size: total, count: 1 }, "{total}");
        }
        assert_eq!(Parts::of(10_485_760).count, 2);
        let largest = Parts::of(4_294_967_296);
        assert_eq!((largest.count, largest.size), (819, 5_244_160));
        assert_eq!(Parts::of(0), Parts { total: 0, size: 0, count: 1 });
    }

    proptest! {
        #[test]
        fn parts_keep_to_every_rule(total in 1_u64..=4_294_967_296) {
            let parts = Parts::of(total);
            prop_assert_eq!(parts.count, (total / parts.size).max(1), "the formula of the page");
            prop_assert!((1..=1000).contains(&parts.count));
            let last = total - parts.tail();
            if total < 5 * MEGA {
                prop_assert_eq!((parts.count, parts.size), (1, total));
            } else {
                // In either megabyte.
                prop_assert!(parts.size >= 5 * MEGA && parts.size <= 64 * MEGA);
                prop_assert!(parts.count == 1 || parts.size >= 5 * 1024 * 1024);
            }
            prop_assert!(last >= parts.size && last - parts.size < parts.count.max(1) && last <= 128 * MEGA);
            prop_assert!(total <= 64 * MEGA || parts.count > 1);
        }

        #[test]
        fn the_next_bytes_follow_those_that_are_there(total in 1_u64..=300_000_000, part in 0_u64..60, more in 0_u64..9_000_000) {
            let parts = Parts::of(total);
            let mut at = 0;
            let mut sent = 0;
            while at < total {
                let range = parts.next(at);
                prop_assert!(range.start == at && range.end > at && range.end <= total);
                (at, sent) = (range.end, sent + 1);
            }
            prop_assert_eq!(sent, parts.count);
            let stored = (part * parts.size + more).min(total);
            let range = parts.next(stored);
            prop_assert!(range.start == stored && range.end <= total);
            let beginning = parts.beginning(stored);
            prop_assert!(beginning <= stored && (beginning == total || beginning.is_multiple_of(parts.size)));
        }
    }
}
