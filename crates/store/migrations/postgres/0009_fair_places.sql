-- Whose a job is, so that no network, workspace or account takes all places of a node.
alter table jobs add column platform text;
alter table jobs add column tenant text;  -- platform/workspace
alter table jobs add column account text;
update jobs set platform = (select p.platform from publications p
    where p.workspace_id = jobs.workspace_id and p.id = jobs.subject_id);
-- In the order in which they are claimed, with what a claim may have to pass over.
create index jobs_ready_commits on jobs (run_at, created_at, id, platform, tenant, account, lane)
    where state = 'ready' and lane is not null;
create index jobs_ready_others on jobs (priority, run_at, created_at, id, platform, tenant, account)
    where state = 'ready' and lane is null;

-- The journal of remote calls is thinned by age, over all workspaces.
create index attempt_steps_by_time on attempt_steps (at);

-- What networks allow the installation as a whole, and how much of it is used until it is filled again.
create table shared_quotas (
    platform text   not null,
    bucket   text   not null, -- the connector's name for it
    used     bigint not null,
    reset_at bigint not null,
    primary key (platform, bucket)
);

-- How publications stood that were erased with their accounts, so that a post which went out never looks like a draft.
alter table posts add column erased text; -- JSON array of domain::erased::Erased

-- Operations that a network takes no more of from an account for now, and until when: what one node hears all keep to.
alter table accounts add column used_up text; -- JSON, time by operation

-- What is looked for again and again must not cost more the longer everything is kept. jobs_ready is taken away from claims that
-- have better ones above. A node of the version before is only slower without it.
drop index jobs_ready;
create index jobs_leased on jobs (lease_until) where state = 'leased';
create index publications_by_publishing on publications (workspace_id, account_id, published_at)
    where published_at is not null;
create index publications_in_doubt on publications (workspace_id, account_id)
    where state in ('publishing', 'unconfirmed');
create index publications_pending on publications (state, due_at)
    where state = 'published' and units like '%"state":"pending"%';

-- Who signed in by which app, as the network says whose consent ended. Null where networks say no such thing.
alter table grants add column person text;
create index grants_by_person on grants (person) where person is not null;

-- Networks name accounts by their own ids when something happened there.
create index accounts_by_remote on accounts (platform, remote_id);

-- People who asked, at a network, to have deleted what is held of them: how that stands. The person is forgotten with the rest.
-- Which accounts were theirs then is noted, since a new login may take them over before they can be deleted.
create table data_deletions (
    code         text   not null primary key,
    platform     text   not null,
    person       text,             -- null once everything is deleted
    accounts     text   not null,  -- JSON array of workspace and account
    found        boolean not null, -- whether anything of them was held
    requested_at bigint not null,
    finished_at  bigint
);
create index data_deletions_open on data_deletions (requested_at, code) where person is not null;

-- Files of the library that were made from others so that a network takes them. What is still being made is not in `media` yet.
create table media_renditions (
    workspace_id uuid not null,
    id           uuid not null,  -- that of the file
    original_id  uuid not null,
    platform     text   not null,  -- for which it was made
    rules        text   not null,  -- JSON, what it had to be. Equal rules are equal texts
    state        text   not null,  -- making, ready, failed
    progress     bigint not null,  -- percent
    failure      text,             -- for people
    created_by   uuid,
    created_at   bigint not null,
    updated_at   bigint not null,
    primary key (workspace_id, id)
);
create unique index media_renditions_by_rules on media_renditions (workspace_id, original_id, platform, rules);
create index media_renditions_making on media_renditions (state) where state = 'making';

-- Of a document. A node of the version before does not know the kind `document`, and can't show such a file.
alter table media add column pages bigint;

-- What analytics add up and sort by, taken out of `numbers`. Null: not given, or not what a count can be. A node of the version
-- before leaves it as it was until the post is read again.
alter table remote_posts add column views bigint;
alter table remote_posts add column reach bigint;
alter table remote_posts add column likes bigint;
alter table remote_posts add column comments bigint;
alter table remote_posts add column shares bigint;
alter table remote_posts add column saves bigint;
alter table remote_posts add column engagements bigint;  -- likes, comments, shares and saves, as far as they are there
alter table remote_posts add column followers bigint;    -- of the account when the post was published, if anybody looked then
alter table remote_posts add column fields text;         -- where they came from: `likes=like_count@1 views=view_count@1`, by name
update remote_posts set views = (select cast(e ->> 'value' as bigint) from jsonb_array_elements(case when numbers like '[%'
    then cast(numbers as jsonb) else '[]' end) e where e ->> 'metric' = 'views'
    and cast(e ->> 'value' as bigint) between 0 and 10000000000000 limit 1);
