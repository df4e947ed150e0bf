-- The log. Positions are given out under the lock on log_head, so they are dense, and whoever has seen
-- position N has seen everything before it.
create table if not exists log_head (
    single boolean primary key default true check (single),
    position bigint not null
);
insert into log_head (position) values (0) on conflict do nothing;

-- `record` is MessagePack: at, org, actor, cause, tags, event, personal, one after the other. They become an
-- array with the position as its first element when they are read, so that many are read as one value.
-- Where the record was archived it is null, and `segment` names the file that holds it.
create table if not exists events (
    position bigint primary key,
    record bytea,
    segment text
);

-- When the event of a record happened: it begins with a timestamp of MessagePack, of 32 or of 64 bits.
create or replace function record_at(record bytea) returns timestamptz language sql immutable strict as $$
    select case get_byte(record, 0)
        when 214 then to_timestamp(('x' || encode(substr(record, 3, 4), 'hex'))::bit(32)::bigint)
        when 215 then (
            select to_timestamp(n & 17179869183) + (((n >> 34) & 1073741823) / 1000) * interval '1 microsecond'
            from (select ('x' || encode(substr(record, 3, 8), 'hex'))::bit(64)::bigint) as v (n))
    end
$$;

-- What queries are answered from: for each transaction one row for each tag and type of its events, and one
-- with the empty tag for each type. `position` is that of the last such event, and `positions` are those of
-- all if there are several.
create table if not exists event_tags (
    org text collate "C" not null,
    tag text collate "C" not null,
    type text collate "C" not null,
    position bigint not null,
    positions bigint[],
    primary key (org, tag, type, position)
);

-- The last transaction of each writer: one whose connection broke asks here what became of it.
create table if not exists log_writers (
    writer text primary key,
    batch bigint not null,
    head bigint,
    refused integer[],
    moved text[],
    at timestamptz not null default now()
);

-- Followers outside the views (the relay to the bus, for one) remember here how far they have come.
create table if not exists followers (
    name text primary key,
    position bigint not null
);

-- A key for each person, with which what is personal is encrypted; itself wrapped by a master key, and null
-- once it was destroyed.
create table if not exists person_keys (
    org text collate "C" not null,
    person text collate "C" not null,
    master text not null,
    wrapped bytea,
    primary key (org, person)
);

-- Views: one row a key, and one head a view and generation, moved in the same transaction as its rows.
create table if not exists view_heads (
    view text collate "C" not null,
    generation integer not null,
    version integer not null,
    position bigint not null,
    live boolean not null,
    primary key (view, generation)
);
-- `building` are those that a follower is to show once they have caught up.
alter table view_heads add column if not exists building boolean not null default false;
create unique index if not exists view_heads_live on view_heads (view) where live;

create table if not exists view_rows (
    view text collate "C" not null,
    generation integer not null,
    org text collate "C" not null,
    key text collate "C" not null,
    state bytea not null,
    primary key (view, generation, org, key)
);

-- The last snapshot of each board: what its events up to `position` come to, so that only those behind are
-- read again. Can be emptied at any time.
create table if not exists board_snapshots (
    org text collate "C" not null,
    room text collate "C" not null,
    position bigint not null,
    data bytea not null,
    primary key (org, room)
);
alter table board_snapshots alter column data set storage external;  -- it is compressed

-- Whether any event behind p_after matches one item of a boundary. Types and tags come joined by the
-- unit separator, since arrays of PostgreSQL cannot be ragged.
create or replace function log_moved(p_org text, p_types text, p_tags text, p_after bigint)
returns boolean language plpgsql stable as $$
declare
    v_types text[] := string_to_array(p_types, E'\x1f');
    v_tags text[] := string_to_array(p_tags, E'\x1f');
    v_tag text := coalesce(v_tags[1], '');
begin
    if v_types = '{}' and cardinality(v_tags) < 2 then
        return exists (
            select from event_tags t
            where t.org = p_org and t.tag = v_tag and t.position > p_after);
    end if;
    if cardinality(v_tags) < 2 then
        return exists (
            select from event_tags t
            where t.org = p_org and t.tag = v_tag and t.type = any (v_types) and t.position > p_after);
    end if;
    -- Of each other tag, the first transaction that reaches so far is the only one that may have the event.
    return exists (
        select from event_tags t
        cross join lateral unnest(coalesce(t.positions, array[t.position])) as found (position)
        where t.org = p_org and t.tag = v_tag and (v_types = '{}' or t.type = any (v_types))
        and t.position > p_after and found.position > p_after
        and not exists (
            select from unnest(v_tags[2:]) as other (tag)
            where found.position <> all (coalesce((
                select coalesce(o.positions, array[o.position]) from event_tags o
                where o.org = p_org and o.tag = other.tag and o.type = t.type and o.position >= found.position
                order by o.position limit 1), '{}'))));
end $$;

