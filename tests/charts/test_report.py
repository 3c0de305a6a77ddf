"""Pages with pictures: what is on them, the same each time, nothing of a world becomes markup; zoom and search."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from cli.process import BREAKFAST, chekhov

from chekhov import lang
from chekhov.charts.chronicle import told
from chekhov.charts.pictures import KINDS
from chekhov.charts.report import Chapter, render

ROOT = Path(__file__).parents[2]
HOSTILE = "</title></style><script>alert(1)</script><img src=https://example.org/x onerror=alert(2)>"


class Elements(HTMLParser):
    """The elements of a page, and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_sound(page: str) -> None:
    elements = Elements(page).found
    assert not {"img", "link", "iframe", "object", "image"} & {tag for tag, _ in elements}
    # The one script that there is is its own, and the policy lets no other run.
    assert [attributes for tag, attributes in elements if tag == "script"] == [{}]
    script = page.rpartition("<script>")[2].partition("</script>")[0]
    assert script == (ROOT / "src/chekhov/charts/pictures.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'; base-uri" in page.replace("&#39;", "'")
    for _, attributes in elements:
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
        assert (attributes.get("href") or "#").startswith("#")
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {(attributes.get("href") or "")[1:] for tag, attributes in elements if tag == "a"}
    assert targets <= set(ids)
    assert [tag for tag, _ in elements].count("style") == 1


def made(folder: Path, *arguments: str, status: int = 0) -> str:
    file = folder / "page.html"
    result = chekhov("report", *arguments, "-o", str(file))
    assert result.returncode == status, result.stderr
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chapter(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the mountain's chapter."""
    return made(tmp_path_factory.mktemp("chapter"), str(ROOT / "worlds" / "mountain.md"))


def test_a_world_has_a_story_to_each_ending(tmp_path: Path) -> None:
    world = tmp_path / "breakfast.story"
    world.write_text(BREAKFAST)
    page = made(tmp_path, str(world), "--check")
    assert_sound(page)
    assert "2 acts, proved shortest." in page
    assert "No story reaches this ending." in page
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg"') <= len(KINDS)
    assert page.count("All moments of a world") == 1
    assert '<section id="findings">' in page
    assert "walk(Tom, Market)" in page
    assert "Tom (0 → 1) has in mind:\n  1. walk(Tom, Market)\n" in page
    assert "\ufffd" not in page
    assert page == made(tmp_path, str(world), "--check")
    assert "No story was found within the limits." in made(tmp_path, str(world), "--max-acts", "1", status=3)


def test_a_plan_has_its_story_alone(tmp_path: Path) -> None:
    world, plan = tmp_path / "breakfast.story", tmp_path / "eats.plan"
    world.write_text(BREAKFAST)
    plan.write_text("walk(Tom, Market)\neat(Tom)\nwalk(Tom, Moon)\n")
    page = made(tmp_path, str(world), str(plan))
    assert_sound(page)
    for kind in KINDS:
        assert re.search(f'<figure id="picture-1-\\d+">\\s*<h3>{kind[:1].upper()}{kind[1:]}</h3>', page)
    assert page.count('<span class="bad">does not hold</span>') == 1
    assert '<section id="findings">' not in page


def test_a_manuscript_has_its_findings(chapter: str, tmp_path: Path) -> None:
    page = chapter
    assert_sound(page)
    assert "People are held on the fifth level of a mountain" in page[: page.index("<dl>")]
    assert '<section id="findings">' in page
    assert "<strong>" in page
    assert page == made(tmp_path, str(ROOT / "worlds" / "mountain.md"))


def test_the_head_of_a_world_is_at_the_top(tmp_path: Path) -> None:
    world = tmp_path / "breakfast.story"
    head = (
        "/**\n * Breakfast\n *\n * Tom is <hungry>,\n * and far away.\n *\n * - No home.\n * - No\n *   bread.\n */\n"
    )
    world.write_text(f'{head}title "Breakfast";\n{BREAKFAST}/** Not this. */\n')
    page = made(tmp_path, str(world))
    assert_sound(page)
    top = page[: page.index("<dl>")]
    assert "<p>Tom is &lt;hungry&gt;, and far away.</p>" in top
    assert "<li>No home.</li>\n<li>No bread.</li>" in top
    assert "<p>Breakfast</p>" not in page
    assert "Not this" not in page


def hostile_page() -> str:
    world = BREAKFAST.replace('"Tom"', f'"{HOSTILE}"').replace('"Tom has eaten"', f'"{HOSTILE}"')
    problem = lang.parse(f'title "{HOSTILE}"; author "{HOSTILE}";\n{world}').problem
    assert problem is not None
    acts = ["walk(Tom, Market)", "eat(Tom)"]
    return render(problem, [Chapter(HOSTILE, told(problem, acts, HOSTILE), (HOSTILE,))])


def test_whatever_a_world_holds_it_is_text() -> None:
    page = hostile_page()
    assert_sound(page)
    assert "alert(1)" in page


MEETING = """() => [...document.querySelectorAll("svg")].flatMap((svg) => {
    const texts = [...svg.querySelectorAll("text")].map((text) => {
        const box = text.getBBox();
        // As high as its letters are and no higher, as the fonts of browsers have much room between their lines.
        const size = parseFloat(getComputedStyle(text).fontSize), line = parseFloat(text.getAttribute("y"));
        return {left: box.x, right: box.x + box.width, top: line - 0.9 * size, bottom: line + 0.2 * size,
            text: text.firstChild.textContent};
    });
    return texts.flatMap((one, n) => texts.slice(n + 1)
        .filter((other) => one.left + 1 < other.right && other.left + 1 < one.right && one.top + 1 < other.bottom &&
            other.top + 1 < one.bottom)
        .map((other) => [one.text, other.text]));
})"""
"""The texts of a page's pictures that are on each other."""


@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium")
def test_a_browser_opens_it_without_a_complaint_or_a_request(chapter: str, tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    (tmp_path / "hostile.html").write_text(hostile_page(), encoding="utf-8")
    (tmp_path / "mountain.html").write_text(chapter, encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name in ("hostile.html", "mountain.html"):
            page = browser.new_page(viewport={"width": 390, "height": 800})
            said: list[str] = []
            asked: list[str] = []
            page.on("console", lambda message, said=said: said.append(message.text))
            page.on("dialog", lambda dialog, said=said: said.append(dialog.message))
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto((tmp_path / name).as_uri())
            assert (said, asked) == ([], [(tmp_path / name).as_uri()])
            # Its own style is let through, and wide pictures scroll within their box.
            assert page.evaluate("getComputedStyle(document.querySelector('.picture')).overflowX") == "auto"
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            # Whatever font the browser has, each text keeps to the room that was made for it.
            assert page.evaluate(MEETING) == []
            page.close()
        browser.close()


def test_one_picture_has_a_page(tmp_path: Path) -> None:
    file = tmp_path / "graph.html"
    for name, kind in (("letter.story", "graph"), ("letter.md", "clock")):
        result = chekhov("show", str(ROOT / "worlds" / name), "--picture", kind, "-o", str(file))
        assert result.returncode == 0, result.stderr
        assert_sound(file.read_text(encoding="utf-8"))


@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium")
def test_a_picture_can_be_searched_and_made_larger(tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    file = tmp_path / "graph.html"
    result = chekhov("show", str(ROOT / "worlds" / "heist.story"), "--picture", "graph", "-o", str(file))
    assert result.returncode == 0, result.stderr
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 900, "height": 700})
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(file.as_uri())
        frame, svg = page.locator(".picture"), page.locator(".picture svg")
        wide = svg.bounding_box()["width"]
        # By keys, buttons and the wheel, at the pointer.
        frame.focus()
        page.keyboard.press("+")
        assert svg.bounding_box()["width"] == pytest.approx(wide * 1.25, abs=1)
        page.get_by_label("Smaller").click()
        assert svg.bounding_box()["width"] == pytest.approx(wide, abs=1)
        page.mouse.move(450, 400)
        before = svg.bounding_box()
        page.mouse.wheel(0, -300)
        page.wait_for_function("document.querySelector('.size').textContent !== '100 %'")
        after = svg.bounding_box()
        grown = after["width"] / before["width"]
        assert grown > 1.1
        if before["x"] < 0:
            assert 450 - after["x"] == pytest.approx((450 - before["x"]) * grown, abs=2)
        page.get_by_label("Fit in").click()
        assert svg.bounding_box()["height"] <= frame.bounding_box()["height"]
        page.get_by_label("As it is").click()
        # Moved by the mouse.
        top = frame.evaluate("one => one.scrollTop")
        page.mouse.move(450, 600)
        page.mouse.down()
        page.mouse.move(450, 500, steps=4)
        page.mouse.up()
        assert frame.evaluate("one => one.scrollTop") == pytest.approx(top + 100, abs=2)
        # Search goes from box to box; what is found is in view.
        search = page.get_by_label("Search in the picture")
        search.fill("arrest nell study")
        boxes = page.locator(".found:not([data-arrow])")
        assert boxes.count() > 1
        assert page.locator(".tools output").last.text_content() == f"1 of {boxes.count()}"
        assert all("arrest" in (one.get_attribute("data-find") or "") for one in boxes.all())
        search.press("Enter")
        assert page.locator(".tools output").last.text_content() == f"2 of {boxes.count()}"
        now, seen = page.locator(".now").bounding_box(), frame.bounding_box()
        assert seen["y"] <= now["y"] <= seen["y"] + seen["height"] - now["height"]
        search.fill("nobody of this name")
        assert page.locator(".tools output").last.text_content() == "none found"
        assert said == []
        # Without the script the picture is there, and nothing that would do nothing.
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(file.as_uri())
        assert plain.locator(".picture svg").bounding_box()["width"] == pytest.approx(wide, abs=1)
        assert plain.locator("button, input").count() == 0
        browser.close()
