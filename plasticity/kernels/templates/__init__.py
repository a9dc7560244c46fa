"""The texts of which compiled loops are made, one a file, with names in braces to be filled in."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def template(name: str) -> str:
    """Return a text as `str.format` takes it."""
    return files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
