update view_heads set live = true, building = false where view = %s and generation = %s
