"""The YAML parser whose events we read: libyaml's, or PyYAML's own (four times slower) where that is missing."""

from typing import Any

import yaml

Data = Any
"""Any value that a text file can hold: mappings, lists, text, true, false, null."""

_LIBYAML: Any = getattr(yaml, "cyaml", None)
Parser: Any = _LIBYAML.CParser if _LIBYAML else yaml.SafeLoader
