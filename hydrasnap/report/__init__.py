"""Pure questions about a snapshot: what changed, since when, how healthy, how flaky."""
