-- The rooms of every organisation that were closed before an instant, and not opened since.
insert into archive_rooms (org, tag)
with recursive orgs (org) as (
    (select org from event_tags order by org limit 1)
    union all
    select (select t.org from event_tags t where t.org > o.org order by t.org limit 1) from orgs o
    where o.org is not null
)
select distinct c.org, c.tag
from orgs o
join event_tags c on c.org = o.org and c.type = any (%(closed)s) and starts_with(c.tag, 'room:')
join events e on e.position = c.position
where record_at(e.record) < %(before)s
and not exists (
    select from event_tags t
    where t.org = c.org and t.tag = c.tag and t.type = any (%(opened)s) and t.position > c.position
)
