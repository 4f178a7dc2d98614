from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from browser.lab import Lab

pytestmark = pytest.mark.browser

CHECKOUT = Path(__file__).parents[2]
ENDINGS = """
from seedance_nb.runs import current
def play(scenario): current.current().simulator.scenario = scenario
"""
PROMPTS = {
    "en": "a golden retriever runs across a sunlit meadow, cinematic slow motion",
    "zh": "一只金毛犬跑过阳光下的草地，电影感慢镜头",
}
SMALL = "-d 4 -q 480p -t fast"
# What sticks out of its panel, and text with less than 4.5:1 between it and what lies behind it.
TROUBLE = """
(area => {
  const parse = text => {
    const [r, g, b, a = 1] = (text.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    return [r, g, b, a];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((x, i) => x * a + below[i] * (1 - a));
  const parents = node => {
    const chain = [];
    for (; node; node = node.parentElement) chain.unshift(node);
    return chain;
  };
  const light = rgb => {
    const [r, g, b] = rgb.map(x => x / 255)
      .map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = node => {
    let ground = [255, 255, 255], opacity = 1;
    for (const parent of parents(node)) {
      const style = getComputedStyle(parent);
      ground = over(parse(style.backgroundColor), ground);
      opacity *= Number(style.opacity);
    }
    const [r, g, b, a] = parse(getComputedStyle(node).color);
    const [bright, dim] = [light(over([r, g, b, a * opacity], ground)), light(ground)]
      .sort((x, y) => y - x);
    return (bright + 0.05) / (dim + 0.05);
  };
  const found = [];
  const edge = area.getBoundingClientRect().right + 1;
  const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    const box = node.getBoundingClientRect();
    if (!text || !box.width) continue;
    if (box.right > edge) found.push(['sticks out', text]);
    if (contrast(node) < 4.5) found.push(['too faint', text, contrast(node).toFixed(1)]);
  }
  return found;
})(seedanceTest.area(path, i).node)
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_panels_read_well_in_both_themes_and_at_half_width(lab: Lab, language: str) -> None:
    """All that a panel says stays inside it and stands out, light and dark, wide and narrow."""
    prompt = PROMPTS[language]
    book = lab.new(
        f"%config SeedanceMagics.language = '{language}'{ENDINGS}",
        f"%%seedance dog {SMALL}\n{prompt}",
        f"play('fail')\nget_ipython().run_cell_magic('seedance', '{SMALL} --new', '{prompt}')",
        f"play('stall')\nget_ipython().run_cell_magic('seedance', '{SMALL} --new', '{prompt}')",
        f"%%seedance -q 720P -d 60 -m text --image https://example.com/a.png\n{prompt}",
        f"%%seedance --dry-run\n{prompt}",
        "%seedance jobs",
    )
    book.run(1)
    book.run(2)
    book.until_static(2)
    book.run(3)
    book.until_shows(3, "[style*='217,65,65']")
    book.run(4)
    book.until_shows(4, "[role=progressbar] rect")
    for index in (5, 6, 7):
        book.run(index)
    # JupyterLab itself makes wide tables scroll, and sets the colours of errors and plain text.
    panels = (2, 3, 4)

    found: dict[str, Any] = {}
    for theme in ("Light", "Dark"):
        lab.wear(theme)
        for name, width in (("wide", 1300), ("half", 800)):
            lab.page.set_viewport_size({"width": width, "height": 2800})
            book.play(2)
            book.look("seedanceTest.book(path).content.scrollToItem(0, 'start')")
            lab.shoot(f"look-{language}-{theme.lower()}-{name}")
            found[f"{theme} {name}"] = [book.look(TROUBLE, index) for index in panels]

    assert {look: [[], [], []] for look in found} == found


def test_picture_for_the_readme_is_small(lab: Lab) -> None:
    """The picture that the README shows can be taken anew, and the one it shows is small."""
    image = pytest.importorskip("PIL.Image")
    book = lab.new(
        f"%%seedance first\n{PROMPTS['en']}",
        "%%seedance second -d 15 -q 480p\na paper boat sails down a rainy street",
    )
    lab.command("application:toggle-left-area")
    lab.page.set_viewport_size({"width": 900, "height": 1400})
    book.run(1)
    book.until_static(1)

    book.play(1)
    played = "seedanceTest.area(path, i).node.querySelector('video').currentTime > 3.5"
    book.until(played, 1)  # its controls have gone by then
    book.run(2)
    bar = "seedanceTest.area(path, i).node.querySelector('[aria-valuenow]')"
    book.until(f"{bar}?.getAttribute('aria-valuenow') > 40", 2)
    picture = lab.shots / "panel.png"
    lab.photograph(picture, 2, width=1200)
    with image.open(picture) as taken:
        taken.convert("RGB").quantize(256).save(picture, optimize=True)

    for path in (picture, CHECKOUT / "notebooks" / "images" / "panel.png"):
        with image.open(path) as shown:
            assert 1200 == shown.width
        assert path.stat().st_size < 250_000
