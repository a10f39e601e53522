"""Where the themes, schemas and sample shops that travel with the package lie."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_data"
DATA = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
THEMES, SCHEMAS, SAMPLE_SHOPS = DATA / "themes", DATA / "schemas", DATA / "sample_shops"
