select head, refused, moved from log_append(
    %b::text, %b::bigint, %b::integer[], %b::text, %b::text, %b::text, %b::bytea[],
    %b::integer[], %b::text[], %b::text[], %b::text[], %b::bigint[])
