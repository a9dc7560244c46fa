"""The BibTeX entries of the bundled components: complete, each once, as published."""

import re
from importlib.resources import files

import numpy as np
import pytest
from bibtexparser import parse_file

from plasticity import Clock
from plasticity_plugins.thresholds.moments import PowerOfMean
from tests.support.binding import with_arrays

LIBRARY = parse_file(str(files("plasticity_plugins") / "references.bib"))
ENTRIES = {
    entry.key: {name: " ".join(value.split()) for name, value in entry.items()}
    for entry in LIBRARY.entries
}


def test_each_entry_has_a_key_of_its_own_and_is_complete():
    assert LIBRARY.failed_blocks == []
    assert len(ENTRIES) > 50
    for key, fields in ENTRIES.items():
        assert {"author", "title", "year"} <= fields.keys(), key
        assert re.search(rf"{fields['year']}\D", key), key


def test_each_doi_is_of_one_entry_and_is_no_address():
    dois = [fields["doi"] for fields in ENTRIES.values() if "doi" in fields]
    assert len(set(dois)) == len(dois) > 30
    assert [doi for doi in dois if not re.fullmatch(r"10\.\d{4,}/\S+", doi)] == []


# From the publishers' pages and the reference lists of papers that cite them.
@pytest.mark.parametrize(
    ("key", "field", "value"),
    [
        ("treves1991what", "doi", "10.1088/0954-898X_2_4_004"),
        ("castellani1999solutions", "doi", "10.1088/0954-898X_10_2_001"),
        ("cooper2004theory", "doi", "10.1142/5462"),
        ("chen2023symbolic", "doi", "10.52202/075280-2140"),
        ("chen2023symbolic", "pages", "49205--49233"),
        ("bell1997independent", "doi", "10.1016/S0042-6989(97)00121-1"),
        ("squadrani2022effectiveness", "doi", "10.3390/e24050682"),
        (
            "nesterov1983method",
            "title",
            "A method of solving a convex programming problem with convergence rate {$O(1/k^2)$}",
        ),
    ],
)
def test_an_entry_says_what_was_published(key, field, value):
    assert ENTRIES[key][field] == value


@pytest.mark.parametrize(("p", "y0"), [(1, 1.0), (1, 0.3), (2, 0.3)])
def test_the_threshold_of_the_first_bcm_paper_is_had_with_the_settings_that_the_docstring_tells(
    p, y0
):
    # Bienenstock, Cooper & Munro (1982): theta = (m / y0)^p m.
    made = PowerOfMean(power=p + 1, reference=y0 ** (p / (p + 1)), memory=0.0)
    with_arrays(made, np.zeros((3, 1)))
    mean, threshold = np.array([0.1, 0.5, 2.0]), np.zeros(3)
    made.estimate_threshold(np.stack([mean, mean], axis=1), threshold, Clock(1, 1))
    np.testing.assert_allclose(threshold, (mean / y0) ** p * mean, rtol=1e-12)
