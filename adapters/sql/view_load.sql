select r.view, r.org, r.key, r.state from unnest(
    string_to_array(%s::text, E'\x1f'), string_to_array(%s::text, E'\x1f')::integer[],
    string_to_array(%s::text, E'\x1f'), string_to_array(%s::text, E'\x1f')
) as w (view, generation, org, key)
join view_rows r using (view, generation, org, key)
