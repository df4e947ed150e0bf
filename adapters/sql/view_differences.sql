select org, key, count(*) over () from
(select * from view_rows where view = %(view)s and generation = %(live)s) a
full join
(select * from view_rows where view = %(view)s and generation = %(other)s) b
using (org, key)
where a.state is distinct from b.state order by org, key limit 1000
