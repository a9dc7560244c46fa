"""Mutations of texts, bytes and trees: what a fuzzer does to something that was right."""

from __future__ import annotations

import copy
import datetime
import random
from typing import Any

VALUES = (
    None, True, False, 0, 1, -1, 2**31, 2**63, -(2**70), 0.5, -0.0, 1e308, float("nan"),
    float("inf"), "", " ", "x", "é\u202e", "nan", "../..", "/dev/null", "a:b", ":", "a" * 300,
    "[red]x[/red]", "<b>&", "10 min", "-1 s", [], [1], ["x"], [[1], [2, 3]], {}, {"name": "x"},
    {"name": 1}, {"x": {"y": []}}, [{}],
)  # fmt: skip
OF_TOML = (*(value for value in VALUES if value is not None), datetime.date(2020, 1, 2))


def places(tree: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to each value of a tree of dicts and lists, the root left out."""
    items = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    found = []
    for key, value in items:
        found += [(*before, key), *places(value, (*before, key))]
    return found


def mutated(tree: Any, chance: random.Random, values=VALUES) -> Any:
    """The tree with one or two values replaced, deleted, renamed or put elsewhere."""
    made = copy.deepcopy(tree)
    for _ in range(chance.randint(1, 2)):
        known = places(made)
        if not known:
            break
        path = chance.choice(known)
        node, key = _at(made, path[:-1]), path[-1]
        kind = chance.choice(("value", "value", "delete", "rename", "copy"))
        if kind == "delete":
            del node[key]
        elif kind == "rename" and isinstance(node, dict):
            node[chance.choice((str(key)[1:], f"{key}s", "name", "x"))] = node.pop(key)
        elif kind == "copy":
            node[key] = copy.deepcopy(_at(made, chance.choice(known)))
        else:
            node[key] = copy.deepcopy(chance.choice(values))
    return made


def _at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def damaged(content: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """The bytes cut off, grown, emptied, filled with zeros, changed in places, or those of another.

    others   whole contents that may stand in their place
    """
    kind = chance.choice(("cut", "grown", "empty", "zeros", "bits", "bits", "other"))
    if kind == "other":
        return chance.choice(others)
    if kind == "cut":
        return content[: chance.randrange(max(len(content), 1))]
    if kind == "grown":
        return content + chance.randbytes(chance.randint(1, 9))
    if kind in ("empty", "zeros"):
        return bytes(len(content)) if kind == "zeros" else b""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4) if content else 0):
        changed[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(changed)
