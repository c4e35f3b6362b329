"""Pictures and feeds over http(s), from addresses that a stranger may have chosen."""
