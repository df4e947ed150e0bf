delete from log_writers where at < now() - interval '1 day'
