"""The history of the embedded Hydra: what is built when, what fails, and for how long."""
