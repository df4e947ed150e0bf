delete from view_rows r where r.view = %(view)s
and (r.generation = any (%(generations)s::integer[])
     or r.generation < (select min(h.generation) from view_heads h where h.view = %(view)s))
and not exists (select from view_heads h where h.view = r.view and h.generation = r.generation)
