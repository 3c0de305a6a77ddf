"""A picture that moves, as one HTML page with a slider: no request goes out, and the one script is the page's own.

The template is ``player.html`` beside this file. The picture's animations stand still in the page; the script sets the
moment that they are at. Without it the last beat is shown.
"""

from __future__ import annotations

from markupsafe import Markup

from chekhov.charts.drawing import FRAME
from chekhov.charts.pages import head
from chekhov.charts.pictures import Picture
from chekhov.checking.rendering.page import environment


def player(picture: Picture, title: str) -> str:
    """The page of a picture that has been drawn moving."""
    templates = environment("chekhov", "charts")
    before, _, rest = picture.svg.partition("<style>")
    own, _, after = rest.partition("</style>")
    duration = len(picture.frames) * FRAME
    sheet = own + templates.get_template("player.css").render(duration=duration, rest=duration - 0.001)
    return templates.get_template("player.html").render(
        title=title,
        frames=picture.frames,
        seconds=FRAME,
        svg=Markup(before + after),
        page=head(sheet, templates.get_template("player.js").render()),
    )
