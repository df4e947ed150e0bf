select k.org, k.person, k.master, k.wrapped from person_keys k
join unnest(%b::text[], %b::text[]) as w (org, person) using (org, person)
