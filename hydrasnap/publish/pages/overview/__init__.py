"""The pages of the whole Hydra: overview, projects, queue, documents."""
