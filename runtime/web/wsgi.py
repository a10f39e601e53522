"""The names of the server's side of the contract."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

Environ = dict[str, Any]


class StartResponse(Protocol):
    """Takes the status line and the headers of an answer, before its body."""

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = ..., /) -> Any:  # noqa: ANN401
        """Begin an answer."""


Application = Callable[[Environ, StartResponse], Iterable[bytes]]
