select org, person, master, wrapped from person_keys
where wrapped is not null and master <> %b
order by org, person limit %b
for update
