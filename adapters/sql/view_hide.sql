update view_heads h set live = false
from unnest(%s::text[], %s::integer[]) as w (view, version)
where h.view = w.view and h.live and h.version < w.version
