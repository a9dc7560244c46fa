"""BibTeX entries: of an experiment, of the source of a component, and what one says in a line."""

import sys
from functools import cache
from pathlib import Path

from plasticity.components.data import Data
from plasticity.components.interface import interface_of
from plasticity.errors import UnknownNameError, nearest
from plasticity.experiment.fields import GIVEN
from plasticity.experiment.instantiate import make
from plasticity.experiment.spec import Experiment, parts_of

REFERENCES = "references.bib"


def citations_of(experiment: Experiment) -> list[str]:
    """Return the BibTeX entries of an experiment's components in their order, each once."""
    cited: dict[str, None] = {}
    for part in parts_of(experiment):
        if isinstance(part.reference, Data) or getattr(part.reference, "name", "") == GIVEN:
            continue
        component = make(part.reference, part.place, part.role)
        if "cite" in interface_of(component).events:
            cited |= dict.fromkeys(entries_of(type(component), component.cite()))
    return list(cited)


def entries_of(cls: type, source: str) -> list[str]:
    """Return the BibTeX entries of a source: entries themselves, or keys separated by commas.

    Keys are looked up in the `references.bib` of the package of the class or of one of its bases.
    """
    if "@" in source:
        return _entries(source)
    known: dict[str, str] = {}
    for base in cls.__mro__[:-1]:
        known = _read(_bibliography(base)) | known
    keys = source.replace(",", " ").split()
    for key in keys:
        if key not in known:
            path = _bibliography(cls)
            why = "" if path.is_file() else ", which is not there; a source may be an entry as well"
            raise UnknownNameError(
                f"{interface_of(cls).label}: no entry {key!r} in {path}{why}{nearest(key, known)}"
            )
    return [known[key] for key in keys]


@cache
def short_form(bibtex: str) -> str:
    """Return authors, year and title of BibTeX entries, in a line."""
    return "; ".join(map(_short, _entries(bibtex)))


def _bibliography(cls: type) -> Path:
    """Return the path of the bibliography nearest to the module of a class, within its package."""
    # A class of a notebook looks in the working directory.
    folder = Path(getattr(sys.modules.get(cls.__module__), "__file__", None) or REFERENCES).parent
    while not (folder / REFERENCES).is_file() and (folder.parent / "__init__.py").is_file():
        folder = folder.parent
    return folder / REFERENCES


@cache
def _read(path: Path) -> dict[str, str]:
    from bibtexparser.entrypoint import parse_file

    entries = parse_file(str(path), parse_stack=[]).entries if path.is_file() else []
    return {entry.key: str(entry.raw) for entry in entries}


def _entries(bibtex: str) -> list[str]:
    from bibtexparser.entrypoint import parse_string

    return [str(block.raw).strip() for block in parse_string(bibtex, parse_stack=[]).blocks]


def _short(entry: str) -> str:
    from bibtexparser import middlewares
    from bibtexparser.entrypoint import parse_string

    stack = [
        middlewares.NormalizeFieldKeys(),
        middlewares.LatexDecodingMiddleware(),
        middlewares.SeparateCoAuthors(),
        middlewares.SplitNameParts(),
    ]
    parsed = [dict(read.items()) for read in parse_string(entry, append_middleware=stack).entries]
    fields = parsed[0] if parsed else {}
    names = [" ".join([*name.von, *name.last]) for name in fields.get("author", [])]
    authors = " & ".join(names) if len(names) < 3 else f"{names[0]} et al."
    year, title = fields.get("year"), " ".join(fields.get("title", "").split())
    said = [f"{authors} ({year})" if year else authors, title]
    return ", ".join(part for part in said if part) or entry.partition(",")[0]
