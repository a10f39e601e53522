"""Words that all pages of the console share."""

EN = {
    "console.name": "Console",
    "console.skip": "Skip to the content",
    "console.languages": "Languages",
    "console.back": "Back",
    "console.refused.title": "That did not work",
    "console.missing.title": "Nothing is here",
    "console.missing": "This address leads nowhere, or what was here belongs to somebody else.",
    "console.forbidden": "This is not yours to do. Ask whoever invited you.",
    "console.stale": "This page is out of date. Load it again, then try once more.",
    "console.busy": "Too many attempts. Please wait a few minutes.",
    "console.mistake": "Something went wrong on our side and has been noted. Try again.",
    "console.odd": "That request could not be understood.",
}
ZH = {
    "console.name": "商家后台",
    "console.skip": "跳到正文",
    "console.languages": "语言",
    "console.back": "返回",
    "console.refused.title": "没有成功",
    "console.missing.title": "这里什么也没有",
    "console.missing": "这个地址不存在，或者不属于您。",
    "console.forbidden": "您没有这项权限，请联系邀请您的人。",
    "console.stale": "页面已过期，请刷新后再试。",
    "console.busy": "尝试次数过多，请过几分钟再来。",
    "console.mistake": "系统出错了，已经记录。请再试一次。",
    "console.odd": "看不懂这个请求。",
}
DE = {
    "console.name": "Verwaltung",
    "console.skip": "Zum Inhalt springen",
    "console.languages": "Sprachen",
    "console.back": "Zurück",
    "console.refused.title": "Das hat nicht geklappt",
    "console.missing.title": "Hier ist nichts",
    "console.missing": "Diese Adresse führt nirgendwohin, oder das hier gehört jemand anderem.",
    "console.forbidden": "Das dürfen Sie hier nicht. Fragen Sie, wer Sie eingeladen hat.",
    "console.stale": "Diese Seite ist veraltet. Laden Sie sie neu und versuchen Sie es noch einmal.",
    "console.busy": "Zu viele Versuche. Bitte warten Sie ein paar Minuten.",
    "console.mistake": "Bei uns ist etwas schiefgegangen, es wurde vermerkt. Versuchen Sie es noch einmal.",
    "console.odd": "Diese Anfrage war nicht zu verstehen.",
}
