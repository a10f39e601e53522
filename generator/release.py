"""A release's folder: manifest, catalogue, and what the runtime needs to render pages of its own."""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import jinja2
import msgspec

from generator import files, manifest, templates
from generator.manifest import Manifest
from generator.shop import Value
from generator.site import Site
from generator.templates import Stage
from generator.views import Frame, plain


class Settings(Value, frozen=True, kw_only=True):
    """What is the same for the templates of all locales."""

    assets: dict[str, str]
    timezone: str
    kinds: dict[str, str]
    trusted: bool


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


def stages(folder: Path) -> dict[str, Stage]:
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


def environments(folder: Path) -> Mapping[str, jinja2.Environment]:
    """Return the template environments of a release by locale: what the build rendered with, now for the runtime."""
    compiled = templates.Compiled()
    source = partial(_source, folder / "theme")
    return {locale: templates.environment(source, stage, compiled) for locale, stage in stages(folder).items()}


def _source(folder: Path, name: str) -> tuple[str, str] | None:
    if ".." in name.split("/"):
        return None
    path = folder / name
    return (path.read_text(encoding="utf-8"), str(path)) if path.is_file() else None
