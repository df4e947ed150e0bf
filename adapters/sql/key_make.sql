insert into person_keys as k (org, person, master, wrapped) values (%b, %b, %b, %b)
on conflict (org, person) do update set org = k.org
returning k.org, k.person, k.master, k.wrapped
