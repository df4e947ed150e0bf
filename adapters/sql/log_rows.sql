select
    count(record),
    string_agg('\x98d3'::bytea || int8send(position) || record, ''::bytea order by position),
    array_agg(position order by position) filter (where segment is not null),
    array_agg(segment order by position) filter (where segment is not null)
from events where position = any (%s::bigint[])
