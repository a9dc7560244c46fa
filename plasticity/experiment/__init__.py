"""The spec of an experiment as data, before anything is allocated."""
