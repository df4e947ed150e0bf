select view, generation, version, position, live, building from view_heads
where view = %s order by generation for update
