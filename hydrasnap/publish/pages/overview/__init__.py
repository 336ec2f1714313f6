"""The pages of the whole Hydra: overview, projects, queue, watch lists, documents."""
