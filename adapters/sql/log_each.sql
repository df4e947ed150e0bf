select position, record, segment from events where position = any (%s::bigint[]) or (position > %s and position <= %s)
order by position limit %s
