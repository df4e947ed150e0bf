insert into person_keys as k (org, person, master, wrapped) values (%s, %s, '', null)
on conflict (org, person) do update set master = '', wrapped = null where k.wrapped is not null
returning k.person
