"""Drawings of matplotlib as SVG within the page, in its letters and colours."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable

from plasticity.plot.canvas import COLOURS, INK, LINE, MUTED

Place = tuple[float, float, float, float]
WIDE: Place = (0.14, 0.12, 0.83, 0.83)  # left, bottom, width and height, as shares of the figure
LABELLED: Place = (0.14, 0.22, 0.83, 0.73)
WHOLE: Place = (0.0, 0.0, 1.0, 1.0)
SQUARE: Place = (0.13, 0.13, 0.85, 0.85)

# A colour of matplotlib -> what the page calls it, which is another in the dark.
_NAMES = {INK: "--ink", MUTED: "--muted", LINE: "--line"} | {
    colour: f"--run-{index}" for index, colour in enumerate(COLOURS)
}


def svg(
    draw: Callable[..., object],
    told: str,
    *,
    width: float = 3.4,
    height: float = 1.95,
    place: Place = WIDE,
) -> str:
    """What a function draws into axes, as an `<svg>` element.

    draw   is called with the axes as `ax`
    told   what a reader who does not see it is told
    width, height   inches
    """
    import matplotlib
    from matplotlib.figure import Figure

    salt = hashlib.sha256(told.encode()).hexdigest()[:12]  # keeps the names in two drawings apart
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        figure = Figure(figsize=(width, height))
        draw(ax=figure.add_axes(place))
        buffer = io.StringIO()
        figure.savefig(
            buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    return _themed(buffer.getvalue(), told)


def _themed(text: str, told: str) -> str:
    """The element alone, with the colours of the page, without what a page does not need."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    used = set(re.findall(r"#([\w-]+)", text))
    text = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", text)
    text = re.sub(r' transform="rotate\(-0 [^"]*"', "", text)
    for colour, name in _NAMES.items():
        text = text.replace(colour, f"var({name})")
    text = re.sub(r"font: (\d+) ", r"font-weight: \1; font: ", text)
    text = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", text)
    text = re.sub(r"font-family: [^;\"]*;?", "", text)
    head, rest = text.split(">", 1)
    box = re.search(r'viewBox="[^"]*"', head)
    label = told.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    svg_head = f'<svg {box[0] if box else ""} role="img" aria-label="{label}"'
    svg_head += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
    return re.sub(r"\s*\n\s*", "\n", f"{svg_head}>{rest}").strip()
