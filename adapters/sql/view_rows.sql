-- With nothing but nulls behind version and position where the generation that is shown has no such row.
select h.version, h.position, r.key, r.state from view_heads h
left join view_rows r on r.view = h.view and r.generation = h.generation and r.org = %s and r.key = any (%s)
where h.view = %s and h.live
