select h.version, h.position, r.key, r.state from view_heads h
left join lateral (
    select p.key, p.state from view_rows p
    where p.view = h.view and p.generation = h.generation and p.org = %s and p.key > %s and p.key < %s
    order by p.key limit %s
) r on true
where h.view = %s and h.live
order by r.key
