"""Editable packages whose pyproject.toml was changed after they were installed."""

from __future__ import annotations

import json
import tomllib
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname


def not_installed(group: str) -> dict[str, str]:
    """Return name -> what to do, for the entry points of a group that only a pyproject.toml has.

    An editable package follows its source but for its entry points: those are written down when it
    is installed.
    """
    missing: dict[str, str] = {}
    for package in distributions():
        place = _source(package)
        declared = {} if place is None else _declared(place, group)
        known = {entry.name: entry.value for entry in package.entry_points if entry.group == group}
        for name, value in declared.items():
            if known.get(name) != value:
                missing[name] = (
                    f"{package.name} has it as {value!r} in its pyproject.toml, but not since it "
                    f"was installed; reinstall it: pip install -e {place}"
                )
    return missing


def _source(package: Distribution) -> Path | None:
    try:
        origin: dict[str, Any] = json.loads(package.read_text("direct_url.json") or "{}")
        editable = origin.get("dir_info", {}).get("editable", False)
        return Path(url2pathname(urlsplit(origin["url"]).path)) if editable else None
    except (OSError, ValueError, KeyError, AttributeError):
        return None


def _declared(place: Path, group: str) -> dict[str, Any]:
    try:
        tables = tomllib.loads((place / "pyproject.toml").read_text(encoding="utf-8"))
        return dict(tables["project"]["entry-points"][group])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
