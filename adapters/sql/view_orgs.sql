-- The organisations that have rows in the generation of a view that is shown.
select distinct r.org
from view_heads h join view_rows r on r.view = h.view and r.generation = h.generation
where h.view = %s and h.live
order by r.org
