"""BibTeX entries: those of an experiment, and what one says in a line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from plasticity.components.component import events_of
from plasticity.components.data import Data
from plasticity.experiment.spec import GIVEN, Experiment, Reference
from plasticity.experiment.tables import make
from plasticity.experiment.walk import Part, parts_of


def citations_of(experiment: Experiment) -> list[str]:
    """The BibTeX entries of the components of an experiment, in the order of the spec, each once.

    The data are not opened. Raises `UnknownNameError` or `SettingError` for a component that cannot
    be made.
    """
    found: dict[str, None] = {}
    for part in parts_of(experiment):
        if _is_given(part):
            continue
        component = make(part.reference, part.place, part.role)
        if "cite" in events_of(component):
            for entry in _entries(component.cite()):
                found[entry] = None
    return list(found)


def short_form(bibtex: str) -> str:
    r"""Authors, year and title of BibTeX entries, in a line.

    >>> short_form("@article{a, author = {Oja, Erkki}, title = {A {PCA} neuron}, year = 1982}")
    'Oja (1982), A PCA neuron'
    >>> short_form(r"@misc{f, author = {F{\"o}ldi{\'a}k, Peter}, title = {Traces}, year = 1991}")
    'Földiák (1991), Traces'
    """
    return "; ".join(_short(entry) for entry in _entries(bibtex))


def _is_given(part: Part) -> bool:
    given = isinstance(part.reference, Reference) and part.reference.name == GIVEN
    return given or isinstance(part.reference, Data)


def _entries(bibtex: str) -> Iterator[str]:
    """The single entries of a BibTeX text: each begins with an @ at the start of a line."""
    for entry in re.split(r"^(?=@)", bibtex, flags=re.MULTILINE):
        if entry.strip():
            yield entry.strip()


def _short(entry: str) -> str:
    names = [
        name.partition(",")[0] if "," in name else name.rpartition(" ")[2]
        for name in re.split(r"\s+and\s+", _field(entry, "author"))
    ]
    authors = " & ".join(names) if len(names) < 3 else f"{names[0]} et al."
    year, title = _field(entry, "year"), _field(entry, "title")
    told = [f"{authors} ({year})" if year else authors, title]
    return ", ".join(part for part in told if part) or entry.partition(",")[0]


def _field(entry: str, name: str) -> str:
    """The value of a field on one line, without braces; an empty string where there is none."""
    start = re.search(rf"[{{,\s]{name}\s*=\s*", entry, re.IGNORECASE)
    if start is None:
        return ""
    rest = entry[start.end() :]
    end, depth = len(rest), 0
    for position, letter in enumerate(rest):
        depth += (letter == "{") - (letter == "}")
        quoted = rest[0] == '"' and rest[1:position].count('"') == 0 and letter != '"'
        if depth < 0 or (depth == 0 and letter == "," and not quoted):
            end = position
            break
    plain = re.sub(r"""\\(["'`^~c])\s*\{?(\w)\}?""", _accented, rest[:end])
    return " ".join(plain.translate(str.maketrans("", "", '{}"')).split())


# What LaTeX writes after a backslash, and the mark of Unicode that follows a letter.
_ACCENTS = dict(zip("\"'`^~c", "\u0308\u0301\u0300\u0302\u0303\u0327", strict=True))


def _accented(found: re.Match[str]) -> str:
    """A letter with its accent, of how LaTeX writes it."""
    return unicodedata.normalize("NFC", found[2] + _ACCENTS[found[1]])
