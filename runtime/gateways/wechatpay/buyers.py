"""Who the buyer is to WeChat: the silent sign-in of its own browser (snsapi_base) gives the openid that JSAPI needs."""

from http import HTTPStatus
from urllib.parse import urlencode

from runtime.gateways.wechatpay import reading
from runtime.gateways.wire import Request, Wire


class Buyers:
    """Asks WeChat for openids of one app; ``address`` is where its sign-in page is, ``send`` reaches its interface."""

    def __init__(self, appid: str, secret: str, address: str, send: Wire) -> None:
        self._appid = appid
        self._secret = secret
        self._address = address
        self._send = send

    def page(self, back: str, state: str) -> str:
        """Return the sign-in page; its parameters stand in the order that WeChat wants."""
        asked = {
            "appid": self._appid,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{self._address}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"

    def find(self, code: str) -> str | None:
        """Return the openid for a code, or None."""
        if not code:
            return None
        asked = {"appid": self._appid, "secret": self._secret, "code": code, "grant_type": "authorization_code"}
        headers = {"Accept": "application/json", "User-Agent": "shopwright"}
        answer = self._send(Request("GET", f"/sns/oauth2/access_token?{urlencode(asked)}", b"", headers))
        if answer is None or answer.status != HTTPStatus.OK:
            return None
        return reading.field(answer, "openid") or None
