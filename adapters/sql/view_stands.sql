select view, generation, version, position, live, building from view_heads order by view, generation
