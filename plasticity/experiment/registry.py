"""Names of components and presets, read from the metadata of installed packages.

A package registers a component with two lines of its pyproject.toml:

    [project.entry-points."plasticity.components"]
    my_rule = "my_package:MyRule"

Names are listed without importing anything; a module is imported when its name is asked for.
"""

import importlib
import importlib.metadata
import json
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import attrs

from plasticity.errors import ConflictError, SpecError, UnknownNameError, UntrustedError, nearest

COMPONENTS = "plasticity.components"
PRESETS = "plasticity.presets"
COMPARISONS = "plasticity.comparisons"
FILE_READERS = "plasticity.file_readers"
BENCHMARKS = "plasticity.benchmarks"
COMMANDS = "plasticity.commands"
SEARCHES = "plasticity.searches"
READOUTS = "plasticity.readouts"
ESTIMATORS = "plasticity.estimators"
DIAGNOSTICS = "plasticity.diagnostics"
_MODULE = "module"  # in place of the distribution, of what is named by module and class


class Untrusted(str):
    """A name "module:Class" in the spec of a store, because of which nothing is imported."""


def untrusted(tables: Any) -> Any:
    """Return the spec of a store with all that could name a class marked as `Untrusted`."""
    if isinstance(tables, Mapping):
        return {key: untrusted(value) for key, value in tables.items()}
    if isinstance(tables, list):
        return [untrusted(value) for value in tables]
    return Untrusted(tables) if isinstance(tables, str) and ":" in tables else tables


@attrs.frozen
class Entry:
    """One registered name: where its object is found, and which distribution says so."""

    name: str
    value: str
    distribution: str
    version: str

    def load(self) -> type:
        module, _, attribute = self.value.partition(":")
        by_reference = self.distribution == _MODULE
        try:
            imports = _import_from_here if by_reference else importlib.import_module
            loaded: type = attrgetter(attribute)(imports(module))
        except Exception as error:
            whose = f" of {self.distribution} {self.version}" if not by_reference else ""
            again = not_installed(COMPONENTS).get(self.name)
            raise SpecError(
                f"component {self.name!r}{whose} cannot be loaded from {self.value!r}: "
                f"{type(error).__name__}: {error}" + (f"; {again}" if again else "")
            ) from error
        return loaded


@cache
def entries(group: str = COMPONENTS) -> Mapping[str, tuple[Entry, ...]]:
    """Return all registered names of a group, sorted; a name claimed twice has two entries."""
    by_name: dict[str, set[Entry]] = {}
    packages: dict[Any, tuple[str, str]] = {None: ("unknown", "")}
    for point in importlib.metadata.entry_points(group=group):
        # Once a distribution, not once a name: its metadata are read each time.
        if point.dist is not None and point.dist not in packages:
            packages[point.dist] = point.dist.name, point.dist.version
        # An editable install may be on the path twice; the same claim twice is one claim.
        entry = Entry(point.name, point.value, *packages[point.dist])
        by_name.setdefault(point.name, set()).add(entry)
    order = attrgetter("distribution")
    return {name: tuple(sorted(claims, key=order)) for name, claims in sorted(by_name.items())}


def find(name: str, role: str = "") -> type:
    """Return the component class of this name, or of a reference "module:Class".

    A name that several roles use is registered as "role.name" ("lateral.uniform"); where the role
    is known the short name is enough. Raises `UnknownNameError` with the nearest name.
    """
    if isinstance(name, Untrusted):
        return _known(name)
    if ":" in name:
        return Entry(name, name, _MODULE, "").load()
    qualified = f"{role}.{name}"
    wanted = qualified if qualified in entries() else name
    return entry_of(wanted, COMPONENTS, "component", "plasticity plugins lists all").load()


def is_preset(name: object) -> bool:
    """Return whether a string is the name of a preset; a path to what has its name is not."""
    return isinstance(name, str) and name in entries(PRESETS)


_WAY_OUT = {
    PRESETS: "a path to a TOML file works as well",
    COMPARISONS: "name what to compare instead",
    BENCHMARKS: "give the package that registers it",
}


