-- Of this session alone: the rooms that were closed long enough, and the events that can be moved.
create temp table archive_rooms (
    org text collate "C" not null,
    tag text collate "C" not null,
    primary key (org, tag)
);
create temp table archive_events (
    position bigint primary key,
    stored bigint not null
);
