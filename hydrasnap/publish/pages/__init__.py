"""What each page says: a snapshot and its report become pages, each with a typed context."""
