-- A data key that a rotation replaced still opens what it sealed, until nothing uses it and every node has heard.
alter table data_keys add column retired_at bigint;
