"""What axe finds on a page: the rules of WCAG 2.2 AA and what its makers count as best practice."""

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# What fades in is not judged half way.
_SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter((each) => each.playState === "running" && each.effect.getComputedTiming().endTime !== Infinity)
  .map((each) => each.finished)).then(() => null)"""


def violations(page, **options):
    """Return the pieces of the page (three at most) that break a rule, by the rule's name."""
    page.evaluate(_SETTLED)
    # What passed is not gathered and not sent over: a page takes half the time.
    asked = {"runOnly": RULES, "resultTypes": ["violations"], **options}
    found = Axe().run(page, options=asked).response["violations"]
    return {each["id"]: [node["html"][:160] for node in each["nodes"]][:3] for each in found}
