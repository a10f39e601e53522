"""Words that the wizard writes into files: what shoppers read, by the shop's language, and the merchant's comments."""

EXEMPTIONS = {
    "farm": "个人销售自产农副产品，依法不需要办理市场主体登记",
    "craft": "个人销售家庭手工业产品，依法不需要办理市场主体登记",
    "service": "个人利用自己的技能从事依法无须取得许可的便民劳务活动，依法不需要办理市场主体登记",
    "small": "个人从事零星小额交易活动，依法不需要办理市场主体登记",
}
"""The merchant's own statement: article 10 of the E-Commerce Law and article 8 of the rules for online trading."""

SHOPPERS = {
    "zh": {
        "all": "全部商品",
        "about": "关于我们",
        "returns": "退换货",
        "courier": "快递",
        "free": "快递包邮",
        "pickup": "自提",
        "transfer": "转账",
        "cash": "货到付款",
        "look": "看看商品",
        "first": "我的第一件商品",
        "transfer_how": "转账时请备注订单号，我们确认到账后发货。",
        "about_text": "这里写你是谁、在哪里，为什么做这些东西。\n\n联系我们：{contact}",
        "returns_text": (
            "签收后 {days} 天内可以退货，请保持商品完好。\n\n请先联系我们：{contact}，我们会告诉您寄到哪里、怎么退款。"
        ),
    },
    "zh-Hant": {
        "all": "全部商品",
        "about": "關於我們",
        "returns": "退換貨",
        "courier": "宅配",
        "free": "免運宅配",
        "pickup": "自取",
        "transfer": "轉帳",
        "cash": "貨到付款",
        "look": "看看商品",
        "first": "我的第一件商品",
        "transfer_how": "轉帳時請備註訂單編號，我們確認到帳後出貨。",
        "about_text": "這裡寫你是誰、在哪裡，為什麼做這些東西。\n\n聯絡我們：{contact}",
        "returns_text": (
            "簽收後 {days} 天內可以退貨，請保持商品完好。\n\n請先聯絡我們：{contact}，我們會告訴您寄到哪裡、如何退款。"
        ),
    },
    "en": {
        "all": "All products",
        "about": "About us",
        "returns": "Returns",
        "courier": "Post",
        "free": "Post, free of charge",
        "pickup": "Pick up",
        "transfer": "Bank transfer",
        "cash": "Pay on delivery",
        "look": "See the products",
        "first": "My first product",
        "transfer_how": "Please name your order number in the transfer. We ship when the money has arrived.",
        "about_text": "Who you are, where you work, and why you make what you make.\n\nWrite or call: {contact}",
        "returns_text": (
            "You may send goods back within {days} days of receiving them, in the state in which they came.\n\n"
            "Tell us first: {contact}. We answer with where to send them and how you get your money back."
        ),
    },
    "de": {
        "all": "Alle Produkte",
        "about": "Über uns",
        "returns": "Widerruf und Rückgabe",
        "courier": "Paket",
        "free": "Paket, kostenlos",
        "pickup": "Abholung",
        "transfer": "Überweisung",
        "cash": "Nachnahme",
        "look": "Zu den Produkten",
        "first": "Mein erstes Produkt",
        "transfer_how": "Bitte geben Sie die Bestellnummer an. Wir versenden, sobald das Geld da ist.",
        "about_text": "Wer Sie sind, wo Sie arbeiten und warum Sie das machen.\n\nSo erreichen Sie uns: {contact}",
        "returns_text": (
            "Sie können Ihren Vertrag binnen {days} Tagen nach Erhalt der Ware ohne Angabe von Gründen widerrufen.\n\n"
            "Eine kurze Nachricht genügt: {contact}. Danach haben Sie {days} Tage Zeit, die Ware zurückzusenden; "
            "wir erstatten den Kaufpreis samt den Kosten der Hinsendung."
        ),
    },
}
"""What shoppers read; languages without words of their own get English, to be changed in the console."""

COMMENTS = {
    "zh": {
        "top": "店铺的设定都在这个文件里；改完运行 shopwright check，写错的地方会标出行号。",
        "tagline": "一句话介绍你做的东西",
        "country": "决定语言、货币、时区和适用的法律",
        "url": "店铺以后的网址",
        "draft": "资料还没有填全：补好后删掉这一行，在此之前只能用演练银行",
        "colors": "还有 {others}",
        "by": "按件数计费；也可以按 weight 或 amount",
        "rehearsal": "演练用的假银行：上线前把整个流程走一遍，正式收款前删掉",
        "stock": "开张时的库存；以后在后台增减",
        "subtitle": "它特别在哪里",
        "weight": "按重量计费时要写",
        "description": "几句话回答买家会问的：什么材料、多大、怎么保存。",
        "status": "写成 active 才会上架",
        "price": "写好价格",
        "images": "图片放进 media/",
        "room": "自己开播：不需要别的平台，手机或 OBS 都行",
        "chat": "也可以是 everyone 或 off",
        "example": "{to} {quantity} 件应收 {fee}，check 会验算",
        "licence": "在 media/ 里",
        "place": "请写清楚在哪里取货",
    },
    "en": {
        "top": (
            "The whole shop is described here; after a change run shopwright check, it names every slip with its line."
        ),
        "tagline": "A line about what you make",
        "country": "gives language, money, time zone and the law that holds",
        "url": "the address the shop will have",
        "draft": (
            "details are still to come: complete them and remove this line; until then only the rehearsal bank is paid"
        ),
        "colors": "or {others}",
        "by": "by pieces; weight and amount work, too",
        "rehearsal": "a pretend bank: try everything, and remove it before real money comes",
        "stock": "what is there at the opening; later it is changed in the console",
        "subtitle": "What is special about it",
        "weight": "needed where delivery goes by weight",
        "description": (
            "A few sentences that answer what a buyer asks: what it is made of, how large it is, how to care for it."
        ),
        "status": "active puts it on sale",
        "price": "what it costs",
        "images": "pictures lie in media/",
        "room": "your own stream: from a phone or OBS, no other platform needed",
        "chat": "or everyone, or off",
        "example": "check computes this",
        "licence": "below media/",
        "place": "where goods are picked up",
    },
}
"""What stands beside keys, for whoever opens the files; in the language the merchant read in the wizard."""
