-- The events from before an instant, and not archived yet, that concern these rooms and no other room.
insert into archive_events (position, stored)
with concerned as (
    select distinct found.position
    from archive_rooms r
    join event_tags t on t.org = r.org and t.tag = r.tag and t.type <> all (%(stay)s)
    cross join lateral unnest(coalesce(t.positions, array[t.position])) as found (position)
), elsewhere as (
    select found.position
    from event_tags t
    cross join lateral unnest(coalesce(t.positions, array[t.position])) as found (position)
    where starts_with(t.tag, 'room:')
    and not exists (select from archive_rooms r where r.org = t.org and r.tag = t.tag)
)
select e.position, octet_length(e.record)
from concerned c join events e on e.position = c.position
where e.segment is null and record_at(e.record) < %(before)s
and not exists (select from elsewhere o where o.position = e.position)
