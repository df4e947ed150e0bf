-- Nobody waits for the disk here: what a crash of PostgreSQL takes back, heads and rows together, is folded again.
update view_heads h set position = %s
from unnest(%s::text[], %s::integer[], %s::bigint[]) as w (view, generation, position),
    (select set_config('synchronous_commit', 'off', true)) as unhurried
where h.view = w.view and h.generation = w.generation and h.position = w.position