update remote_posts set reach = (select cast(e ->> 'value' as bigint) from jsonb_array_elements(case when numbers like '[%'
    then cast(numbers as jsonb) else '[]' end) e where e ->> 'metric' = 'reach'
    and cast(e ->> 'value' as bigint) between 0 and 10000000000000 limit 1);
update remote_posts set likes = (select cast(e ->> 'value' as bigint) from jsonb_array_elements(case when numbers like '[%'
    then cast(numbers as jsonb) else '[]' end) e where e ->> 'metric' = 'likes'
    and cast(e ->> 'value' as bigint) between 0 and 2000000000 limit 1);
update remote_posts set comments = (select cast(e ->> 'value' as bigint) from jsonb_array_elements(case when numbers like '[%'
    then cast(numbers as jsonb) else '[]' end) e where e ->> 'metric' = 'comments'
    and cast(e ->> 'value' as bigint) between 0 and 2000000000 limit 1);
update remote_posts set shares = (select cast(e ->> 'value' as bigint) from jsonb_array_elements(case when numbers like '[%'
    then cast(numbers as jsonb) else '[]' end) e where e ->> 'metric' = 'shares'
    and cast(e ->> 'value' as bigint) between 0 and 2000000000 limit 1);
update remote_posts set saves = (select cast(e ->> 'value' as bigint) from jsonb_array_elements(case when numbers like '[%'
    then cast(numbers as jsonb) else '[]' end) e where e ->> 'metric' = 'saves'
    and cast(e ->> 'value' as bigint) between 0 and 2000000000 limit 1);
update remote_posts set engagements = coalesce(likes, 0) + coalesce(comments, 0) + coalesce(shares, 0) + coalesce(saves, 0)
    where coalesce(likes, comments, shares, saves) is not null;
update remote_posts set followers = coalesce(
    (select s.value from snapshots s where s.workspace_id = remote_posts.workspace_id and s.account_id = remote_posts.account_id
        and s.subject_id = remote_posts.account_id and s.metric = 'followers' and s.as_of <= remote_posts.published_at
        and s.as_of >= remote_posts.published_at - 604800000000 order by s.as_of desc limit 1),
    (select s.value from snapshots s where s.workspace_id = remote_posts.workspace_id and s.account_id = remote_posts.account_id
        and s.subject_id = remote_posts.account_id and s.metric = 'followers' and s.as_of > remote_posts.published_at
        and s.as_of <= remote_posts.published_at + 86400000000 order by s.as_of limit 1));
update remote_posts set fields = coalesce((select string_agg(f, ' ' order by f) from (select (e ->> 'metric') || '='
    || (e ->> 'native') || '@' || (e ->> 'definition') as f from jsonb_array_elements(case when numbers like '[%'
    then cast(numbers as jsonb) else '[]' end) e where e ->> 'metric' in ('comments', 'likes', 'reach', 'saves', 'shares', 'views')) x), '');

-- Reading by schedule. The default makes every account be looked at once, which sets the time of the next look. A node of the version
-- before can't show runs of the new kinds.
alter table accounts add column look_at bigint not null default 0;
alter table accounts add column covered text; -- JSON, domain::sync::Covered: the last complete reading of each kind
create index accounts_by_look on accounts (look_at) where status = 'connected';

-- Thinning of old snapshots: how long all are kept, how far each account is thinned, and when it is looked at next. The defaults make
-- every account be looked at once.
alter table workspaces add column snapshot_days bigint not null default 90; -- 0: for ever
alter table accounts add column thinned_to bigint; -- before it only the last snapshot of each day is left
alter table accounts add column thin_at bigint not null default 0;
create index accounts_by_thinning on accounts (thin_at);

