-- The library. Bytes lie in the media store under workspace and id.
create table media (
    workspace_id uuid    not null,
    id           uuid    not null,
    version      bigint  not null,
    kind         text    not null,
    mime         text    not null,
    name         text    not null,
    bytes        bigint  not null,
    sha256       text    not null,
    width        bigint,
    height       bigint,
    duration_ms  bigint,
    frame_rate   double precision,
    frames       bigint,
    video_codec  text,
    audio_codec  text,
    alt          text,
    renditions   text    not null, -- JSON array of domain::media::Rendition
    warnings     text    not null, -- JSON array of domain::media::MediaWarning
    created_by   uuid,
    created_at   bigint  not null,
    updated_at   bigint  not null,
    deleted_at   bigint,           -- the bytes follow later
    primary key (workspace_id, id)
);
-- For the sweep, which crosses workspaces and returns ids only.
create index media_deleted on media (deleted_at) where deleted_at is not null;

-- Files on their way in. The id becomes that of the file.
create table media_uploads (
    workspace_id uuid   not null,
    id           uuid   not null,
    name         text   not null,
    alt          text,
    length       bigint,          -- null until the end is seen
    received     bigint not null,
    created_by   uuid,
    created_at   bigint not null,
    expires_at   bigint not null,
    finished_at  bigint,          -- in the library; the pieces can go
    primary key (workspace_id, id)
);
create index media_uploads_by_expiry on media_uploads (expires_at);

create table media_upload_pieces (
    workspace_id uuid   not null,
    upload_id    uuid   not null,
    start_at     bigint not null, -- of its first byte in the file
    bytes        bigint not null,
    object       text   not null, -- last part of its key in the media store
    primary key (workspace_id, upload_id, start_at)
);
