"""Problems of hooks: who else is told what happens."""

from generator.messages.message import Message


def _hook(text: str) -> str:
    return f"messages:\n  hooks:\n    - {{id: erp, {text}}}\n"


_GOOD = _hook("kind: webhook, url: 'https://erp.example.com/shop', secret: ERP_HOOK_SECRET")

MESSAGES = {
    "hook-incomplete": Message(
        en="a hook of kind {kind} needs {keys}",
        zh="{kind} 类型的通知需要写 {keys}",
        en_hint="secret and address hold the NAME of an environment variable; its value stays out of this file",
        zh_hint="secret 和 address 写环境变量的名字，真正的密钥和地址不写在文件里",
        bad=_hook("kind: webhook, url: 'https://erp.example.com/shop'"),
        good=_GOOD,
    ),
    "hook-not-safe": Message(
        en="{url} would send orders in the clear",
        zh="{url} 会把订单明文发出去",
        en_hint="use https; http is for this machine only",
        zh_hint="请用 https；http 只能用于本机",
        bad=_hook("kind: webhook, url: 'http://erp.example.com/shop', secret: ERP_HOOK_SECRET"),
        good=_GOOD,
    ),
}
