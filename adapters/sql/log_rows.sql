select position, at, org, type, actor, cause, tags, data, personal, segment from events
where position = any (%b::bigint[]) order by position
