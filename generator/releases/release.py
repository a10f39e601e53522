"""A release's folder: manifest, catalogue, and what the runtime needs to render pages of its own."""

import os
from pathlib import Path

import msgspec

from generator import files
from generator.releases import manifest
from generator.releases.manifest import Manifest
from generator.releases.site import Site
from generator.theming.stages import Settings
from generator.views import plain


def write(folder: Path, site: Site, made: Manifest, earlier: Path | None) -> None:
    """Write everything of a release but its catalogue; templates that did not change are linked from an earlier one."""
    _put(folder / "manifest.json", manifest.encode(made))
    _put(folder / "assets.json", _json({url: entry for url, entry in made.entries.items() if entry.immutable}))
    stages = site.stages
    _put(folder / "frames.json", _json({locale: stage.frame for locale, stage in stages.items()}))
    (folder / "strings").mkdir()
    for locale, stage in stages.items():
        _put(folder / "strings" / f"{locale}.json", _json(stage.words))
    first = next(iter(stages.values()))
    settings = Settings(assets=first.assets, timezone=first.timezone, kinds=first.kinds, trusted=first.trusted)
    _put(folder / "stage.json", _json(settings))
    _templates(folder / "theme", site, earlier)


def _json(value: object) -> bytes:
    return msgspec.json.encode(value, enc_hook=plain)


def _put(path: Path, data: bytes) -> None:
    files.replace(path, data, durable=False)


def _templates(folder: Path, site: Site, earlier: Path | None) -> None:
    mark = site.theme.digest.encode()
    same = earlier is not None and (earlier / "theme" / ".digest").is_file()
    same = same and earlier is not None and (earlier / "theme" / ".digest").read_bytes() == mark
    for name in [*site.theme.templates(), ".digest"]:
        path = files.make_folder(folder, str(Path(name).parent)) / Path(name).name
        if same and earlier is not None:
            os.link(earlier / "theme" / name, path)
        else:
            _put(path, site.theme.files.get(name, mark))
