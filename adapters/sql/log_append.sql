select head, refused, moved from log_append(
    %b::text, %b::bigint, %b::integer[], %b::bytea[], %b::text, %b::text, %b::text, %b::text,
    %b::integer[], %b::text[], %b::text[], %b::text[], %b::bigint[])
