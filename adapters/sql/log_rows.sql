select
    count(record),
    string_agg('\x98d3'::bytea || int8send(position) || record, ''::bytea order by position),
    case when bool_or(segment is not null) then array_agg(position) end
from events where position = any (%s::bigint[])
