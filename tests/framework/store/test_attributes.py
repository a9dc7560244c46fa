"""Attributes come back from a store as they were given."""

from hypothesis import example, given
from hypothesis import strategies as st

from plasticity.store.encoding.attributes import decoded, encoded

TEXTS = st.text() | st.sampled_from(["true", "null", "2026112801", "[1]", '"quoted"', "{}"])
VALUES = (
    TEXTS | st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False)
)


@given(st.dictionaries(st.text(), VALUES | st.lists(VALUES) | st.dictionaries(st.text(), TEXTS)))
@example({"name": "true", "other": "2026112801", "third": '"null"', "fourth": "null"})
def test_attributes_are_what_they_were_before_they_were_encoded(attributes):
    found = decoded(encoded(attributes))
    assert repr(found) == repr(attributes)
