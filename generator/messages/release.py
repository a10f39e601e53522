"""Problems that are found while a checked shop becomes pages: the theme's templates, and what a finished page says."""

from generator.messages.message import Message

_GOOD = "{% extends 'layout.html' %}\n{% block content %}<p>{{ t('page.empty') }}</p>{% endblock %}\n"
_PAGE = "theme/pages/page.html"


def _theme(en: str, zh: str, en_hint: str, zh_hint: str, bad: str) -> Message:
    return Message(
        en=en, zh=zh, en_hint=en_hint, zh_hint=zh_hint, file=_PAGE, bad=bad, good=_GOOD, whole=True, stage="build"
    )


MESSAGES = {
    "theme-syntax": _theme(
        "the template has a mistake: {reason}", "模板写错了：{reason}",
        "look at this line and the one before it", "检查这一行和上一行",
        "{% if page.title %}\n",
    ),
    "theme-undefined": _theme(
        "the template uses what does not exist: {reason}", "模板用了不存在的变量：{reason}",
        "look for a misspelt name", "检查名字是否拼错",
        "{{ page.titel }}\n",
    ),
    "theme-template-missing": _theme(
        "there is no template {name}", "没有模板 {name}",
        "look for a misspelt file name", "检查文件名是否拼错",
        "{% include 'parts/heder.html' %}\n",
    ),
    "theme-word-missing": _theme(
        "the theme has no words for {name}", "主题没有 {name} 这个词条",
        "add it to locales/ of the theme, at least in English", "在主题的 locales/ 里加上它，至少要有英文",
        "{{ t('page.emtpy') }}\n",
    ),
    "theme-asset-missing": _theme(
        "the theme has no asset {name}", "主题没有素材 {name}",
        "put the file into assets/ of the theme", "把文件放进主题的 assets/",
        "{{ asset('sheet.css') }}\n",
    ),
    "theme-forbidden": _theme(
        "a merchant's template may not do this: {reason}", "店铺自己的模板不能这样做：{reason}",
        "templates print values; they do not reach into the program", "模板只负责显示数据，不能触及程序内部",
        "{{ page.__class__.__mro__ }}\n",
    ),
    "theme-recursion": _theme(
        "the template calls itself without end", "模板无限地调用自己",
        "look at what includes what", "检查谁包含了谁",
        "{% include 'pages/page.html' %}\n",
    ),
    "theme-too-big": _theme(
        "the template needs more memory than a page may", "模板用的内存超过了一个页面的上限",
        "look for a text that is repeated very often", "检查是否把文字重复了太多次",
        "{{ 'a' * 10000000000 }}\n",
    ),
    "theme-too-slow": _theme(
        "{url} takes more than {seconds} seconds", "{url} 用了超过 {seconds} 秒",
        "look for a loop that does not end", "检查是否有停不下来的循环",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}\n",
    ),
    "theme-render": _theme(
        "the template fails: {reason}", "模板出错了：{reason}",
        "look at what this line prints", "检查这一行要显示的内容",
        "{{ 1 / 0 }}\n",
    ),
    "page-link-broken": _theme(
        "the page {url} links to {link}, which leads nowhere", "页面 {url} 上的链接 {link} 没有对应的页面",
        "write the link with address(…), or make the page", "用 address(…) 写链接，或把页面做出来",
        '<a href="/pages/abuot/">About</a>\n',
    ),
    "page-picture-without-alt": _theme(
        "the page {url} has a picture without words: {tag}", "页面 {url} 上有图片没写 alt：{tag}",
        'write alt="…", or alt="" for a mere decoration', '写上 alt="…"；纯装饰的图片写 alt=""',
        '<img src="/media/a.jpg">\n',
    ),
    "page-data-broken": _theme(
        "the structured data of {url} is broken: {reason}", "页面 {url} 的结构化数据有错：{reason}",
        "print page.data as it is, by |safe", "原样输出 page.data，用 |safe",
        '<script type="application/ld+json">{</script>\n',
    ),
    "page-title-twice": Message(
        en="{url} has the same title as {other}: {title}", zh="{url} 和 {other} 的标题相同：{title}",
        en_hint="search engines cannot tell them apart: change one title, or give one a seo: title:",
        zh_hint="搜索引擎分不清它们：改其中一个标题，或给其中一个写 seo: title:",
        file="products/longjing.yaml", bad={
            "products/longjing.yaml": "title: Longjing\nprice: 168\n",
            "products/longjing-2.yaml": "title: Longjing\nprice: 198\n",
        },
        good={"products/longjing.yaml": "title: Longjing\nprice: 168\n"}, whole=True, stage="build",
    ),
}  # fmt: skip
