"""YAML as people and programs write it, from plain to strange: every text is good, and edits have to leave it so."""

STYLES = {
    "alldouble": ('"a": "x"\n"b": "y"\n"c":\n  - "1"\n  - "2"\n"d": {"e": "f"}\n'),
    "anchors": (
        "base: &b {de: x, en: y}\n"
        "one: *b\n"
        "two: *b\n"
        "list: &l\n"
        "  - a\n"
        "  - b\n"
        "use:\n"
        "  l: *l\n"
        "  again: [*l, &s str, *s]\n"
        "text: &t |\n"
        "  long\n"
        "  text\n"
        "t2: *t\n"
        "m: &m\n"
        "  k: v\n"
        "  n: &n deep\n"
        "m2: *m\n"
        "n2: *n\n"
        "items:\n"
        "  - &i1 {a: 1}\n"
        "  - *i1\n"
        "  - &i2\n"
        "    b: 2\n"
        "  - *i2\n"
        "  - *i1\n"
    ),
    "blockcomment": (
        "a: |  # note\n"
        "  # not a comment\n"
        "  text\n"
        " # real\n"
        "b: >-   # fold\n"
        "  one\n"
        "  two\n"
        "\n"
        "  three\n"
        "c:\n"
        "  - |\n"
        "    x\n"
        "  - >\n"
        "    y\n"
        "    z\n"
    ),
    "bom_inner": ("a: x\nb: y\n"),
    "brace": ("{}\n"),
    "bracketbottom": ("a: {\n  x: 1\n}\nb: [\n]\nc: {  # note\n  # inner\n  y: 2\n}\n"),
    "comments": (
        "# file header\n"
        "# more\n"
        "\n"
        "# about format\n"
        "format: 1\n"
        "\n"
        "# free standing\n"
        "\n"
        "name: x # trailing\n"
        "  # odd deeper comment\n"
        "seller:  # who\n"
        "  # own of type\n"
        "  type: a\n"
        "\n"
        "  # free in map\n"
        "\n"
        "  name: b\n"
        "  # tail in map\n"
        "# own of theme\n"
        "theme:\n"
        "  name: h\n"
        "    # deeper tail\n"
        "\n"
        "\n"
        "last: 1\n"
        "# end comment\n"
    ),
    "compact": ("x:\n- - a\n  - b\n-   - c\n    - d\n- k: v\n  l: w\n-\n  m: n\n"),
    "cr": ("title: Tea\rlist:\r- a\r- b\r# c\r- c\rseo: {title: x}\r"),
    "crlf": (
        "# head\r\n"
        "title: Tea\r\n"
        "price: 19.90   # net\r\n"
        "tags: [a, b]\r\n"
        "list:\r\n"
        "  - x\r\n"
        "  # own\r\n"
        "  - y\r\n"
        "map:\r\n"
        "  de: |\r\n"
        "    eins\r\n"
        "    zwei\r\n"
        "  en: >-\r\n"
        "    one\r\n"
        "    two\r\n"
    ),
    "docstart": ("%YAML 1.1\n---\n# c\na: 1\nb: [x]\n...\n"),
    "docstart2": ("--- # start\na: 1\nb:\n  - x\n"),
    "emoji": ("😀: 茶 🍵 # 🎉\n茶: {😀: a, b: 🍵}\nlist: [🍵, 茶]\nx:\n  - 🍵 x: y\n    z: 🍵\n"),
    "empty": (""),
    "explicit": ("? a\n: 1\n? b\n: - x\n  - y\nc: 3\n"),
    "flowmulti": (
        "a: [\n"
        "  one,   # first\n"
        "  two,\n"
        "  # about three\n"
        "  three  # third\n"
        "]\n"
        "b: {\n"
        "  x: 1,\n"
        "  y: {z: [1, 2, {q: r}]},\n"
        "  }\n"
        "c: [a, b,]\n"
        "d: { a: 1, b: 2 }\n"
        'e: {a, b: , \'c\': "d", "e":f}\n'
        "f: [a: b, c]\n"
        "g: []\n"
        "h: {}\n"
        "i: [ ]\n"
        "j:\n"
        "  [x, y]\n"
        "k: [[1, 2], [3]]\n"
        "l: [\n"
        "  only\n"
        "]\n"
    ),
    "flowroot": ("{a: 1, b: [x, y]}\n"),
    "flowroot2": ('{\n  "a": 1,\n  "b": {"c": [true, null]}\n}\n'),
    "header": ("# only\nfirst: 1\nsecond: 2\n"),
    "indent4": (
        "a:\n"
        "    b:\n"
        "        c: 1\n"
        "        d:\n"
        "            - x\n"
        "            -   k: v\n"
        "                l: w\n"
        "            # deep comment\n"
        "            - y\n"
        "    e: 2\n"
    ),
    "indentless": (
        "menu:\n"
        "- label: A\n"
        "  link: /a\n"
        "# second\n"
        "- label: B\n"
        "  link: /b   # b\n"
        "\n"
        "# free\n"
        "\n"
        "- label: C\n"
        "  items:\n"
        "  - x\n"
        "  -\n"
        "  - ~\n"
        "  - z\n"
        "next: 1\n"
    ),
    "keep": ("a: |+\n  x\n\n\nb: |2-\n    y\n  z\nc: >+\n  f\n  g\n\nd: >2\n   lead\n  fold\n  more\n"),
    "long": (
        "desc: >\n"
        "  This is a long folded text that goes on over several lines so that a change in the\n"
        "  middle leaves the other lines as they were, which is the point of this one here.\n"
        "\n"
        "  A second paragraph, also of some length, with words and words and words and words\n"
        "  and an end.\n"
        "plain: This is a long plain text\n"
        "  that goes on\n"
        "  and on\n"
        "k: v\n"
    ),
    "noeol": ("a: 1\nb:\n  - x\n  - y"),
    "noeolblock": ("a: 1\nb:\n  c: |\n    x\n    y"),
    "nulls": ("a:\nb: ~\nc: null   # nothing\nd:   # empty with comment\ne:\n  f:\n  g:\nlist:\n  -\n  - # c\n  - x\n"),
    "onlycomment": ("# nothing yet\n"),
    "quotes": (
        "a: 'it''s'\n"
        'b: "say \\"hi\\" \\u8336"\n'
        'c: "two\n'
        '  lines"\n'
        "d: 'two\n"
        "\n"
        "  paras'\n"
        "e: plain\n"
        "  over lines\n"
        "\n"
        "  and more # end\n"
        "f:\n"
        "  next line\n"
        "g:\n"
        '  "next quoted"   # c\n'
        "'k': v\n"
        '"k 2": w\n'
    ),
    "spaces": ("a:    aligned    # c\nbbbbb: x   \nc:\n\n  d: 1\n\n\n  e: 2\n \nf  : g\n'q' : h\n"),
    "trailingtab": ("a: 1\t# c\nb:\tx\nc: [a,\tb]\t\n"),
}
