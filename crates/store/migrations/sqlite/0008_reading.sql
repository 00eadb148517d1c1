-- One fetch of numbers from a network each; what is over stays, as the sync log.
create table sync_runs (
    workspace_id  blob   not null,
    id            blob   not null,
    account_id    blob   not null,
    platform      text   not null,
    kind          text   not null,
    reason        text   not null,
    user_id       blob,            -- who asked
    token_id      blob,
    state         text   not null,
    created_at    bigint not null,
    started_at    bigint,
    ended_at      bigint,
    next_at       bigint,          -- when a waiting run is tried
    tries         bigint not null, -- tries that ended in a passing error
    items         bigint not null, -- posts that were read
    calls         bigint not null, -- calls to the network
    error_kind    text,
    error_code    text,
    error         text,            -- ConnectorError, JSON
    limited_until bigint,          -- the network asked to wait until then
    progress      text   not null, -- how far it got; opaque here
    continues_id  blob,            -- the run that stopped where this one goes on
    primary key (workspace_id, id)
);
-- At most one run of an account is under way.
create unique index sync_runs_one_open on sync_runs (workspace_id, account_id) where state in ('queued', 'running');
create index sync_runs_by_account on sync_runs (workspace_id, account_id, id);
-- For the sweep, which crosses workspaces and returns ids only.
create index sync_runs_open on sync_runs (created_at) where state in ('queued', 'running');

-- Numbers as they were seen, appended and never changed. What a network did not give has no row; it is not zero.
create table snapshots (
    workspace_id blob   not null,
    account_id   blob   not null,
    subject_id   blob   not null, -- the account itself, or one of its posts
    metric       text   not null,
    as_of        bigint not null, -- when the network said so
    value        bigint not null, -- in the unit of the metric's definition
    native       text   not null, -- the field of the network's API
    definition   bigint not null, -- version of the metric's definition
    run_id       blob   not null,
    primary key (workspace_id, account_id, subject_id, metric, as_of)
) without rowid;

-- Posts found on an account, made by us or not, with their numbers as last seen.
create table remote_posts (
    workspace_id   blob   not null,
    account_id     blob   not null,
    id             blob   not null,
    remote_id      text   not null,
    url            text,
    body           text   not null, -- plain text
    kind           text,            -- the network's own word
    published_at   bigint not null,
    publication_id blob,            -- the publication that made it, if it is ours
    first_seen_at  bigint not null,
    read_at        bigint not null, -- of the numbers
    numbers        text   not null, -- JSON array of domain::metric::Reading
    primary key (workspace_id, account_id, id)
);
create unique index remote_posts_by_remote_id on remote_posts (workspace_id, account_id, remote_id);
create index remote_posts_by_time on remote_posts (workspace_id, account_id, published_at, id);
