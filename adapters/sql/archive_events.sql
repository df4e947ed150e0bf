-- The events from before an instant, and not archived yet, that concern these rooms and no other room.
insert into archive_events (position, stored)
select distinct e.position, octet_length(e.data) + coalesce(octet_length(e.personal), 0)
from archive_rooms r
join event_tags t on t.org = r.org and t.tag = r.tag
cross join lateral unnest(coalesce(t.positions, array[t.position])) as found (position)
join events e on e.position = found.position
where e.segment is null and e.at < %(before)s and e.type <> all (%(stay)s)
and not exists (
    select from unnest(e.tags) as other (tag)
    where starts_with(other.tag, 'room:')
    and not exists (select from archive_rooms c where c.org = e.org and c.tag = other.tag collate "C")
)
