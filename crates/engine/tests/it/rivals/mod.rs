//! What users of other publishing tools complain about, each complaint a test. `docs/reference/rivals.md` lists them by number.

mod duplicates;
mod queue;
mod scene;
mod stuck;
mod zones;

use std::fs;
use std::path::Path;

use carillon_store::on_both;

on_both!(no_01_one_schedule_is_one_post_under_every_fault, |t| super::duplicates::every_fault(t));
on_both!(no_02_what_follows_a_post_never_sends_it_again, |t| super::duplicates::side_effects(t));
on_both!(no_03_a_worker_killed_after_the_network_accepted_leaves_one_post, |t| super::duplicates::killed(t));
on_both!(no_04_a_rate_limit_answered_for_a_live_post_is_never_a_failure, |t| super::duplicates::rate_limit(
    t
));
on_both!(no_05_a_permalink_that_cannot_be_read_changes_no_verdict, |t| super::duplicates::permalink(t));
on_both!(no_06_twins_and_posts_of_the_same_hour_are_warned_of, |t| super::duplicates::twins(t));
on_both!(no_07_dead_before_the_send_is_repeated_dead_after_it_is_not, |t| super::duplicates::dead(t));
on_both!(no_08_a_comment_refused_but_made_is_looked_for_before_the_next_try, |t| super::duplicates::comment(
    t
));
on_both!(no_09_moved_and_deleted_posts_forget_their_old_time, |t| super::stuck::moved(t));
on_both!(no_10_every_due_post_ends_and_says_why, |t| super::stuck::every_end(t));
on_both!(no_11_without_a_remote_id_nothing_is_published, |t| super::stuck::empty_success(t));
on_both!(no_12_a_container_that_never_gets_ready_ends_and_can_be_inspected, |t| super::stuck::container(t));
on_both!(no_14_every_registered_network_has_somebody_who_publishes, |t| super::stuck::executors(t));
on_both!(no_15_every_network_has_a_deadline, |t| super::stuck::deadlines(t));
on_both!(no_17_nothing_outside_needs_to_push, |t| super::stuck::alone(t));
on_both!(no_26_a_wall_clock_time_stays_across_both_transitions, |t| super::zones::both_transitions(t));
on_both!(no_30_a_queue_never_touches_what_is_public_and_frees_its_slots, |t| super::queue::untouched(t));

/// Names of tests of complaints in a text, each between these.
fn named(text: &str, before: &str, after: char) -> Vec<String> {
    let before = format!("{before}no_");
    let rest = text.split(&before).skip(1);
    let numbered = rest.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    numbered.filter_map(|rest| rest.split_once(after).map(|(name, _)| format!("no_{name}"))).collect()
}

/// All of our source, without white space.
fn source(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            source(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.extend(fs::read_to_string(&path).expect("text").split_whitespace());
        }
    }
}

/// The page has a line for every complaint. It names every test here, and every test that it names is there.
#[test]
fn the_page_lists_what_is_tested() {
    let page = include_str!("../../../../../docs/reference/rivals.md");
    let rows: Vec<(u8, &str)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "))
        .filter_map(|(number, rest)| Some((number.parse().ok()?, rest)))
        .collect();
    let numbers: Vec<u8> = rows.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=50).collect::<Vec<u8>>());

    let mut all = String::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the other packages");
    source(crates, &mut all);
    let mut tested = named(&all, "on_both!(", ',');
    tested.extend(named(&all, "on_both_desks!(", ','));
    tested.sort();
    let listed: Vec<String> = rows.iter().flat_map(|(_, row)| named(row, "`", '`')).collect();
    assert_eq!(listed, tested);
    for (number, row) in &rows {
        let own = format!("no_{number:02}_");
        assert!(named(row, "`", '`').iter().all(|name| name.starts_with(&own)), "{number}: {row}");
    }
    let elsewhere = rows.iter().flat_map(|(_, row)| row.split('`').skip(1).step_by(2));
    for test in elsewhere.filter_map(|name| Some(name.rsplit_once("::")?.1)) {
        let is_there = all.contains(&format!("fn{test}(")) || all.contains(&format!("({test},"));
        assert!(is_there, "{test}");
    }
}
