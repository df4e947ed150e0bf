-- What a follower finds: that the view is shown in this version or a later one, or what was left unfinished.
select live, generation, position from view_heads
where view = %(view)s and (live and version >= %(version)s or building and version = %(version)s)
order by live desc, generation desc limit 1
