-- What people composed, and its copies per account.
create table posts (
    workspace_id  blob    not null,
    id            blob    not null,
    version       bigint  not null,
    composition   text    not null, -- domain::composition::Composition, JSON
    plain_text    text    not null, -- base text, for search
    tags          text    not null, -- JSON array
    campaign      text,
    due_at        bigint,           -- UTC microseconds
    wall          text,             -- civil time in timezone
    timezone      text    not null,
    created_by    blob,
    created_at    bigint  not null,
    updated_at    bigint  not null,
    trashed_at    bigint,
    primary key (workspace_id, id)
);
create index posts_by_due on posts (workspace_id, due_at);
create index posts_by_creation on posts (workspace_id, created_at);

create table publications (
    workspace_id    blob    not null,
    id              blob    not null,
    post_id         blob    not null,
    account_id      blob    not null,
    platform        text    not null,
    state           text    not null,
    due_at          bigint,
    next_at         bigint,
    tries           bigint  not null, -- tries that counted
    held_reason     text,
    released_at     bigint,
    intent          boolean not null, -- a commit intent is open, or something is public
    progress        text,             -- connectors::contract::progress::Progress, JSON
    content_version bigint  not null, -- grows with every edit; fences progress of older content
    fingerprint     text    not null, -- of the effective content, for duplicate warnings
    incomplete      boolean not null,
    remote_id       text,
    remote_url      text,
    published_at    bigint,
    error           text,             -- ConnectorError, JSON
    evidence        text,             -- what reconciliation saw
    units           text    not null, -- states of the thread's parts and comment, JSON
    created_at      bigint  not null,
    updated_at      bigint  not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, post_id) references posts (workspace_id, id)
);
create index publications_by_post on publications (workspace_id, post_id);
create index publications_by_account on publications (workspace_id, account_id, due_at);
create index publications_by_due on publications (workspace_id, due_at);
-- For the sweeps, which cross workspaces and return ids only.
create index publications_open on publications (state, due_at);

create table attempts (
    workspace_id   blob   not null,
    publication_id blob   not null,
    id             blob   not null,
    number         bigint not null,
    started_at     bigint not null,
    ended_at       bigint,
    outcome        text,
    error          text,
    primary key (workspace_id, publication_id, id)
);

create table attempt_steps (
    workspace_id blob   not null,
    attempt_id   blob   not null,
    seq          bigint not null,
    at           bigint not null,
    operation    text   not null,
    method       text   not null,
    url          text   not null, -- without secrets
    status       bigint,
    duration_us  bigint not null,
    request_id   text,
    note         text,            -- shortened, redacted request and answer
    primary key (workspace_id, attempt_id, seq)
);
