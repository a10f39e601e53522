"""What the console says about the shop's data, in English."""

WORDS = {
    "data.pages": "Pages of data",
    "data.tab.overview": "Overview",
    "data.tab.products": "Products",
    "data.tab.channels": "Channels",
    "data.tab.rooms": "Live rooms",
    "data.tab.searches": "Not found",
    "data.days": "Days",
    "data.span.today": "Today",
    "data.span.7": "7 days",
    "data.span.30": "30 days",
    "data.span.90": "90 days",
    "data.span.own": "Choose days",
    "data.from": "From",
    "data.to": "To",
    "data.show": "Show",
    "data.all": "See all",
    "data.export": "Export CSV",
    "data.hours": "{hours} h {minutes} min",
    "data.minutes": "{minutes} min",
    "data.same": "Same",
    "data.before": "before: {value}",
    "data.compared.days": "Compared with {days}",
    "data.compared.today": "So far today, compared with the whole of {days}",
    "data.off": "Visits are not counted: below are only the figures of orders and sales.",
    "data.off.settings": "Switch it on in the settings",
    "data.begun": (
        "Visits have been counted since {day}, and nothing is known of days before. "
        "The funnel and rates are of days that were counted."
    ),
    "data.none": "No figures yet",
    "data.none_text": (
        "Once somebody visits or orders, visitors, the funnel, channels and best sellers stand here. "
        "Share your shop to begin."
    ),
    "data.how": (
        "Visits are counted without cookies and no address is kept: a random key tells visitors of one day apart, and "
        "is destroyed when the day is over. Only sums stay. Robots and browsers that ask not to be counted are left "
        "out; your own visits are counted."
    ),
    "data.tile.sales": "Sales",
    "data.tile.sold": "Paid orders",
    "data.tile.average": "Average order",
    "data.tile.visitors": "Visitors",
    "data.tile.conversion": "Conversion",
    "data.tile.views": "Page views",
    "data.tile.refunds": "Refunds",
    "data.sales": "Sales",
    "data.sales.label": "Sales by day, {days}: {total} in all",
    "data.sales.none": "Nothing was sold on these days.",
    "data.visitors": "Visitors",
    "data.visitors.label": "Visitors by day, {days}: {total} in all",
    "data.visitors.hours": "Visitors of the day by the hour they came: {total} in all",
    "data.visitors.none": "No visitors were counted on these days.",
    "data.hour": "Hour",
    "data.funnel": "Funnel",
    "data.funnel_text": (
        "At the end of each line: the share of all visitors, and of the step before. "
        "Who was not counted may order as well, so a step can be larger than the one before."
    ),
    "data.of_before": "{share} of step",
    "data.step.visitors": "Visitors",
    "data.step.lookers": "Saw a product",
    "data.step.carts": "Filled a cart",
    "data.step.checkouts": "Began checkout",
    "data.step.orders": "Ordered",
    "data.step.paid": "Paid",
    "data.people.one": "{number} visitor",
    "data.people.other": "{number} visitors",
    "data.paid.one": "{number} order",
    "data.paid.other": "{number} orders",
    "data.best": "Best sellers",
    "data.product": "Product",
    "data.gone": "no longer sold",
    "data.left": "{count} more in the file.",
    "data.sort": "Sort",
    "data.sort.amount": "By sales",
    "data.sort.pieces": "By pieces",
    "data.sort.visitors": "By visitors",
    "data.sort.conversion": "By conversion",
    "data.sort.refunded": "By refunds",
    "data.products.none": "No product was seen or sold on these days",
    "data.products.none_text": "Products stand here by their sales as soon as they are seen or sold.",
    "data.products.how": (
        "Pieces and sales are of orders placed on these days that were paid (or are paid at the door) and not "
        "cancelled; refunds are what went back for goods of these orders since. Conversion: orders with the product, "
        "of visitors who saw it."
    ),
    "data.channels.none": "No channel was counted on these days",
    "data.channels.none_text": "Where visitors come from and how many orders they bring stands here by channel.",
    "data.channels.own": "Name a channel of your own",
    "data.channels.own_text": (
        "Add ?ref=name to an address (small letters, digits, - and _), print it on a flyer or put it into a post, "
        "and it gets a line of its own here:"
    ),
    "data.channels.share": "Make share links and posters",
    "data.channels.how": (
        "A visitor counts for the channel of their first visit of a day; an order for the channel by which its buyer "
        "had come when they filled the cart. Net is what was paid less refunds and disputes. "
        "“Unknown” are orders whose channel was not counted."
    ),
    "data.rooms.none": "Nothing went live on these days",
    "data.rooms.none_text": "Once you go live, what each room showed and sold stands here.",
    "data.rooms.page.one": "{number} visitor of its page",
    "data.rooms.page.other": "{number} visitors of its page",
    "data.rooms.how": (
        "An order belongs to the room in which its buyer last put something into the cart, for 24 hours, also from a "
        "replay. Net is what was paid less refunds and disputes."
    ),
    "data.searches.none": "No search was in vain",
    "data.searches.none_text": (
        "What shoppers searched for and did not find stands here: something to sell, or another name of what you have."
    ),
    "data.searches.how": (
        "Nothing was found for these words. Sell it, or write the word into a title or a tag. What looks like an "
        "e-mail address or a number is not kept; the rest goes after 90 days."
    ),
    "data.channel.direct": "Direct or not told",
    "data.channel.none": "Unknown",
    "data.channel.search": "Search engines",
    "data.channel.site": "Other sites",
    "data.channel.share": "Other share links",
    "data.channel.print": "Posters and print",
    "data.channel.person": "Passed on by people",
    "data.channel.mail": "E-mail",
    "data.channel.wechat": "WeChat",
    "data.channel.weibo": "Weibo",
    "data.channel.xiaohongshu": "Xiaohongshu",
    "data.channel.douyin": "Douyin",
    "data.channel.kuaishou": "Kuaishou",
    "data.channel.bilibili": "Bilibili",
    "data.channel.zhihu": "Zhihu",
    "data.channel.qq": "QQ",
    "data.channel.line": "LINE",
    "data.channel.whatsapp": "WhatsApp",
    "data.channel.facebook": "Facebook",
    "data.channel.instagram": "Instagram",
    "data.channel.tiktok": "TikTok",
    "data.channel.youtube": "YouTube",
    "data.channel.x": "X",
    "data.channel.telegram": "Telegram",
    "data.channel.pinterest": "Pinterest",
    "data.channel.reddit": "Reddit",
    "data.channel.linkedin": "LinkedIn",
    "data.column.day": "Day",
    "data.column.visitors": "Visitors",
    "data.column.views": "Page views",
    "data.column.lookers": "Saw a product",
    "data.column.carts": "Filled a cart",
    "data.column.carts_room": "Into carts",
    "data.column.checkouts": "Began checkout",
    "data.column.orders": "Orders",
    "data.column.paid": "Paid orders",
    "data.column.sales": "Sales",
    "data.column.refunds": "Refunds",
    "data.column.currency": "Currency",
    "data.column.product": "Product",
    "data.column.handle": "Handle",
    "data.column.pieces": "Pieces",
    "data.column.amount": "Sales",
    "data.column.returned": "Pieces returned",
    "data.column.refunded": "Refunds",
    "data.column.conversion": "Conversion",
    "data.column.channel": "Channel",
    "data.column.kept": "Net",
    "data.column.room": "Live room",
    "data.column.broadcasts": "Broadcasts",
    "data.column.peak": "Most at once",
    "data.column.watched": "Watched",
    "data.column.watched_seconds": "Seconds watched",
    "data.column.page_visitors": "Visitors of its page",
    "data.column.words": "Searched for",
    "data.column.times": "Times",
    "data.column.last": "Last",
    "log.what.data.exported": "Data exported",
}