-- Appends many commands' events at once: one lock, one transaction, one fsync. p_sizes says how many events
-- each append has, and p_record brings them, numbered from 1. What they can be found by comes grouped: texts
-- joined by the record separator, and in p_numbers the events of each, joined by commas. A guard refuses the
-- append that it names (from 0) and no other. Answers the head before, the appends that were refused, and for
-- each of these what moved: the others stand behind that head, without a gap, in the order given. A batch
-- that log_outcome was asked about is refused (LY001).
-- Each statement of a volatile function takes its own snapshot, so that what was committed while we
-- waited for the lock is seen by the guards.
create or replace function log_append(
    p_writer text, p_batch bigint, p_sizes integer[], p_record bytea[],
    p_org text, p_tag text, p_type text, p_numbers text,
    p_guard integer[], p_guard_org text[], p_guard_types text[], p_guard_tags text[], p_guard_after bigint[]
) returns table (head bigint, refused integer[], moved text[])
language plpgsql volatile as $$
#variable_conflict use_column
declare
    v_head bigint;
    v_refused integer[] := '{}';
    v_moved text[] := '{}';
    v_place integer[];  -- of each event behind the head, 0 if it was refused; null if none was
    v_count integer := cardinality(p_record);
begin
    select l.position into v_head from log_head l for update;

    if cardinality(p_guard) > 0 then
        select coalesce(array_agg(g.append), '{}'), coalesce(array_agg(g.tags), '{}')
        into v_refused, v_moved
        from unnest(p_guard, p_guard_org, p_guard_types, p_guard_tags, p_guard_after)
            as g (append, org, types, tags, after)
        where g.after < v_head and case
            when g.types <> '' and position(E'\x1f' in g.tags) = 0 then exists (  -- most are like this
                select from event_tags t
                where t.org = g.org and t.tag = g.tags and t.type = any (string_to_array(g.types, E'\x1f'))
                and t.position > g.after)
            else log_moved(g.org, g.types, g.tags, g.after)
        end;
        if cardinality(v_refused) > 0 then
            select array_agg(case when e.stays then e.place else 0 end order by e.nr, e.of), max(e.place)
            into v_place, v_count
            from (
                select s.nr, n.of, s.stays, count(*) filter (where s.stays) over (order by s.nr, n.of) as place
                from (
                    select size, nr, nr - 1 <> all (v_refused) as stays
                    from unnest(p_sizes) with ordinality as u (size, nr)
                ) as s cross join generate_series(1, s.size) as n (of)
            ) as e;
        end if;
    end if;

    insert into log_writers as w (writer, batch, head, refused, moved)
    values (p_writer, p_batch, v_head, v_refused, v_moved)
    on conflict (writer) do update
    set batch = excluded.batch, head = excluded.head, refused = excluded.refused, moved = excluded.moved,
        at = excluded.at
    where w.batch < excluded.batch;
    if not found then
        raise exception 'this batch was given up' using errcode = 'LY001';
    end if;

    insert into events (position, record)
    select v_head + coalesce(v_place[e.nr], e.nr), e.record
    from unnest(p_record) with ordinality as e (record, nr)
    where v_place is null or v_place[e.nr] > 0;

    insert into event_tags (org, tag, type, position, positions)
    select m.org, m.tag, m.type, m.found[cardinality(m.found)], case when cardinality(m.found) > 1 then m.found end
    from (
        select g.org, coalesce(g.tag, '') as tag, g.type, case  -- no text is split into none, not into an empty one
            when v_place is null and position(',' in g.numbers) = 0 then array[v_head + g.numbers::integer]
            else array(
                select v_head + coalesce(v_place[n], n)
                from unnest(string_to_array(g.numbers, ',')::integer[]) as n
                where v_place is null or v_place[n] > 0)
        end as found
        from unnest(
            string_to_array(p_org, E'\x1e'), string_to_array(p_tag, E'\x1e'),
            string_to_array(p_type, E'\x1e'), string_to_array(p_numbers, E'\x1e')
        ) as g (org, tag, type, numbers)
        offset 0  -- to be worked out once
    ) as m
    where m.found <> '{}';

    update log_head set position = v_head + v_count;

    return query select v_head, v_refused, v_moved;
end $$;

-- What became of a writer's batch: nothing is answered if it was not recorded, and then it never will be.
create or replace function log_outcome(p_writer text, p_batch bigint)
returns table (head bigint, refused integer[], moved text[])
language plpgsql volatile as $$
#variable_conflict use_column
begin
    perform from log_head for update;  -- behind whatever is still on its way
    return query
    select w.head, w.refused, w.moved from log_writers w
    where w.writer = p_writer and w.batch = p_batch and w.head is not null;
    if not found then
        insert into log_writers as w (writer, batch) values (p_writer, p_batch)
        on conflict (writer) do update set batch = excluded.batch, head = null;
    end if;
end $$;