-- What networks tell the owner of an account, appended and never changed: its numbers by time, and who its audience is. What did not
-- come has no row: it is not zero.
create table owner_numbers (
    workspace_id uuid   not null,
    account_id   uuid   not null,
    question     text   not null, -- account, audience
    metric       text   not null,
    dimension    text   not null, -- by what it is split (empty: a sum)
    as_of        bigint not null, -- when the network said so
    began        bigint not null, -- when counting began (0: there is no such time)
    part         text   not null, -- of what part, in the network's words (empty: all of it)
    ended        bigint not null, -- when counting ended (0: there is no such time)
    value        bigint not null, -- in the unit of the metric's definition
    native       text   not null, -- the network's name
    definition   bigint not null, -- version of the metric's definition
    primary key (workspace_id, account_id, question, metric, dimension, as_of, began, part)
);

-- When the network was asked for them, and what did not come.
create table owner_looks (
    workspace_id uuid    not null,
    account_id   uuid    not null,
    question     text    not null,
    as_of        bigint  not null,
    told_to      bigint,           -- end of the last time that numbers came of
    settled      boolean not null, -- nothing more is to be had for now
    missing      text    not null, -- JSON array of repo::owner::Absent
    run_id       uuid    not null,
    primary key (workspace_id, account_id, question, as_of)
);

-- What needs a person, once until it is cleared, what else is good to know, and who has read of it.
create table notices (
    workspace_id uuid not null,
    id           uuid not null,
    kind         text   not null, -- domain::notice::NoticeKind
    subject_id   uuid not null,  -- an account, a publication, a series, or a sent report
    account_id   uuid,           -- null: it is about all of them
    post_id      uuid,
    news         boolean not null, -- the kind needs nobody
    cause        text,            -- for people
    created_at   bigint not null,
    cleared_at   bigint,
    primary key (workspace_id, id)
);
create unique index notices_open on notices (workspace_id, subject_id, kind) where cleared_at is null;
create index notices_by_account on notices (workspace_id, account_id);
create index notices_by_post on notices (workspace_id, post_id) where post_id is not null;
-- What is open is looked for on every page, and what is over is most of it.
create index notices_unsettled on notices (workspace_id, news, id) where cleared_at is null;
create index notices_unsettled_by_kind on notices (news, kind, created_at) where cleared_at is null;
create index notices_settled on notices (news, created_at) where cleared_at is not null;
create index notices_needing on notices (workspace_id, id) where news = false;
create table notice_reads (
    workspace_id uuid not null,
    reader_id    uuid not null,  -- a person or a token
    notice_id    uuid not null,
    read_at      bigint not null,
    primary key (workspace_id, reader_id, notice_id)
);
create index notice_reads_by_notice on notice_reads (workspace_id, notice_id);

-- E-mails about them: who was sent which, who wants any, and when somebody got the last one.
create table notice_letters (
    workspace_id uuid not null,
    user_id      uuid not null,
    notice_id    uuid not null,
    sent_at      bigint not null,
    primary key (workspace_id, user_id, notice_id)
);
create index notice_letters_by_notice on notice_letters (workspace_id, notice_id);
alter table users add column notice_mail boolean not null default true;
alter table users add column lettered_at bigint not null default 0;

-- Reports that go out by themselves, and those that did. Nothing is queued ahead: a schedule has one time at which it is due.
create table report_schedules (
    workspace_id uuid not null,
    id           uuid not null,
    every        text   not null, -- domain::report::Every
    day          bigint not null, -- of the week, Monday being 1, or of the month
    hour         bigint not null, -- in the workspace's zone
    account_id   uuid,           -- null: all of them
    people       text   not null, -- JSON array of members
    next_at      bigint not null,
    created_at   bigint not null,
    primary key (workspace_id, id)
);
create index report_schedules_due on report_schedules (next_at);
create table sent_reports (
    workspace_id uuid not null,
    id           uuid not null,
    account_id   uuid,
    first_day    text   not null,
    last_day     text   not null,
    people       text   not null, -- JSON array: who is to get it …
    told         text   not null, -- … and who has it
    state        text   not null, -- making, sent, failed
    file_name    text   not null,
    size         bigint not null, -- of the file in the media store (0: not made yet)
    created_at   bigint not null,
    made_at      bigint,          -- when its numbers were read: what they were then is not thinned
    sent_at      bigint,
    primary key (workspace_id, id)
);
create index sent_reports_making on sent_reports (state) where state = 'making';
create index sent_reports_made on sent_reports (workspace_id, made_at) where made_at is not null;

