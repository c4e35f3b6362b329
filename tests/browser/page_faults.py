"""What can be wrong with a page as it is laid out, found by asking the browser."""

from __future__ import annotations

from playwright.sync_api import Page

# Against the width that was asked for: a phone zooms out until a page that is too wide fits.
SIDEWAYS = """(width) => {
  const reach = document.documentElement.scrollWidth - width;
  return reach > 0 ? [`reaches ${reach} px out of the window`] : [];
}"""

CUT_TEXT = """() => visibleText().flatMap((node) => {
  for (let box = node.parentElement; box !== document.body; box = box.parentElement) {
    const clips = getComputedStyle(box).overflowX !== 'visible';
    const across = box.scrollWidth - box.clientWidth, down = box.scrollHeight - box.clientHeight;
    if (clips && Math.max(across, down) > 1) return [`cut: ${node.data.trim()}`];
  }
  return [];
})"""

# Lines of a large heading are set closer than their boxes are high, so a third may overlap.
OVERLAPPING_TEXT = """() => {
  const lines = visibleText().flatMap((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].map((rect) => ({ rect, text: node.data.trim() }));
  });
  return lines.flatMap((one, at) => lines.slice(at + 1).filter((other) => {
    const [a, b] = [one.rect, other.rect];
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return across > 2 && down > Math.min(a.height, b.height) / 3;
  }).map((other) => `${one.text} lies on ${other.text}`));
}"""

BROKEN_PICTURES = """async () => {
  const images = [...document.images];
  images.forEach((image) => { image.loading = 'eager'; });
  await Promise.all(images.map((image) => image.decode().catch(() => {})));
  return images.filter((image) => !image.naturalWidth).map((image) => `broken ${image.src}`);
}"""

# WCAG 2.2, 2.5.8: 24 by 24 CSS pixels, but for links within a sentence.
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, summary, input')]
  .filter((each) => each.checkVisibility() && !each.closest('p'))
  .filter((each) => !each.matches('.skip-link, .upload__file'))
  .filter((each) => {
    const { width, height } = each.getBoundingClientRect();
    return width < 24 || height < 24;
  })
  .map((each) => `small target ${each.outerHTML}`)"""

VISIBLE_TEXT = """window.visibleText = () => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes.filter((node) => node.data.trim() && node.parentElement.checkVisibility()
    && !node.parentElement.closest('.visually-hidden, .skip-link, script'));
}"""


def faults_of(page: Page) -> list[str]:
    """List what is wrong with the page as it is shown now."""
    page.evaluate(VISIBLE_TEXT)
    size = page.viewport_size
    assert size is not None
    checks = (CUT_TEXT, OVERLAPPING_TEXT, BROKEN_PICTURES, SMALL_TARGETS)
    faults: list[str] = page.evaluate(SIDEWAYS, size["width"])
    return faults + [fault for check in checks for fault in page.evaluate(check)]
