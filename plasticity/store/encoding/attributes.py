"""Attributes as both Zarr and netCDF hold them: what netCDF has no type for is JSON in a string."""

import json
import re
from collections.abc import Mapping
from typing import Any

_LARGEST = 2**31 - 1  # of the integers of netCDF 3
_TEXT = re.compile(r'null|true|false|[\[{"].*|-?\d{10,31}', re.DOTALL)


def encoded(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes with tables, lists of strings, None and large integers in JSON.

    >>> encoded({"seed": 1, "edges": [0.5, 1.0], "layers": ["v1"], "shape": None, "text": "null"})
    {'seed': 1, 'edges': [0.5, 1.0], 'layers': '["v1"]', 'shape': 'null', 'text': '"null"'}
    """
    return {
        name: value if _is_of_netcdf(value) else json.dumps(value)
        for name, value in attributes.items()
    }


def decoded(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes before `encoded`."""
    return {name: _decoded(value) for name, value in attributes.items()}


def _decoded(value: Any) -> Any:
    if not isinstance(value, str) or not _TEXT.fullmatch(value):
        return value
    try:
        return json.loads(value)
    except ValueError:  # a string that only looks like it
        return value


def _is_of_netcdf(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and not any(isinstance(v, str) or not _is_of_netcdf(v) for v in value)
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) <= _LARGEST
    return isinstance(value, float) or (isinstance(value, str) and not _TEXT.fullmatch(value))
