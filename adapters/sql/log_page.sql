select position, at, org, type, actor, cause, tags, data, personal, segment from events
where position > %s and position <= %s
order by position limit %s
