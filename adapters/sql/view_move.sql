update view_heads h set position = %s
from unnest(%s::text[], %s::integer[], %s::bigint[]) as w (view, generation, position)
where h.view = w.view and h.generation = w.generation and h.position = w.position
