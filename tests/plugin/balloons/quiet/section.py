"""What the report says of quiet hours."""

from skyweft.drawing.charts import HALF, PAGE, chart
from skyweft.drawing.markup import figure, titled
from skyweft.drawing.section import Section
from skyweft.store.reading import Folder

from .plot import quiet_hours


def section(folder: Folder) -> Section:
    found, words = folder.quiet_hours, "Who is quiet when."
    drawing = chart(lambda ax: quiet_hours(found, ax, PAGE), words, HALF, 160, "quiet-hours")
    body = titled("quiet", "Quiet hours", "", figure(drawing, words))
    return Section(body, {"quiet": "Quiet hours"})
