"""How far the texts of a page stand out from what is behind them, as WCAG 2 measures it."""

from __future__ import annotations

from playwright.sync_api import Page

LEAST = 4.5

CONTRASTS = """
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgb = (colour, under) => {
    canvas.fillStyle = `rgb(${under})`; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (parts) => parts.map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (node) => getComputedStyle(node).backgroundColor;
  const behind = (node) => (node ? rgb(ground(node), behind(node.parentElement)) : [255, 255, 255]);
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !node.checkVisibility()) continue;
    const under = behind(node);
    const [low, high] = [light(under), light(rgb(getComputedStyle(node).color, under))].sort((a, b) => a - b);
    found.push([(high + 0.05) / (low + 0.05), texts.currentNode.data.trim().slice(0, 40)]);
  }
  return found;
}
"""


def faint(page: Page) -> list[tuple[float, str]]:
    """The visible texts of less than 4.5:1, each with its contrast. There are texts at all."""
    found: list[tuple[float, str]] = [(ratio, text) for ratio, text in page.evaluate(CONTRASTS)]
    assert found
    return [each for each in found if each[0] < LEAST]
