"""axe-core in the page, as a person's tool would run it: nothing is turned off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import Page

AXE = Path(settings.BASE_DIR) / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.0, 2.1 and 2.2, levels A and AA, and axe's own best practices.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const { violations, passes } = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
  return { passes: passes.length, violations: violations.map(({ id, help, nodes }) =>
    ({ id, help, nodes: nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary}`) })) };
}"""


def violations(page: Page) -> list[str]:
    """List what axe objects to on the page as it is now, each with the elements that it means.

    The script comes in through the debugger, which the security policy of the page does not bind.
    """
    # Fading in would be measured half way.
    page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)))")
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(RUN, TAGS)
    assert found["passes"] > 0, "axe found nothing to check"
    return [f"{one['id']} ({one['help']}): {'; '.join(one['nodes'])}" for one in found["violations"]]
