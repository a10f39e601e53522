"""The road between a provider and a shop: notices get lost there, come late, twice or out of order, and are forged."""

import base64
import http.client
import http.server
import json
import random
import secrets
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from doorstep import listener

from runtime.gateways.wechatpay import signing
from runtime.simulators.courier import send
from runtime.simulators.stage import Letter
from runtime.simulators.wechatpay import sealing

FATES = {"well": 45, "lost": 10, "late": 15, "twice": 20, "refused": 10}
FORGED = ("body", "swapped", "unsigned", "empty", "signtest", "serial", "nonce", "stale", "own key")
DEAD = 0
_OF_ONE_HOP = {"host", "content-length", "accept-encoding", "connection"}
_STALE = 30 * 86400


class Road(http.server.HTTPServer):
    """Carries notices to one of the ports of a shop, or to ``receive`` once it is calm."""

    request_queue_size = 128

    def __init__(self, wechat, seed):
        super().__init__(("127.0.0.1", 0), listener(self._arrive))
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.ports = []
        self.receive = None
        self.heard = set()
        """Numbers of money of which the shop was told, and said that it heard."""
        self.counts = Counter()
        self.accepted = []
        """What should never have been accepted: what kind of forgery, and the answer."""
        self._own = (wechat.method["appid"], wechat.method["mchid"])
        self._secret = wechat.secrets["WECHATPAY_APIV3_KEY"].encode()
        self._luck = random.Random(seed)
        self._forger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._seen = None
        self._hands = ThreadPoolExecutor(12)
        self._later = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        self._thread.start()

    def process_request(self, request, address):
        self._hands.submit(self._serve, request, address)

    def _serve(self, request, address):
        try:
            self.finish_request(request, address)
        except OSError:
            self.counts["connections lost"] += 1
        self.shutdown_request(request)

    def stop(self):
        self.shutdown()
        self._thread.join()
        self._hands.shutdown()
        self.server_close()

    def calm(self, receive):
        """Deliver everything at once and well from now on, what is still on the way as well."""
        self.receive = receive
        for timer, letter in self._later:
            timer.cancel()
            timer.join()
            self._bring(letter)

    def _arrive(self, headers, body):
        letter = Letter(body, {name.title(): value for name, value in headers.items() if name not in _OF_ONE_HOP})
        if self.receive:
            return self._bring(letter), b""
        found = self._what_is_wrong(letter)
        if found:
            return self._forge(found, letter), b""
        for kind in self._luck.sample(FORGED, self._luck.randint(0, 4)):
            self._forge(kind, self._forged(kind, letter))
        self._seen = letter
        return self._carry(self._luck.choices(list(FATES), FATES.values())[0], letter), b""

    def _carry(self, fate, letter):
        self.counts[fate] += 1
        if fate == "refused":
            return 500
        if fate == "lost":
            return 204
        if fate == "late":
            timer = threading.Timer(self._luck.uniform(0.2, 2.0), self._bring, [letter])
            self._later.append((timer, letter))
            timer.start()
            return 204
        if fate == "twice":
            copies = [threading.Thread(target=self._bring, args=(letter,)) for _ in range(3)]
            for copy in copies:
                copy.start()
            for copy in copies:
                copy.join()
        return self._bring(letter) or 502

    def _bring(self, letter):
        """Carry a true letter to somebody; return the answer's status, 0 when nobody was there."""
        status = self._carry_to_somebody(letter)
        if DEAD < status < 400:
            said = self._read(letter)
            if said.get("trade_state", "SUCCESS") == "SUCCESS":
                self.heard.add(said.get("refund_id") or said["transaction_id"])
        return status

    def _carry_to_somebody(self, letter):
        if self.receive:
            return self.receive({name.lower(): value for name, value in letter.headers.items()}, letter.body)[0]
        return send(f"http://127.0.0.1:{self._luck.choice(self.ports)}/pay/wechatpay/notify", letter)[0]

    def _forge(self, kind, letter):
        """Bring something that must be turned away; what reached nobody, or somebody who died, does not count."""
        status = self._carry_to_somebody(letter)
        if status not in {DEAD, 503}:
            self.counts["forged"] += 1
            self.counts[f"forged: {kind}"] += 1
            if status < 400:
                self.accepted.append((kind, status))
        return status or 502

    def _read(self, letter):
        sealed = msgspec.json.decode(letter.body, type=dict)["resource"]
        return json.loads(signing.decrypt(self._secret, msgspec.convert(sealed, signing.Resource)))

    def _what_is_wrong(self, letter):
        """Return what the provider spoiled about a letter, or ''."""
        if letter.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/"):
            return "the provider's signtest"
        if int(letter.headers["Wechatpay-Timestamp"]) < time.time() - 3600:
            return "a month old"
        said = self._read(letter)
        if (said.get("appid", self._own[0]), said["mchid"]) != self._own:
            return "another merchant's"
        return ""

    def _forged(self, kind, letter):
        headers, body = dict(letter.headers), letter.body
        if kind == "body":
            place = self._luck.randrange(len(body))
            body = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        if kind == "swapped":
            headers |= {key: value for key, value in (self._seen or letter).headers.items() if "Signature" in key}
            body += b" "
        if kind == "unsigned":
            headers = {key: value for key, value in headers.items() if not key.startswith("Wechatpay-")}
        if kind == "empty":
            headers["Wechatpay-Signature"] = ""
        if kind == "signtest":
            filler = base64.b64encode(secrets.token_bytes(243)).decode()
            headers["Wechatpay-Signature"] = f"WECHATPAY/SIGNTEST/{filler}"
        if kind == "serial":
            headers["Wechatpay-Serial"] = secrets.token_hex(20).upper()
        if kind == "nonce":
            headers["Wechatpay-Nonce"] = secrets.token_hex(16)
        if kind == "stale":
            headers["Wechatpay-Timestamp"] = str(int(time.time()) - _STALE)
        if kind == "own key":
            signer = sealing.Signer(headers["Wechatpay-Serial"], self._forger)
            headers |= sealing.headers(signer, body, time.time())
        return Letter(body, headers)
