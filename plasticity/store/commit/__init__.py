"""Commits of a store, at one moment each, and the locks of its one writer."""
