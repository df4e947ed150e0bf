select head, refused, moved from log_outcome(%b::text, %b::bigint)
