"""What the store says of a measurement."""


def labelled(
    name: str, long_name: str, comment: str = "", units: str = "1"
) -> dict[str, dict[str, str]]:
    """Return the `describes` of one measurement; those of several are joined by `|`."""
    labels = {"long_name": long_name, "units": units}
    return {name: labels | ({"comment": comment} if comment else {})}
