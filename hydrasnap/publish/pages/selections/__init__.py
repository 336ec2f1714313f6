"""Pages of selected jobs: those of a watch list, and those of a maintainer."""
