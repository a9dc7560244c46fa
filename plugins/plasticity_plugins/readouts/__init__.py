"""Classifiers that read what a layer has learnt; its own weights they leave as they are."""
