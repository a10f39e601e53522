"""Problems of a YAML file before anybody asks what its keys mean."""

from generator.messages.message import Message

_FILE = "products/longjing.yaml"

MESSAGES = {
    "yaml-duplicate-key": Message(
        en="the key {key} is given twice", zh="键 {key} 写了两次",
        en_hint="keep one of the two lines", zh_hint="两行只留一行",
        file=_FILE, bad="price: 168\nprice: 198\n", good="price: 168\n",
    ),
    "yaml-tab": Message(
        en="a tab stands before the text of this line", zh="这一行的开头有制表符（Tab）",
        en_hint="replace the tab by spaces, two for each level: YAML knows no tabs",
        zh_hint="把 Tab 换成空格，每一层两个空格：YAML 不认 Tab",
        file=_FILE, bad="seo:\n\ttitle: Longjing\n", good="seo:\n  title: Longjing\n",
    ),
    "yaml-colon-in-text": Message(
        en="a colon with a space after it, in text without quotes", zh="没有引号的文字里出现了“冒号加空格”",
        en_hint="put the text in quotes: {suggestion}", zh_hint="给文字加引号：{suggestion}",
        file=_FILE, bad="title: Tea: green\n", good='title: "Tea: green"\n',
    ),
    "yaml-special-start": Message(
        en="text cannot start with {character} here: YAML reads it as a sign of its own",
        zh="这里的文字不能以 {character} 开头：YAML 会把它当作自己的符号",
        en_hint="put the text in quotes: {suggestion}", zh_hint="给文字加引号：{suggestion}",
        file=_FILE, bad="title: @longjing\n", good='title: "@longjing"\n',
    ),
    "yaml-unknown-alias": Message(
        en="{text} is read as a reference, and nothing has that name",
        zh="{text} 会被读成引用，但没有叫这个名字的内容",
        en_hint='if it is text, put it in quotes: "{text}"', zh_hint='如果是文字，请加引号："{text}"',
        file=_FILE, bad="title: *best\n", good='title: "*best"\n',
    ),
    "yaml-unused-anchor": Message(
        en="&{anchor} is read as the name of a reference that nobody uses, and it is missing in the text",
        zh="&{anchor} 会被读成没人用的引用名，不会出现在文字里",
        en_hint="if it is text, put the whole text in quotes", zh_hint="如果是文字，请给整段文字加引号",
        file=_FILE, bad="title: &Sons Longjing\n", good='title: "&Sons Longjing"\n',
    ),
    "yaml-endless-alias": Message(
        en="*{anchor} refers to something that contains it, without end",
        zh="*{anchor} 引用了包含它自己的内容，没有尽头",
        en_hint="write the value out", zh_hint="请把内容直接写出来",
        file=_FILE, bad="tags: &all [green, *all]\n", good="tags: [green, spring]\n",
    ),
    "yaml-alias-bomb": Message(
        en="references to references blow this file up to more than {limit} values",
        zh="层层引用会让这个文件膨胀到超过 {limit} 个值",
        en_hint="write the values out", zh_hint="请把内容直接写出来",
        file=_FILE,
        bad="x-a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
        "x-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
        "x-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
        "x-d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
        "x-e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n",
        good="x-a: &a [1, 2, 3]\nx-b: [*a, *a]\n",
    ),
    "yaml-merge-key": Message(
        en="<< (merge) is no key: YAML 1.2 has no merging", zh="<<（合并）不是一个键：YAML 1.2 没有合并",
        en_hint="write the keys out", zh_hint="请把这些键直接写出来",
        file=_FILE, bad="x-common: &common {status: draft}\n<<: *common\n", good="status: draft\n",
    ),
    "yaml-tag": Message(
        en="{tag} is read as a tag, and shops have none", zh="{tag} 会被读成标签，商店文件里没有标签",
        en_hint="if it is text, put the text in quotes; otherwise delete it",
        zh_hint="如果是文字，请加引号；否则删掉它",
        file=_FILE, bad="title: !sale Longjing\n", good='title: "!sale Longjing"\n',
    ),
    "yaml-key-not-text": Message(
        en="a list or a group cannot be a key", zh="列表或分组不能当键",
        en_hint="start the line with a word and a colon; text with brackets needs quotes",
        zh_hint="行首写键名和冒号；带括号的文字要加引号",
        file=_FILE, bad="? [title]\n: Longjing\n", good="title: Longjing\n",
    ),
    "yaml-empty-key": Message(
        en="the key before this colon is missing", zh="冒号前面缺少键名",
        en_hint="write the key before the colon", zh_hint="在冒号前写上键名",
        file=_FILE, bad='"": Longjing\n', good="title: Longjing\n",
    ),
    "yaml-too-deep": Message(
        en="more than {limit} levels inside one another", zh="嵌套超过 {limit} 层",
        en_hint="no file of a shop needs so many; look for brackets that are never closed",
        zh_hint="商店文件用不到这么多层；检查有没有没关上的括号",
        file=_FILE, bad="tags: " + "[" * 65 + "]" * 65 + "\n", good="tags: [green]\n",
    ),
    "yaml-open-quote": Message(
        en="the quote {quote} that starts here is never closed", zh="从这里开始的引号 {quote} 没有关上",
        en_hint="close it: {suggestion}", zh_hint="补上结尾的引号：{suggestion}",
        file=_FILE, bad='title: "Longjing\nprice: 168\n', good='title: "Longjing"\nprice: 168\n',
    ),
    "yaml-text-after-quote": Message(
        en="text goes on after the closing quote", zh="引号关上之后还有文字",
        en_hint="put all of it in quotes: {suggestion}", zh_hint="给整段文字加引号：{suggestion}",
        file=_FILE, bad='title: "Longjing" before the rain\n', good="title: '\"Longjing\" before the rain'\n",
    ),
    "yaml-backslash": Message(
        en="a backslash between double quotes starts a sign such as \\n, and this is none",
        zh="双引号里的反斜杠是转义符号（如 \\n），这里的不是",
        en_hint="use single quotes: {suggestion}", zh_hint="改用单引号：{suggestion}",
        file=_FILE, bad='title: "Longjing \\green"\n', good="title: 'Longjing \\green'\n",
    ),
    "yaml-open-bracket": Message(
        en="the bracket {bracket} that opens here is not closed by {closing}, or a comma is missing inside",
        zh="从这里打开的括号 {bracket} 没有用 {closing} 关上，或者里面少了逗号",
        en_hint="close it: {suggestion}", zh_hint="补上括号：{suggestion}",
        file=_FILE, bad="tags: [green, spring\nprice: 168\n", good="tags: [green, spring]\nprice: 168\n",
    ),
    "yaml-list-beside-key": Message(
        en="a list cannot start on the line of its key", zh="列表不能写在键的同一行",
        en_hint="start a new line, indented, for each -; text that starts with - needs quotes",
        zh_hint="每个 - 另起一行并缩进；以 - 开头的文字要加引号",
        file=_FILE, bad="tags: - green\n", good="tags:\n  - green\n",
    ),
    "yaml-no-colon": Message(
        en="this line has no key: a line is written as key: value", zh="这一行没有键：应写成 键: 值",
        en_hint="put the key and a colon before it, or indent it below the text that it continues",
        zh_hint="在前面写上键和冒号；如果它接着上面的文字，请缩进",
        file=_FILE, bad="title: Longjing\nprice 168\n", good="title: Longjing\nprice: 168\n",
    ),
    "yaml-full-width-colon": Message(
        en="this colon is full-width (：), and YAML knows only the narrow one (:)",
        zh="这是全角冒号（：），YAML 只认半角冒号（:）",
        en_hint="write {suggestion}", zh_hint="写成 {suggestion}",
        file=_FILE, bad="title: Longjing\nprice：168\n", good="title: Longjing\nprice: 168\n",
    ),
    "yaml-no-space": Message(
        en="the space after {separator} is missing", zh="{separator} 后面缺少空格",
        en_hint="write {suggestion}", zh_hint="写成 {suggestion}",
        file=_FILE, bad="title: Longjing\nprice:168\n", good="title: Longjing\nprice: 168\n",
    ),
    "yaml-indentation": Message(
        en="this line does not fit: it is indented by {spaces} and the line above by {above}",
        zh="这一行的缩进对不上：它缩进 {spaces}，上一行是 {above}",
        en_hint="keys of one group start in the same column; a group goes two spaces deeper than its key",
        zh_hint="同一组的键左边对齐；下一层比它的键多缩进两个空格",
        en_related="the line above", zh_related="上一行",
        file=_FILE, bad="title: Longjing\n  price: 168\n", good="title: Longjing\nprice: 168\n",
    ),
    "yaml-list-among-keys": Message(
        en="keys and lines that start with - cannot stand side by side", zh="键和以 - 开头的行不能并排",
        en_hint="indent the lines with - below the key that they belong to",
        zh_hint="把带 - 的行缩进到它所属的键下面",
        en_related="the line above", zh_related="上一行",
        file=_FILE, bad="tags: green\n- spring\n", good="tags:\n  - green\n  - spring\n",
    ),
    "yaml-syntax": Message(
        en="this is no YAML: {words}", zh="这里不符合 YAML 的写法：{words}",
        en_hint="put text with signs in quotes", zh_hint="带符号的文字请加引号",
        file=_FILE, bad="tags: [\n  - green\n]\n", good="tags:\n  - green\n",
    ),
    "yaml-top-level-list": Message(
        en="this file is a list, and keys are expected", zh="这个文件是一个列表，应该是一组键",
        en_hint="write lines such as title: Longjing; one product a file",
        zh_hint="请写成 title: 龙井 这样的行；一个文件一个商品",
        file=_FILE, bad="- title: Longjing\n  price: 168\n", good="title: Longjing\nprice: 168\n", whole=True,
    ),
    "yaml-empty": Message(
        en="this file is empty", zh="这个文件是空的",
        en_hint="fill it in, or delete it", zh_hint="填上内容，或删掉这个文件",
        file=_FILE, bad="# to be written\n", good="title: Longjing\nprice: 168\n", whole=True,
    ),
    "yaml-two-documents": Message(
        en="a second document starts at ---", zh="--- 之后开始了第二份内容",
        en_hint="delete the line ---, or put the second part into a file of its own",
        zh_hint="删掉 --- 这一行，或把后面的内容放进另一个文件",
        file=_FILE, bad="title: Longjing\nprice: 168\n---\ntitle: Biluochun\n", good="title: Longjing\nprice: 168\n",
        whole=True,
    ),
}  # fmt: skip
