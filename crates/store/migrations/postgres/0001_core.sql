-- Keys that seal secrets, each wrapped by a key-encryption key.
create table data_keys (
    id         uuid  not null,
    kek        text not null, -- fingerprint of the key-encryption key
    wrapped    bytea not null,
    created_at bigint not null,
    primary key (id)
);

-- What belongs to the installation as a whole.
create table settings (
    name  text not null,
    value text not null, -- JSON
    primary key (name)
);