def text_of(name: str, group: str) -> str:
    """Return the TOML text of a preset, comparison or benchmark, registered as "package:file"."""
    kind = group.rpartition(".")[2].removesuffix("s")
    package, _, file = entry_of(name, group, kind, _WAY_OUT[group]).value.partition(":")
    return files(package).joinpath(file).read_text(encoding="utf-8")


def readers() -> dict[str, str]:
    """Return suffix of a file, without its dot -> name of the source that reads such files."""
    return {suffix: claims[0].value for suffix, claims in entries(FILE_READERS).items()}


def name_of(cls: type) -> str:
    """Return how a spec refers to a component class: its registered name, or "module:Class"."""
    value = f"{cls.__module__}:{cls.__qualname__}"
    for name, claims in entries().items():
        if any(entry.value == value for entry in claims):
            return short(name)
    return value


def short(name: str) -> str:
    """Return a registered name without its role: "uniform" of "lateral.uniform"."""
    return name.rpartition(".")[2]


def entry_of(name: str, group: str, kind: str, hint: str) -> Entry:
    """Return the one entry of this name, or the error that tells why there is none."""
    known = entries(group)
    if name not in known:
        for declared, again in not_installed(group).items():
            if name in (declared, short(declared)):
                raise UnknownNameError(f"unknown {kind} {name!r}: {again}")
        namesakes = " or ".join(repr(full) for full in known if short(full) == name)
        offer = f"; did you mean {namesakes}?" if namesakes else nearest(name, map(short, known))
        raise UnknownNameError(f"unknown {kind} {name!r}{offer} ({hint})")
    claims = known[name]
    if len(claims) > 1:
        owners = " and ".join(f"{entry.distribution} {entry.version}" for entry in claims)
        raise ConflictError(
            f"two distributions claim the {kind} {name!r}: {owners}; uninstall one of them"
        )
    return claims[0]


def _known(name: Untrusted) -> type:
    """Return the class of a name in a store: installed, or imported by the program itself."""
    from plasticity.components.interface import interface_of

    for claims in entries().values():
        if claims[0].value == name:
            return claims[0].load()
    module, _, attribute = name.partition(":")
    member = vars(sys.modules[module]).get(attribute) if module in sys.modules else None
    if isinstance(member, type) and interface_of(member).hooks:
        return member
    raise UntrustedError(
        f"{name!r} is no installed component, and a store that names it does not make us import "
        f"{module!r}, which could run any code; if you trust the store, resume and branch take "
        "--trust (resume, branch and open_run in Python trust=True)"
    )


def not_installed(group: str) -> dict[str, str]:
    """Return name -> what to do, for the entry points of a group that only a pyproject.toml has."""
    # An editable package follows its source but for those, written down when it is installed.
    missing: dict[str, str] = {}
    for package in importlib.metadata.distributions():
        place, declared = _declared(package, group)
        known = {entry.name: entry.value for entry in package.entry_points if entry.group == group}
        for name, value in declared.items():
            if known.get(name) != value:
                missing[name] = (
                    f"{package.name} has it as {value!r} in its pyproject.toml, but not since it "
                    f"was installed; reinstall it: pip install -e {place}"
                )
    return missing


def _declared(
    package: importlib.metadata.Distribution, group: str
) -> tuple[Path | None, dict[str, Any]]:
    """Return where the source of an editable package lies, and the entry points that it has."""
    try:
        origin: dict[str, Any] = json.loads(package.read_text("direct_url.json") or "{}")
        if origin.get("dir_info", {}).get("editable", False):
            place = Path(url2pathname(urlsplit(origin["url"]).path))
            tables = tomllib.loads((place / "pyproject.toml").read_text(encoding="utf-8"))
            return place, dict(tables["project"]["entry-points"][group])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # no pyproject.toml that could be read, or none of this group
    return None, {}


def _import_from_here(module: str) -> ModuleType:
    """Import a module, if it is nowhere else from the working directory, where no command looks."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        here = str(Path.cwd())
        if error.name != module.partition(".")[0] or here in sys.path:
            raise
    sys.path.append(here)  # it stays, since functions of the module may import others later
    try:
        importlib.invalidate_caches()
        return importlib.import_module(module)
    except ModuleNotFoundError:
        sys.path.remove(here)
        raise
