-- Who can sign in. Users belong to the installation; members tie them to workspaces.
create table users (
    id            uuid   not null,
    email         text   not null, -- lower case
    name          text   not null,
    timezone      text,            -- IANA; null: the workspace's
    password_hash text   not null, -- PHC string
    created_at    bigint not null,
    updated_at    bigint not null,
    primary key (id)
);
create unique index users_by_email on users (email);

-- Browsers that are signed in. Only the hash of what the cookie holds.
create table sessions (
    user_id      uuid   not null,
    id           uuid   not null,
    secret_hash  bytea  not null,
    user_agent   text   not null,
    address      text   not null,
    created_at   bigint not null,
    last_seen_at bigint not null,
    expires_at   bigint not null,
    primary key (user_id, id),
    foreign key (user_id) references users (id)
);
create unique index sessions_by_secret on sessions (secret_hash);
create index sessions_by_expiry on sessions (expires_at);

-- Links that are good for one use.
create table one_time_links (
    secret_hash bytea  not null,
    purpose     text   not null, -- setup, sign_in
    user_id     uuid,            -- whom it signs in
    created_at  bigint not null,
    expires_at  bigint not null,
    primary key (secret_hash),
    foreign key (user_id) references users (id)
);

create table workspaces (
    id         uuid   not null,
    name       text   not null,
    timezone   text   not null, -- IANA
    grace_s    bigint not null, -- how late a publication may go out without a person
    version    bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (id)
);

create table members (
    workspace_id uuid   not null,
    user_id      uuid   not null,
    role         text   not null,
    created_at   bigint not null,
    updated_at   bigint not null,
    primary key (workspace_id, user_id),
    foreign key (workspace_id) references workspaces (id),
    foreign key (user_id) references users (id)
);
create index members_by_user on members (user_id, workspace_id);

create table api_tokens (
    workspace_id uuid   not null,
    id           uuid   not null,
    name         text   not null,
    role         text   not null,
    secret_hash  bytea  not null,
    prefix       text   not null, -- its first characters, so that people recognise it
    created_by   uuid,            -- null: made on the command line
    created_at   bigint not null,
    last_used_at bigint,
    expires_at   bigint,
    revoked_at   bigint,
    primary key (workspace_id, id),
    foreign key (workspace_id) references workspaces (id)
);
create unique index api_tokens_by_secret on api_tokens (secret_hash);

-- Failed sign-ins per account and per address.
create table sign_in_throttle (
    subject       text   not null, -- kind and hash: what was typed need not be an address of ours
    failures      bigint not null,
    last_at       bigint not null,
    blocked_until bigint not null,
    primary key (subject)
);
create index sign_in_throttle_by_time on sign_in_throttle (last_at);

-- Answers to requests that carried an Idempotency-Key.
create table idempotency_keys (
    workspace_id uuid   not null,
    caller_id    uuid   not null, -- token or user
    key_hash     bytea  not null,
    request_hash bytea  not null,
    status       bigint,          -- null while the first request runs
    answer       bytea,           -- sealed
    created_at   bigint not null,
    expires_at   bigint not null,
    primary key (workspace_id, caller_id, key_hash)
);
create index idempotency_keys_by_expiry on idempotency_keys (expires_at);
