delete from view_heads where view = %s and generation <> %s
