select
    count(record),
    string_agg('\x98d3'::bytea || int8send(position) || record, ''::bytea order by position),
    array_agg(position order by position) filter (where segment is not null),
    array_agg(segment order by position) filter (where segment is not null)
from (
    select position, record, segment from events
    where position > %s and position <= %s
    order by position limit %s
) page
