-- The rooms of every organisation that were closed before an instant, and not opened since.
insert into archive_rooms (org, tag)
with recursive orgs (org) as (
    (select org from event_tags order by org limit 1)
    union all
    select (select t.org from event_tags t where t.org > o.org order by t.org limit 1) from orgs o
    where o.org is not null
)
select distinct e.org, r.tag collate "C"
from orgs o
join event_tags c on c.org = o.org and c.tag = '' and c.type = any (%(closed)s)
cross join lateral unnest(coalesce(c.positions, array[c.position])) as found (position)
join events e on e.position = found.position
cross join lateral unnest(e.tags) as r (tag)
where e.at < %(before)s and starts_with(r.tag, 'room:')
and e.position > (
    select coalesce(max(t.position), 0) from event_tags t
    where t.org = e.org and t.tag = r.tag collate "C" and t.type = any (%(opened)s)
)
