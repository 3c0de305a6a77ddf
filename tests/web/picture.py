"""Takes the picture of a story's page for the README: the mountain, two turns after it began.

    python tests/web/picture.py docs/pictures/play.png

It needs Chromium, and looks as that one's fonts do: renew it when the page looks otherwise, not for every machine.
"""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import expect, sync_playwright

from web.serving import WORLDS, Server

SIZE = {"width": 1120, "height": 960}


def main(path: str) -> None:
    """Plays, and writes the picture."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as running:
        folder = Path(name)
        (folder / "worlds").mkdir()
        shutil.copy(WORLDS / "mountain.story", folder / "worlds")
        server = Server(folder, folder / "worlds")
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, base_url=server.address)  # type: ignore[arg-type]
        page.goto("/")
        page.get_by_role("button", name="Clarke", exact=True).click()
        for turn in range(2):
            page.locator(".choices button").first.click()
            expect(page.locator("[name=turn]").first).to_have_value(str(turn + 1))
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        page.screenshot(path=path)
        browser.close()
        server.end(signal.SIGINT)


if __name__ == "__main__":
    main(sys.argv[1])
