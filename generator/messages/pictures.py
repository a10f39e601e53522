"""Problems of pictures, clips and colours."""

from generator.messages.message import Message

_FILE = "products/longjing.yaml"
_GOOD = "images: [{file: longjing.jpg, alt: A cup of Longjing}]\n"

SHOWN_ELSEWHERE = {"picture-too-large", "picture-too-small", "picture-unreadable", "picture-vector-unsafe"}
"""Pictures that cannot be written as text; tests of the rules and of the build show them."""


def _picture(en: str, zh: str, hints: tuple[str, str] = ("", ""), bad: str = "longjin.jpg") -> Message:
    bad_line = _GOOD.replace("longjing.jpg", bad)
    return Message(en=en, zh=zh, en_hint=hints[0], zh_hint=hints[1], file=_FILE, bad=bad_line, good=_GOOD)


MESSAGES = {
    "picture-missing": _picture("there is no file media/{picture}", "没有 media/{picture} 这个文件"),
    "picture-is-folder": _picture(
        "media/{picture} is a folder, not a picture", "media/{picture} 是文件夹，不是图片", bad="."
    ),
    "picture-empty": Message(
        en="media/{picture} is empty (0 bytes)",
        zh="media/{picture} 是空文件（0 字节）",
        en_hint="copy it again from your camera or computer",
        zh_hint="从相机或电脑重新复制一份",
        file=_FILE,
        bad={"media/empty.jpg": "", _FILE: _GOOD.replace("longjing", "empty")},
        good=_GOOD,
    ),
    "picture-format": Message(
        en="media/{picture} is not a picture that we know (it looks like {kind})",
        zh="media/{picture} 不是认识的图片（看起来是 {kind}）",
        en_hint="save it as JPEG, PNG, WebP, AVIF or GIF; renaming a file does not change what it is",
        zh_hint="另存为 JPEG、PNG、WebP、AVIF 或 GIF；改扩展名不会改变文件内容",
        file=_FILE,
        bad={"media/page.jpg": "<!doctype html>\n", _FILE: _GOOD.replace("longjing", "page")},
        good=_GOOD,
    ),
    "picture-too-large": Message(
        en="media/{picture} has more than {limit} million pixels",
        zh="media/{picture} 超过 {limit} 百万像素",
        en_hint="make it smaller: 4000 pixels on the longer side are plenty",
        zh_hint="请缩小：长边 4000 像素足够了",
        file=_FILE,
        bad=_GOOD,
        good=_GOOD,
    ),
    "picture-unreadable": Message(
        en="media/{picture} cannot be read: {reason}",
        zh="读不了 media/{picture}：{reason}",
        en_hint="look at its permissions, or save the picture again",
        zh_hint="检查文件权限，或重新保存图片",
        file=_FILE,
        bad=_GOOD,
        good=_GOOD,
    ),
    "picture-vector-unsafe": Message(
        en="the drawing media/{picture} holds something that can act or load: {part}",
        zh="矢量图 media/{picture} 里有会运行或加载外部内容的东西：{part}",
        en_hint="export it again as plain SVG, or as PNG",
        zh_hint="重新导出为纯 SVG，或 PNG",
        file=_FILE,
        bad=_GOOD,
        good=_GOOD,
    ),
    "picture-outside": _picture(
        "{picture} does not lie below media/",
        "{picture} 不在 media/ 里面",
        ("copy the file into media/ and write its path from there", "把文件复制到 media/，再写它在里面的路径"),
        "../secret.jpg",
    ),
    "picture-remote": _picture(
        "{picture} lies on another server; a shop shows only its own pictures",
        "{picture} 在别的服务器上；店铺只显示自己的图片",
        ("download it into media/ and write its path from there", "下载到 media/，再写它在里面的路径"),
        "https://example.com/tea.jpg",
    ),
    "picture-too-small": Message(
        en="media/{picture} is only {width} × {height} pixels; a product picture needs {least} or more on each side",
        zh="media/{picture} 只有 {width} × {height} 像素；商品图每边至少 {least}",
        en_hint="take the picture again, best 1200 × 1200 or more",
        zh_hint="重新拍一张，最好 1200 × 1200 以上",
        file=_FILE,
        bad=_GOOD,
        good=_GOOD,
    ),
    "clip-format": Message(
        en="media/{picture} is not a clip that browsers play",
        zh="media/{picture} 不是浏览器能播放的视频",
        en_hint="save it as MP4 (H.264) or WebM",
        zh_hint="另存为 MP4（H.264）或 WebM",
        file=_FILE,
        bad="video: longjing.jpg\n",
        good="images: [{file: longjing.jpg, alt: A cup of Longjing}]\n",
    ),
    "contrast-too-low": Message(
        en="{front} ({front_color}) on {back} ({back_color}) has a contrast of {ratio}; people need {least}",
        zh="{back}（{back_color}）上的 {front}（{front_color}）对比度只有 {ratio}，需要 {least} 才看得清",
        bad="theme: {colors: {text: '#aaaaaa'}}\n",
        good="theme: {colors: {text: '#333333'}}\n",
    ),
}
