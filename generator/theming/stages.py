"""What a release says to its templates beside their text: frames, words and assets, read back for the runtime."""

from pathlib import Path

import msgspec

from generator.shop import Value
from generator.theming.templates import Stage
from generator.views import Frame


class Settings(Value, frozen=True, kw_only=True):
    """What is the same for the templates of all locales."""

    assets: dict[str, str]
    timezone: str
    kinds: dict[str, str]
    trusted: bool


def read(folder: Path) -> dict[str, Stage]:
    """Read what a release's templates need, for every locale."""
    frames = msgspec.json.decode((folder / "frames.json").read_bytes(), type=dict[str, Frame])
    settings = msgspec.json.decode((folder / "stage.json").read_bytes(), type=Settings)
    return {
        locale: Stage(
            frame=frame,
            words=msgspec.json.decode((folder / "strings" / f"{locale}.json").read_bytes(), type=dict[str, str]),
            assets=settings.assets, timezone=settings.timezone, kinds=settings.kinds, trusted=settings.trusted,
        )
        for locale, frame in frames.items()
    }  # fmt: skip
