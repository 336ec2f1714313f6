"""One crawl: asks the client by the plan, reads with wire, writes to the store, reports events."""
