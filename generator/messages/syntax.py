"""Problems of reading a file, before anybody asks what its keys mean."""

from generator.messages.message import Message
from generator.problems import Severity

MESSAGES = {
    "yaml-duplicate-key": Message(
        en="the key {key} is given twice",
        zh="键 {key} 写了两次",
        en_hint="keep one of the two lines",
        zh_hint="两行只留一行",
        file="products/longjing.yaml",
        bad="price: 168\nprice: 198\n",
        good="price: 168\n",
    ),
    "text-direction": Message(
        severity=Severity.WARNING,
        en="the invisible character {character} changes the direction of the text or hides in it",
        zh="这里有看不见的字符 {character}，它会改变文字方向或藏在文字里",
        en_hint="delete it and type the text again",
        zh_hint="删掉它，重新输入这段文字",
        file="products/longjing.yaml",
        bad='title: "Long\\u202Ejing"\n',
        good="title: Longjing\n",
    ),
}
