create table jobs (
    id           blob    not null,
    workspace_id blob,
    kind         text    not null,
    version      bigint  not null,
    payload      text    not null, -- JSON; never secrets
    lane         text,             -- at most one leased job per lane
    priority     bigint  not null,
    run_at       bigint  not null,
    attempt      bigint  not null,
    state        text    not null, -- ready, leased, dead
    lease_by     text,
    lease_epoch  bigint  not null,
    lease_until  bigint,
    unique_key   text    not null,
    subject_id   blob,             -- what it is about, for the sweeps
    last_error   text,
    trace        text,
    created_at   bigint  not null,
    primary key (id)
);
create unique index jobs_by_key on jobs (unique_key);
create unique index jobs_one_per_lane on jobs (lane) where state = 'leased';
create index jobs_ready on jobs (state, run_at);
create index jobs_by_subject on jobs (subject_id);
