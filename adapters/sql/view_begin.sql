-- Numbers are never given twice, while rows of former generations may be left.
insert into view_heads (view, generation, version, position, live, building)
select %(view)s, 1 + greatest(
    (select max(generation) from view_heads where view = %(view)s),
    (select max(generation) from view_rows where view = %(view)s),
    0
), %(version)s, 0, false, %(building)s
returning generation
