"""Problems of a file as a whole: its bytes, its size, its front matter."""

from generator.messages.message import Message
from generator.problems import Severity

_FILE = "products/longjing.yaml"

MESSAGES = {
    "file-unreadable": Message(
        en="this file cannot be read: {reason}", zh="读不了这个文件：{reason}",
        en_hint="look at its permissions, and whether it is a file", zh_hint="检查文件权限，以及它是不是一个文件",
        file=_FILE, bad="# chmod 000 products/longjing.yaml\n", good="# chmod 644 products/longjing.yaml\n",
    ),
    "file-too-large": Message(
        en="this file is larger than {limit} MB", zh="这个文件超过 {limit} MB",
        en_hint="large catalogues go into one file a product, or into products.csv; pictures go into media/",
        zh_hint="商品多请一个商品一个文件，或用 products.csv；图片放进 media/",
        file=_FILE, bad={_FILE: "title: Longjing\nprice: 168\ndescription: a text of more than 4 MB …\n"},
        good="title: Longjing\nprice: 168\n",
    ),
    "not-utf8": Message(
        en="this file is not UTF-8; it looks like {encoding}", zh="这个文件不是 UTF-8，看起来是 {encoding}",
        en_hint="save it as UTF-8 in your editor, or run: iconv -f {encoding} -t UTF-8 OLD > NEW",
        zh_hint="在编辑器里另存为 UTF-8，或运行：iconv -f {encoding} -t UTF-8 旧文件 > 新文件",
        file=_FILE, bad="# saved as GB18030\ntitle: 龙井\n", good="# saved as UTF-8\ntitle: 龙井\n",
    ),
    "not-text": Message(
        en="this file is not UTF-8 text", zh="这个文件不是 UTF-8 文字",
        en_hint="save it as UTF-8 in your editor; a picture goes into media/",
        zh_hint="在编辑器里另存为 UTF-8；图片请放进 media/",
        file=_FILE, bad="# a picture or a spreadsheet, renamed\n", good="title: Longjing\n",
    ),
    "control-character": Message(
        en="the control character {character} cannot stand in text", zh="文字里不能有控制字符 {character}",
        en_hint="delete it; it is invisible in most editors", zh_hint="删掉它；它在多数编辑器里看不见",
        file=_FILE, bad='title: "Long\\0jing"\n', good="title: Longjing\n",
    ),
    "hidden-character": Message(
        severity=Severity.WARNING,
        en="the invisible character {character} stands in this text and is left out",
        zh="这段文字里有看不见的字符 {character}，已忽略",
        en_hint="delete it and type the text again; such characters come with copied text and can turn its direction",
        zh_hint="删掉它并重新输入；复制来的文字常带这种字符，它会改变文字方向",
        file=_FILE, bad='title: "Long\\u202Ejing"\n', good="title: Longjing\n",
    ),
    "secret-in-file": Message(
        en="this looks like a secret, and files of a shop are no place for it", zh="这看起来是密钥，不能写在商店文件里",
        en_hint="put it into var/secrets.env as NAME=value, write the NAME here, and have the old secret replaced",
        zh_hint="放进 var/secrets.env，写成 NAME=值，这里只写 NAME；已经泄露的密钥请作废重发",
        bad="x-note: sk_live_0123456789abcdef\n", good="x-note: STRIPE_KEY\n",
    ),
    "page-open-front-matter": Message(
        en="the --- of the first line is never closed by a second ---", zh="第一行的 --- 后面没有第二个 --- 来结束",
        en_hint="write --- on a line of its own between the keys and the text", zh_hint="在键和正文之间单独写一行 ---",
        file="pages/about.md", bad="---\ntitle: About us\n\nWe grow tea.\n",
        good="---\ntitle: About us\n---\n\nWe grow tea.\n", whole=True,
    ),
    "page-body-key": Message(
        en="a page's text stands below the second ---, not in the key body",
        zh="页面正文写在第二个 --- 下面，不写在 body 键里",
        en_hint="delete the key and write the text below", zh_hint="删掉这个键，把文字写在下面",
        file="pages/about.md", bad="---\ntitle: About us\nbody: We grow tea.\n---\n",
        good="---\ntitle: About us\n---\n\nWe grow tea.\n", whole=True,
    ),
}  # fmt: skip
