insert into view_rows (view, generation, org, key, state)
select * from unnest(
    string_to_array(%s::text, E'\x1f'), string_to_array(%s::text, E'\x1f')::integer[],
    string_to_array(%s::text, E'\x1f'), string_to_array(%s::text, E'\x1f'), %b::bytea[])
on conflict (view, generation, org, key) do update set state = excluded.state
