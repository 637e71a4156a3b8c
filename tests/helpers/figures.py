"""What every figure of a computation has to keep."""

from __future__ import annotations

from xml.etree import ElementTree

from autograder.display import diagram

#: What fits on a screen of 900 pixels, where a page shows a figure a third larger than it is.
SCREEN = 900 * 3 / 4


def require_inside(figure: str) -> None:
    """Every text and every cell of a map is inside the card that was drawn before it, at the widths
    that are reckoned with."""
    box: dict[str, float] = {}
    for element in ElementTree.fromstring(figure).iter():
        kind, style = element.tag.rpartition("}")[2], element.get("class", "")
        if kind == "rect":
            found = {name: float(element.get(name, 0)) for name in ("x", "y", "width", "height")}
            if "diagram-box" in style:
                box = found
                assert box["x"] >= 0 and box["x"] + box["width"] <= diagram.WIDTH
            elif "diagram-cell" in style:
                assert found["x"] + found["width"] <= box["x"] + box["width"]
                assert found["y"] + found["height"] <= box["y"] + box["height"]
        elif kind == "text" and box and float(element.attrib["y"]) < box["y"] + box["height"]:
            character = 5.7 if "prose" in style else 6.7
            size = character * len(element.text or "")
            x = float(element.attrib["x"])
            left = x - size if element.get("text-anchor") == "end" else x
            assert box["x"] <= left and left + size <= box["x"] + box["width"], element.text


def height(figure: str) -> float:
    """The height of a figure."""
    return float(ElementTree.fromstring(figure).attrib["height"])


def texts(figure: str) -> list[str]:
    """What is written in a figure."""
    every = ElementTree.fromstring(figure).iter()
    return [element.text or "" for element in every if element.tag.endswith("text")]
