"""Plots as SVG elements with the fonts and colours of the page."""

import hashlib
import io
import re
from collections.abc import Callable

import matplotlib
from matplotlib.figure import Figure

from plasticity.plot.canvas import COLOURS, INK, LINE, MUTED

Place = tuple[float, float, float, float]
WIDE: Place = (0.14, 0.12, 0.83, 0.83)  # left, bottom, width and height, as shares of the figure
LABELLED: Place = (0.14, 0.22, 0.83, 0.73)
WHOLE: Place = (0.0, 0.0, 1.0, 1.0)
SQUARE: Place = (0.13, 0.13, 0.85, 0.85)

# Variables of the page by the colours of the plots, which are others in dark mode.
_NAMES = {INK: "--ink", MUTED: "--muted", LINE: "--line"} | {
    colour: f"--run-{index}" for index, colour in enumerate(COLOURS)
}


def svg(
    draw: Callable[..., object],
    label: str,
    *,
    width: float = 3.4,
    height: float = 1.95,
    place: Place | None = WIDE,
) -> str:
    """Return an `<svg>` of this size in inches, drawn by `draw(ax=axes)` at a place if given."""
    salt = hashlib.sha256(label.encode()).hexdigest()[:12]  # so that ids of two plots differ
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        figure = Figure(figsize=(width, height), layout=None if place else "constrained")
        draw(ax=figure.add_axes(place) if place else figure.add_subplot())
        buffer = io.StringIO()
        figure.savefig(
            buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    return _themed(buffer.getvalue(), label)


def _themed(text: str, label: str) -> str:
    """Return the bare element, with the colours of the page and without unused ids and metadata."""
    text = text[text.index("<svg") :]
    unused = r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>"
    text = re.sub(unused, "", text, flags=re.DOTALL)
    used = set(re.findall(r"#([\w-]+)", text))
    text = re.sub(r' id="([^"]*)"', lambda match: match[0] if match[1] in used else "", text)
    text = re.sub(r' transform="rotate\(-0 [^"]*"', "", text)
    for colour, name in _NAMES.items():
        text = text.replace(colour, f"var({name})")
    text = re.sub(r"font: (\d+) ", r"font-weight: \1; font: ", text)
    text = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", text)
    text = re.sub(r"font-family: [^;\"]*;?", "", text)
    head, rest = text.split(">", 1)
    box = re.search(r'viewBox="[^"]*"', head)
    label = label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    svg_head = f'<svg {box[0] if box else ""} role="img" aria-label="{label}"'
    svg_head += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
    return re.sub(r"\s*\n\s*", "\n", f"{svg_head}>{rest}").strip()
