"""What a page promises about delivery, in words."""

import pytest

from generator.display.phrases import shipping

HOUR, DAY = 3600, 86400


@pytest.mark.parametrize(
    ("seconds", "collected", "said"),
    [
        (6 * HOUR, False, ("6 小时内发货", "ships within 6 hours", "Versand innerhalb von 6 Stunden")),
        (DAY, False, ("1 天内发货", "ships within a day", "Versand innerhalb eines Tages")),
        (2 * HOUR, True, ("2 小时内备好", "ready within 2 hours", "abholbereit innerhalb von 2 Stunden")),
        (DAY, True, ("1 天内备好", "ready within a day", "abholbereit innerhalb eines Tages")),
        (3 * DAY, True, ("3 天内备好", "ready within 3 days", "abholbereit innerhalb von 3 Tagen")),
    ],
)
def test_what_is_collected_is_ready_and_what_is_sent_leaves(seconds, collected, said):
    assert tuple(shipping(seconds, locale, collected=collected) for locale in ("zh-CN", "en", "de")) == said
