"""The only room that opens connections: rate, retries, budget, login, content types."""
