-- The events from before an instant, and not archived yet, that concern these rooms and no other room.
insert into archive_events (position, stored)
with found as (
    select f.position, count(*) as rooms
    from archive_rooms r
    join event_tags t on t.org = r.org and t.tag = r.tag
    cross join lateral unnest(coalesce(t.positions, array[t.position])) as f (position)
    group by f.position
)
select e.position, octet_length(e.data) + coalesce(octet_length(e.personal), 0)
from found
join events e on e.position = found.position
where e.segment is null and e.at < %(before)s and e.type <> all (%(stay)s)
and found.rooms = (select count(*) from unnest(e.tags) as every (tag) where starts_with(every.tag, 'room:'))
