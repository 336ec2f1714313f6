"""Settings: the tables of the file, loading and checking them, and the messages on mistakes."""