-- What accounts were called before, as readings found, and what their network did with them.
create table account_names (
    workspace_id uuid not null,
    account_id   uuid not null,
    at           bigint not null,
    handle_was   text   not null,
    handle_is    text   not null,
    name_was     text   not null,
    name_is      text   not null,
    primary key (workspace_id, account_id, at)
);
alter table accounts add column read_handle text; -- as the last reading had them: signing in may say them in another form
alter table accounts add column read_name text;
alter table accounts add column network_state text; -- domain::account::NetworkState (null: nothing that we know of)

-- A workspace's logo, at most 512 pixels wide and high.
create table workspace_logos (
    workspace_id uuid  not null,
    png          bytea not null,
    sha256       text  not null, -- hexadecimal
    primary key (workspace_id),
    foreign key (workspace_id) references workspaces (id) on delete cascade
);

-- The language in which people read pages and e-mails.
alter table users add column language text; -- as in locales (null: the browser's, and English in e-mails)
-- Files of posts that people took in. What is in them is kept until posts were made of it, or it is forgotten.
create table post_imports (
    workspace_id uuid not null,
    id           uuid not null,
    file_name    text   not null,
    sha256       text   not null, -- hexadecimal, of the content
    content      text   not null, -- empty once posts were made of it
    created_by   uuid,           -- null: a token
    created_at   bigint not null,
    made_at      bigint,           -- when posts were made of it
    made         bigint not null,  -- how many
    made_of      text,             -- the content, by its hash, unless somebody meant to have it twice
    primary key (workspace_id, id),
    foreign key (workspace_id) references workspaces (id) on delete cascade
);
create unique index post_imports_made on post_imports (workspace_id, made_of);
create index post_imports_by_content on post_imports (workspace_id, sha256);
create index post_imports_by_time on post_imports (created_at);

-- What a member may subscribe to in a calendar of their own, by a secret address. At most one per member and workspace.
create table calendar_feeds (
    workspace_id uuid not null,
    user_id      uuid not null,
    secret_hash  bytea not null,
    prefix       text   not null, -- the first characters of the secret, so that people recognise it
    created_at   bigint not null,
    used_at      bigint,           -- last fetch, to the minute or so
    content_hash text   not null,  -- hexadecimal, of what was fetched last (empty: nothing was)
    content_at   bigint not null,  -- since when it is the same
    primary key (workspace_id, user_id),
    foreign key (workspace_id) references workspaces (id) on delete cascade
);
create unique index calendar_feeds_by_secret on calendar_feeds (secret_hash);

-- Notes on days of the calendar, and holidays that somebody brought in.
create table calendar_notes (
    workspace_id uuid not null,
    id           uuid not null,
    first_day    text   not null, -- 2026-12-24
    last_day     text   not null,
    body         text   not null,
    colour       text   not null, -- domain::note::Colour
    created_by   uuid,           -- null: a token
    created_at   bigint not null,
    primary key (workspace_id, id),
    foreign key (workspace_id) references workspaces (id) on delete cascade
);
create index calendar_notes_by_day on calendar_notes (workspace_id, first_day);
create table holiday_lists (
    workspace_id uuid not null,
    id           uuid not null,
    name         text   not null,
    created_at   bigint not null,
    primary key (workspace_id, id),
    foreign key (workspace_id) references workspaces (id) on delete cascade
);
create table holidays (
    workspace_id uuid not null,
    list_id      uuid not null,
    day          text   not null, -- 2026-12-25
    name         text   not null,
    primary key (workspace_id, list_id, day, name),
    foreign key (workspace_id, list_id) references holiday_lists (workspace_id, id) on delete cascade
);
create index holidays_by_day on holidays (workspace_id, day);
-- The times of the week at which an account is to have its posts.
create table posting_slots (
    workspace_id uuid   not null,
    account_id   uuid   not null,
    weekday      bigint not null, -- Monday being 1
    minute       bigint not null, -- after midnight, by the clock of the zone
    timezone     text   not null, -- IANA
    primary key (workspace_id, account_id, weekday, minute, timezone)
);

-- Posts that come again and again. Their occurrences are ordinary posts, made some weeks ahead.
create table post_series (
    workspace_id uuid   not null,
    id           uuid   not null,
    version      bigint not null, -- grows with every change, and fences what is made by an older one
    rule         text   not null, -- domain::recurrence::Rule, as in RFC 5545
    ended        text,            -- the rule before it was cancelled
    first_wall   text   not null, -- civil time at which it begins
    timezone     text   not null, -- IANA
    template     text   not null, -- what each of them is, JSON
    made_to      bigint not null, -- occurrences until then are made
    look_at      bigint,          -- when there is more to make (null: never)
    problem      text,            -- why it stopped, for people
    created_by   uuid,
    created_at   bigint not null,
    updated_at   bigint not null,
    primary key (workspace_id, id)
);
create index post_series_by_look on post_series (look_at) where look_at is not null;
create table series_posts (
    workspace_id uuid    not null,
    series_id    uuid    not null,
    day          text    not null, -- of the occurrence, in the zone of the series: there is at most one a day
    at           bigint  not null, -- the instant that the rule gave it
    post_id      uuid    not null,
    detached     boolean not null, -- it was changed alone, and follows the series no more
    problem      text,             -- why it could not be scheduled, for people
    primary key (workspace_id, series_id, day)
);
create unique index series_posts_by_post on series_posts (workspace_id, post_id);
-- What people chose for themselves: whether single keys do something on pages, and in which workspaces they want no first steps.
alter table users add column single_keys boolean not null default true;
create table guides_closed (
    workspace_id uuid   not null,
    user_id      uuid   not null,
    closed_at    bigint not null,
    primary key (workspace_id, user_id),
    foreign key (workspace_id) references workspaces (id) on delete cascade
);

-- What was thrown away, until it is erased.
create index posts_trash on posts (workspace_id, trashed_at) where trashed_at is not null;
-- Texts that a workspace keeps for its posts: templates, snippets, signatures, groups of hashtags, parameters of links.
create table kept_texts (
    workspace_id uuid   not null,
    id           uuid   not null,
    kind         text   not null, -- domain::kept_text::TextKind
    name         text   not null,
    body         text   not null,
    updated_at   bigint not null,
    primary key (workspace_id, id)
);
-- The library: files bear tags and are searched as posts are. Which post names which file is kept apart, so that no page reads every post
-- to find out. A post whose files_noted is not its version was written by a node of the version before, and is looked at by the upkeep.
alter table media add column tags text not null default '[]'; -- JSON array
alter table media add column searched text; -- name, description and tags in lower case (null: nobody changed them since)
create table post_media (
    workspace_id uuid not null,
    media_id     uuid not null,
    post_id      uuid not null,
    primary key (workspace_id, media_id, post_id)
);
create index post_media_by_post on post_media (workspace_id, post_id);
alter table posts add column files_noted bigint not null default 0;
create index posts_to_note on posts (workspace_id, id) where files_noted <> version;
-- A file of posts names its files.
create index media_by_name on media (workspace_id, name, id) where deleted_at is null;

-- By which ways a person or a token hears of notices, where that is not the usual, and when somebody is to get news by
-- e-mail next.
create table notice_wishes (
    workspace_id uuid not null,
    reader_id    uuid not null,  -- a person or a token
    kind         text    not null, -- domain::notice::NoticeKind
    in_app       boolean not null,
    by_mail      boolean not null,
    primary key (workspace_id, reader_id, kind),
    foreign key (workspace_id) references workspaces (id) on delete cascade
);
create index notice_wishes_by_mail on notice_wishes (workspace_id, reader_id, kind) where by_mail;
alter table users add column digest_at bigint not null default 0;
-- What members typed into the composer and did not save yet. Each form has its own, and only who typed it gets to see it.
create table unsaved_posts (
    workspace_id uuid   not null,
    user_id      uuid   not null,
    form         text   not null, -- the number that the form was given
    post_id      uuid,            -- the post that is changed, null for a new one
    seq          bigint not null, -- which state of the form: what came earlier never replaces what came later, and nothing what was saved
    updated_at   bigint not null,
    fields       text,            -- names and values as they were typed, JSON, null when nothing is left of it
    primary key (workspace_id, user_id, form),
    foreign key (workspace_id) references workspaces (id) on delete cascade
);
create index unsaved_posts_by_age on unsaved_posts (updated_at);
