"""Who is who at the simulated WeChat Pay: one merchant with keys, and the keys that the platform signs with."""

import secrets
from pathlib import Path

from runtime.simulators import keys
from runtime.simulators.books import Books
from runtime.simulators.wechatpay import sealing
from runtime.simulators.wechatpay.sealing import Signer

_PUBLIC_KEY = "PUB_KEY_ID_0119000000012026"


class Identity:
    """Keys in the folder: merchant/ is what the shop gets, platform/ what WeChat Pay keeps to itself."""

    appid = "wxd678efb567fe6787"
    mchid = "1900000001"

    def __init__(self, folder: Path, books: Books) -> None:
        self._platform = folder / "platform"
        self._books = books
        self.shop = folder / "merchant"
        """What the shop gets: its own key and the platform's public one."""
        self.merchant = sealing.certified(self.shop, "apiclient_key", self.mchid)
        self.secret = self._word("apiv3.key", 16).encode()
        self.app_secret = self._word("app.secret", 16)
        for number in range(1, self._rotations("public-key") + 1):
            self._public(number)
        for number in range(1, self._rotations("certificate") + 1):
            self._certified(number)

    @property
    def public_keys(self) -> dict[str, str]:
        """Return the files of the platform's public keys by id, the newest first."""
        numbers = range(self._rotations("public-key"), 0, -1)
        return {self._public(number).serial: f"pub_key_{number}.pem" for number in numbers}

    def certificates(self) -> list[tuple[Signer, bytes]]:
        """Return the platform's certificates, the newest last."""
        found = []
        for number in range(1, self._rotations("certificate") + 1):
            signer = self._certified(number)
            found.append((signer, (self._platform / f"certificate_{number}.crt.pem").read_bytes()))
        return found

    def signer(self, wished: str, *, newest: bool = False) -> Signer:
        """Return the key to sign with: the public key that the merchant names, else the newest certificate's.

        ``newest`` takes the newest public key, whichever was named: that is how notices are signed after a change.
        """
        if wished.startswith(_PUBLIC_KEY):
            numbers = range(self._rotations("public-key"), 0, -1)
            found = [self._public(number) for number in numbers]
            return next((each for each in found if each.serial == wished and not newest), found[0])
        return self._certified(self._rotations("certificate"))

    def rotate(self, kind: str) -> str:
        """Begin to sign with a new key (certificate, public-key); return its serial."""
        number = self._rotations(kind) + 1
        signer = self._public(number) if kind == "public-key" else self._certified(number)
        self._books.remember(f"rotations:{kind}", str(number))
        return signer.serial

    def _rotations(self, kind: str) -> int:
        return int(self._books.fact(f"rotations:{kind}", "1"))

    def _public(self, number: int) -> Signer:
        key = keys.get(self._platform, f"public_key_{number}")
        copy = self.shop / f"pub_key_{number}.pem"
        if not copy.exists():
            copy.write_bytes(keys.public(key))
        return Signer(f"{_PUBLIC_KEY}{number:02d}", key)

    def _certified(self, number: int) -> Signer:
        return sealing.certified(self._platform, f"certificate_{number}", "Tenpay.com Root CA")

    def _word(self, name: str, size: int) -> str:
        """Return a secret that both sides know, made once."""
        path = self._platform / name
        if not path.exists():
            self._platform.mkdir(parents=True, exist_ok=True)
            path.touch(0o600)
            path.write_text(secrets.token_hex(size))
        return path.read_text()
