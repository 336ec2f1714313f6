"""Settings: the tables of the file, how they are read, and how mistakes in them are told."""
