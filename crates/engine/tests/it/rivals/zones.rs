//! Complaint 26: what is meant for nine o'clock goes out at nine o'clock, whatever the clocks of its zone do.

use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::time::Timestamp;
use carillon_engine::usecase::posts::{self, PostInput, WantedStatus};
use carillon_store::testing::TestDb;

use super::super::support::Stage;

/// A night on which clocks change, and what nine o'clock is before and after it, in UTC.
struct Night {
    zone: &'static str,
    /// Days around it.
    days: [&'static str; 3],
    /// Nine o'clock on these days.
    nine: [&'static str; 3],
    /// A time of the night itself, and what is wrong with it.
    odd: (&'static str, &'static str),
}

const NIGHTS: [Night; 4] = [
    Night {
        zone: "Europe/Athens",
        days: ["2027-03-27", "2027-03-28", "2027-03-29"],
        nine: ["07:00", "06:00", "06:00"],
        odd: ("2027-03-28T03:30:00", "time_does_not_exist"),
    },
    Night {
        zone: "Europe/Athens",
        days: ["2027-10-30", "2027-10-31", "2027-11-01"],
        nine: ["06:00", "07:00", "07:00"],
        odd: ("2027-10-31T03:30:00", "time_is_ambiguous"),
    },
    Night {
        zone: "America/New_York",
        days: ["2027-03-13", "2027-03-14", "2027-03-15"],
        nine: ["14:00", "13:00", "13:00"],
        odd: ("2027-03-14T02:30:00", "time_does_not_exist"),
    },
    Night {
        zone: "America/New_York",
        days: ["2027-11-06", "2027-11-07", "2027-11-08"],
        nine: ["13:00", "14:00", "14:00"],
        odd: ("2027-11-07T01:30:00", "time_is_ambiguous"),
    },
];

fn at(account: AccountId, zone: &str, wall: &str) -> PostInput {
    PostInput {
        text: format!("Bell of {wall}"),
        accounts: vec![account],
        status: WantedStatus::Scheduled,
        scheduled_at: Some(wall.to_owned()),
        timezone: Some(zone.to_owned()),
        ..PostInput::default()
    }
}

pub async fn both_transitions(test: &TestDb) {
    for Night { zone, days, nine, odd: (odd, code) } in NIGHTS {
        let mut stage = Stage::new(test).await;
        zone.clone_into(&mut stage.actor.timezone);
        let eve: Timestamp = format!("{}T00:00:00Z", days[0]).parse().expect("time");
        stage.bench.clock.advance_to(eve);
        let account = stage.bluesky().await;
        let refused = posts::create(&stage.engine, &stage.actor, at(account, zone, odd)).await;
        let Err(AppError::Invalid(errors)) = refused else { panic!("{zone} {odd}: {refused:?}") };
        assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), ("scheduled_at", code), "{odd}");
        // All are planned before the clocks change.
        for (day, nine) in days.iter().zip(nine) {
            let wall = format!("{day}T09:00:00");
            let post = stage.post(at(account, zone, &wall)).await;
            let due: Timestamp = format!("{day}T{nine}:00Z").parse().expect("time");
            assert_eq!(post.post.due_at, Some(due), "{zone} {wall}");
            assert_eq!((post.post.wall.as_deref(), post.post.timezone.as_str()), (Some(wall.as_str()), zone));
        }
        let text = format!("Bells in {zone}");
        let first = at(account, zone, &format!("{}T09:00:00", days[0]));
        let daily = Some("FREQ=DAILY;COUNT=3".to_owned());
        stage.post(PostInput { text: text.clone(), repeat: daily, ..first }).await;
        stage.run_until_idle().await;
        let mut repeated: Vec<Timestamp> = stage.public(&text).iter().map(|item| item.at).collect();
        repeated.sort_unstable();
        let due =
            |(day, nine): (&&str, &str)| format!("{day}T{nine}:00Z").parse::<Timestamp>().expect("time");
        assert_eq!(repeated, days.iter().zip(nine).map(due).collect::<Vec<Timestamp>>(), "{zone}");
        for (day, nine) in days.iter().zip(nine) {
            let public = stage.public(&format!("Bell of {day}T09:00:00"));
            let due: Timestamp = format!("{day}T{nine}:00Z").parse().expect("time");
            assert_eq!(public.iter().map(|item| item.at).collect::<Vec<_>>(), [due], "{zone} {day}");
        }
    }
}
