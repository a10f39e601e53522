"""Problems of products.csv as a table."""

from generator.messages.message import Message

_FILE = "products.csv"
_GOOD = "handle,title,price\nbiluochun,Biluochun,188\n"

MESSAGES = {
    "table-without-handle": Message(
        en="the table has no column handle", zh="表格缺少 handle 这一列",
        en_hint="name the columns in the first row; handle is the product's address: longjing",
        zh_hint="第一行写列名；handle 是商品的地址，如 longjing",
        file=_FILE, bad="title,price\nBiluochun,188\n", good=_GOOD, whole=True,
    ),
    "table-unknown-column": Message(
        en="unknown column “{name}”", zh="没有“{name}”这一列",
        en_hint="columns are keys of a product: title, title.en, price, sku, stock, options.Size, tags",
        zh_hint="列名就是商品的键：title、title.en、price、sku、stock、options.规格、tags",
        file=_FILE, bad="handle,title,prise\nbiluochun,Biluochun,188\n", good=_GOOD, whole=True,
    ),
    "table-column-twice": Message(
        en="the column “{name}” stands twice", zh="“{name}”这一列出现了两次",
        en_hint="delete one of them", zh_hint="删掉其中一列",
        file=_FILE, bad="handle,title,price,price\nbiluochun,Biluochun,188,198\n", good=_GOOD, whole=True,
    ),
    "table-row-without-handle": Message(
        en="this row has no handle", zh="这一行没有 handle",
        en_hint="write the handle of its product, in every row of its variants",
        zh_hint="每一行都要写所属商品的 handle",
        file=_FILE, bad="handle,title,price\n,Biluochun,188\n", good=_GOOD, whole=True,
    ),
    "table-too-many-cells": Message(
        en="this row has more cells than the {count} columns of the first row",
        zh="这一行的格子比第一行的 {count} 列多",
        en_hint="put text with a comma in double quotes", zh_hint="带逗号的文字要放进双引号",
        file=_FILE, bad="handle,title,price\nbiluochun,Biluochun, spring,188\n",
        good='handle,title,price\nbiluochun,"Biluochun, spring",188\n', whole=True,
    ),
    "table-cells-disagree": Message(
        en="{handle} has another {name} in its first row", zh="{handle} 第一行里的 {name} 和这里不同",
        en_hint="leave this cell empty; one product has one {name}", zh_hint="把这一格留空；一个商品只有一个 {name}",
        file=_FILE,
        bad="handle,title,options.Size,price\nbiluochun,Biluochun,50g,68\nbiluochun,Spring snail,100g,128\n",
        good="handle,title,options.Size,price\nbiluochun,Biluochun,50g,68\nbiluochun,,100g,128\n", whole=True,
    ),
    "table-open-quote": Message(
        en="the double quote that starts this cell is never closed", zh="这一格开头的双引号没有关上",
        en_hint='close it; a quote inside is written twice: ""', zh_hint='补上结尾的引号；格子里的引号写两个：""',
        file=_FILE, bad='handle,title,price\nbiluochun,"Biluochun,188\n', good=_GOOD, whole=True,
    ),
    "table-text-after-quote": Message(
        en="text goes on after the closing quote of this cell", zh="这一格的引号关上之后还有文字",
        en_hint='a quote inside is written twice: "a ""good"" tea"', zh_hint='格子里的引号写两个："一款""好""茶"',
        file=_FILE, bad='handle,title,price\nbiluochun,"Bi"luochun,188\n', good=_GOOD, whole=True,
    ),
}  # fmt: skip
