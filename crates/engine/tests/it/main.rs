//! Use cases and jobs on a manual clock, against the sandbox in process, on both databases.

mod ahead;
mod breaking;
mod changing;
mod connecting;
mod erasing;
mod hearing;
mod journal;
mod judging;
mod kill_points;
mod losing_login;
mod missing_parts;
mod oauth;
mod places;
mod publishing;
mod queueing;
mod reaching;
mod reading;
mod releasing;
mod restoring;
mod rivals;
mod settling;
mod spending;
mod support;
mod taking_over;
mod uncertain;
mod waiting;
