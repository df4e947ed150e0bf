select from information_schema.columns
where table_schema = current_schema() and table_name = 'events' and column_name = 'data'
