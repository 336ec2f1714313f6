"""One crawl: ask what the plan decides, read the answers, store them, and report events."""
