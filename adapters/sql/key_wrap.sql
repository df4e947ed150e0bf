update person_keys k set master = %s, wrapped = w.wrapped
from unnest(%s::text[], %s::text[], %s::bytea[]) as w (org, person, wrapped)
where k.org = w.org and k.person = w.person
