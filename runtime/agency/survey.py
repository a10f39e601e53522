"""Looks over a folder of shops: which are there, what each is called, and who answers to which name."""

from collections.abc import Mapping
from pathlib import Path

from generator import shops
from runtime.agency import board, names
from runtime.agency.board import Board, Wishes
from runtime.agency.charge import Charge

_NAMES = "names.json"


class Survey:
    """All shops of one folder; ``base`` is the address of a shop on this machine, with ``{host}`` in it."""

    def __init__(self, root: Path, base: str, environ: Mapping[str, str], reserved: tuple[str, ...]) -> None:
        self.root, self.wishes = root, Wishes(root)
        self.charges: dict[str, Charge] = {}
        self._base, self._environ, self._reserved = base, environ, reserved
        self._before = {shop.name: shop for shop in board.read(root).shops}
        board.place(root).mkdir(parents=True, exist_ok=True)
        self._names = board.place(root) / _NAMES
        self._held = names.read(self._names)

    def look(self) -> list[Charge]:
        """See which shops there are now, and share the names out; return those that are gone."""
        found = {path.name: path for path in shops.find(self.root)}
        gone = [self.charges.pop(name) for name in set(self.charges) - set(found)]
        gone += [
            self.charges.pop(name) for name in set(self.charges) if self.charges[name].folder != found[name].resolve()
        ]
        for name, path in found.items():
            if name not in self.charges:
                self.charges[name] = Charge(path, self._base, self._environ, self._before.pop(name, None))
        wanted = {}
        for name, charge in self.charges.items():
            charge.stopped = self.wishes.is_stopped(name)
            wanted[name] = charge.look()
        settled, held = names.settle(wanted, self._held, self._reserved)
        for name, charge in self.charges.items():
            charge.hosts, charge.taken = settled.hosts[name], settled.taken[name]
        if held != self._held:
            names.write(self._names, held)
            self._held = held
        return gone

    def board(self, steward: int) -> Board:
        """Return the board as it is to be written."""
        shops_ = tuple(self.charges[name].shown() for name in sorted(self.charges))
        return Board(shops=shops_, steward=steward)
