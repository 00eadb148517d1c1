-- One login at a network. The credential is sealed.
create table grants (
    workspace_id       uuid    not null,
    id                 uuid    not null,
    platform           text    not null,
    server             text,
    credential         bytea,          -- null once erased
    scopes             text    not null, -- JSON array
    targets            text    not null, -- identities to choose from, JSON
    expires_at         bigint,
    refresh_expires_at bigint,
    status             text    not null, -- live, revoked, erased
    refresh_epoch      bigint  not null, -- fences refreshes: one at a time
    refresh_until      bigint,
    created_at         bigint  not null,
    updated_at         bigint  not null,
    primary key (workspace_id, id)
);

create table accounts (
    workspace_id uuid    not null,
    id           uuid    not null,
    grant_id     uuid    not null,
    platform     text    not null,
    server       text    not null, -- empty for networks of one server
    remote_id    text    not null,
    handle       text    not null,
    name         text    not null,
    avatar_url   text,
    meta         text    not null, -- JSON
    status       text    not null,
    status_cause text,             -- why it needs a person
    daily_cap    bigint,           -- null: the platform's default
    cap_mode     text    not null,
    profile      text,             -- last profile read, JSON
    synced_at    bigint,
    sync_error   text,
    version      bigint  not null,
    created_at   bigint  not null,
    updated_at   bigint  not null,
    primary key (workspace_id, id)
);
create unique index accounts_by_identity on accounts (workspace_id, platform, server, remote_id);

-- An attempt at connecting, from the first redirect to its end.
create table connect_attempts (
    workspace_id uuid   not null,
    id           uuid   not null,
    state_hash   bytea,          -- of the OAuth state; null once used
    platform     text   not null,
    server       text,
    session_hash bytea,          -- the browser session that must come back; null for tokens
    pending      bytea,          -- sealed
    return_to    text,
    status       text   not null, -- pending, choose, connected, failed
    grant_id     uuid,
    accounts     text   not null, -- JSON array of ids
    error        text,            -- ConnectorError, JSON
    created_at   bigint not null,
    expires_at   bigint not null,
    primary key (workspace_id, id)
);
create unique index connect_attempts_by_state on connect_attempts (state_hash);

-- Our app at servers of networks with many servers; one for the whole installation.
create table app_registrations (
    platform     text   not null,
    server       text   not null,
    redirect_uri text   not null,
    credentials  bytea not null, -- sealed
    created_at   bigint not null,
    primary key (platform, server, redirect_uri)
);
