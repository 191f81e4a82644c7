"""What only SQL can say of these tables: forwards and back, for the single steps and for all in one."""

# The allowance of a key is written with each request and may be forgotten in a crash: it needs no write-ahead log.
API_RATE_WITHOUT_LOG = (
    "ALTER TABLE platform_apirate SET UNLOGGED",
    "ALTER TABLE platform_apirate SET LOGGED",
)
