"""The figures of a build, for its closing report."""

import msgspec


class Figures(msgspec.Struct, kw_only=True):
    """What a build did, for its closing report; sizes in bytes as they travel, time in seconds."""

    pages: int = 0
    rendered: int = 0
    products: int = 0
    pictures: int = 0
    exported: int = 0
    heaviest: str = ""
    weight: int = 0
    seconds: float = 0.0
