"""Every address of the console, what it takes, and what it answers: the ground of the matrix of routes and roles.

One line an address: method, rule as the application has it, the permission that it asks for, and the status for those
who have it. The rest follows: who is not signed in is sent to the entrance (303; 401 for what writes, and in the
studio), and a role without the permission gets 403. ``-`` asks for nothing: then two statuses may stand there, for
strangers and for people who are signed in.

A new address needs a line here, or the test says so. VALUES fills in the rules; what they name need not exist: 404 is
as good an answer as any. What writes is asked with an empty form and the right token.
"""

VALUES = {
    "name": "nothing", "path": "nothing.png", "digest": "0000000000000000", "handle": "evening", "stream": "1",
    "token": "0" * 40, "deed": "decline", "refund_number": "R-1", "parcel": 1, "number": "1000-0000-0001",
    "nonce": "short", "report": "days", "month": "2026-13", "form": "csv", "gateway": "nothing", "day": "nothing",
    "code": "nothing2", "design": "still", "shape": "square",
}  # fmt: skip
INT = 999_999
"""What an ``<int:…>`` is asked with."""
ROUTES = """
GET   /console/                                            console.enter   200
GET   /console/account                                     console.enter   200
GET   /console/account/app                                 console.enter   200
POST  /console/account/app                                 console.enter   303
POST  /console/account/app/remove                          console.enter   303
POST  /console/account/passkeys                            console.enter   400
POST  /console/account/passkeys/<int:number>/remove        console.enter   404
POST  /console/account/passkeys/ask                        console.enter   200
GET   /console/account/password                            console.enter   200
POST  /console/account/password                            console.enter   422
POST  /console/account/profile                             console.enter   422
POST  /console/account/recovery                            console.enter   303
POST  /console/account/sessions/<int:number>/end           console.enter   404
POST  /console/account/sessions/end                        console.enter   303
GET   /console/assets/<digest>/<path:name>                 -               404
GET   /console/cases/<number>                              orders.see      404
POST  /console/cases/<number>/<deed>                       orders.ship     404
GET   /console/cases/<number>/pictures/<name>              orders.see      404
POST  /console/checklist                                   settings.edit   303
GET   /console/checklist/echo/<nonce>                      -               404
GET   /console/data                                        data.see        200
GET   /console/data/<report>.csv                           data.see        200
GET   /console/data/channels                               data.see        200
GET   /console/data/products                               data.see        200
GET   /console/data/rooms                                  data.see        200
GET   /console/data/searches                               data.see        200
GET   /console/enter                                       -               200|303
POST  /console/enter                                       -               403
GET   /console/enter/again                                 console.enter   200
POST  /console/enter/again                                 console.enter   403
GET   /console/enter/code                                  -               303
POST  /console/enter/code                                  -               303
GET   /console/enter/forgotten                             -               200
POST  /console/enter/forgotten                             -               200
GET   /console/enter/link/<token>                          -               410
POST  /console/enter/link/<token>                          -               410
POST  /console/enter/passkey                               -               400
POST  /console/enter/passkey/ask                           -               200
GET   /console/funds                                       funds.see       200
GET   /console/funds/books                                 funds.see       200
GET   /console/funds/books/<month>.<form>                  funds.see       404
POST  /console/funds/books/audit                           funds.see       303
GET   /console/funds/coming                                funds.see       200
GET   /console/funds/flow                                  funds.see       200
GET   /console/funds/reconciling                           funds.see       200
POST  /console/funds/reconciling                           orders.refund   422
GET   /console/funds/reconciling/<gateway>/<day>           funds.see       404
GET   /console/funds/waiting                               funds.see       200
POST  /console/funds/waiting/<int:number>                  orders.refund   404
GET   /console/funds/withdrawals                           funds.see       200
GET   /console/funds/withdrawals/<number>                  funds.see       404
GET   /console/funds/withdrawals/<number>/<deed>           funds.withdraw  404
POST  /console/funds/withdrawals/<number>/<deed>           funds.withdraw  404
GET   /console/funds/withdrawals/new                       funds.withdraw  200
POST  /console/funds/withdrawals/new                       funds.withdraw  422
POST  /console/leave                                       console.enter   303
GET   /console/links                                       pages.see       200
GET   /console/live                                        live.assist     200
POST  /console/live/<handle>/copy                          live.host         303
GET   /console/live/<handle>/delete                        live.host         200
POST  /console/live/<handle>/delete                        live.host         409
GET   /console/live/<handle>/edit                          live.host         200
POST  /console/live/<handle>/edit                          live.host         303
GET   /console/live/<handle>/invite                        live.host         200
POST  /console/live/<handle>/invite                        live.host         422
POST  /console/live/<handle>/invite/<int:number>/revoke    live.host         404
GET   /console/live/<handle>/numbers                       live.host         200
GET   /console/live/<handle>/numbers.csv                   live.host         200
POST  /console/live/<handle>/recordings/<int:number>/delete live.host         404
GET   /console/live/~new                                   live.host         200
POST  /console/live/~new                                   live.host         422
GET   /console/live/<handle>                               live.assist     200
POST  /console/live/<handle>/arm                           live.host       200
POST  /console/live/<handle>/ban                           live.assist     400
GET   /console/live/<handle>/desk.json                     live.assist     200
POST  /console/live/<handle>/end                           live.host       200
POST  /console/live/<handle>/flash                         live.host       409
POST  /console/live/<handle>/flash/stop                    live.host       404
POST  /console/live/<handle>/key                           live.host       200
POST  /console/live/<handle>/lift                          live.assist     404
POST  /console/live/<handle>/message                       live.assist     400
POST  /console/live/<handle>/notice                        live.assist     200
POST  /console/live/<handle>/pin                           live.assist     400
POST  /console/live/<handle>/ticket                        live.host       200
GET   /console/live/enter                                  -               200
POST  /console/live/enter                                  -               403
POST  /console/live/leave                                  live.assist     303
GET   /console/live/preview/<handle>/<stream>              -               404
GET   /console/log                                         log.see         200
GET   /console/log.csv                                     log.see         200
GET   /console/media                                       console.enter   200
POST  /console/media                                       products.edit   400
GET   /console/media/<path:name>                           console.enter   404
GET   /console/orders                                      orders.see      200
GET   /console/orders.csv                                  orders.see      200
GET   /console/orders/<number>                             orders.see      404
GET   /console/orders/<number>/address                     orders.ship     404
POST  /console/orders/<number>/address                     orders.ship     404
GET   /console/orders/<number>/cancel                      orders.ship     404
POST  /console/orders/<number>/cancel                      orders.ship     404
POST  /console/orders/<number>/invoice                     orders.ship     404
GET   /console/orders/<number>/invoice.pdf                 orders.see      404
POST  /console/orders/<number>/link                        orders.ship     404
POST  /console/orders/<number>/move                        orders.ship     404
POST  /console/orders/<number>/notes                       orders.ship     404
GET   /console/orders/<number>/parcels/<int:parcel>        orders.ship     404
POST  /console/orders/<number>/parcels/<int:parcel>        orders.ship     404
GET   /console/orders/<number>/payment                     orders.refund   404
POST  /console/orders/<number>/payment                     orders.refund   404
GET   /console/orders/<number>/price                       orders.refund   404
POST  /console/orders/<number>/price                       orders.refund   404
GET   /console/orders/<number>/refund                      orders.refund   404
POST  /console/orders/<number>/refund                      orders.refund   404
POST  /console/orders/<number>/refunds/<refund_number>     orders.refund   404
GET   /console/orders/<number>/ship                        orders.ship     404
POST  /console/orders/<number>/ship                        orders.ship     404
GET   /console/orders/<number>/slip.pdf                    orders.see      404
GET   /console/orders/slips.pdf                            orders.see      404
GET   /console/orders/labels.pdf                           orders.see      404
GET   /console/products                                    products.see    200
GET   /console/products.csv                                products.see    200
GET   /console/products/<handle>                           products.see    404
POST  /console/products/<handle>                           products.edit   404
POST  /console/products/<handle>/copy                      products.edit   404
GET   /console/products/<handle>/delete                    products.edit   404
POST  /console/products/<handle>/delete                    products.edit   404
GET   /console/products/<handle>/stock                     products.see    404
POST  /console/products/<handle>/stock                     stock.adjust    404
GET   /console/products/~find.json                         products.see    200
GET   /console/products/~handle.json                       products.edit   200
POST  /console/products/~many                              products.edit   303
GET   /console/products/~new                               products.edit   200
POST  /console/products/~new                               products.edit   422
POST  /console/products/~publish                           products.edit   303
GET   /console/promotions                                  promotions.see  200
GET   /console/promotions.csv                              promotions.see  200
GET   /console/promotions/<name>                           promotions.see  404
POST  /console/promotions/<name>                           promotions.edit 404
POST  /console/promotions/<name>/<deed>                    promotions.edit 404
GET   /console/promotions/<name>/codes                     promotions.see  404
POST  /console/promotions/<name>/codes                     promotions.edit 404
POST  /console/promotions/<name>/codes.csv                 promotions.edit 410
POST  /console/promotions/<name>/codes/void                promotions.edit 404
POST  /console/promotions/<name>/copy                      promotions.edit 404
GET   /console/promotions/<name>/delete                    promotions.edit 404
POST  /console/promotions/<name>/delete                    promotions.edit 404
GET   /console/promotions/<name>/uses.csv                  promotions.see  404
GET   /console/promotions/~coupons                         promotions.see  200
GET   /console/promotions/~coupons.csv                     promotions.see  200
GET   /console/promotions/~groups                          promotions.see  200
GET   /console/promotions/~groups.csv                      promotions.see  200
GET   /console/promotions/~new                             promotions.edit 200
POST  /console/promotions/~new                             promotions.edit 422
POST  /console/promotions/~publish                         promotions.edit 303
GET   /console/promotions/~referrals                       promotions.see  200
GET   /console/promotions/~referrals.csv                   promotions.see  200
GET   /console/promotions/~try                             promotions.see  200
POST  /console/publish                                     settings.edit   303
GET   /console/settings                                    settings.see    200
GET   /console/settings/<name>                             settings.see    404
POST  /console/settings/<name>                             settings.edit   404
POST  /console/settings/payment/test                       settings.edit   404
GET   /console/share                                       promotions.see  200
GET   /console/share.csv                                   promotions.see  200
GET   /console/share/<code>                                promotions.see  404
POST  /console/share/<code>/off                            promotions.edit 404
POST  /console/share/<code>/on                             promotions.edit 404
GET   /console/share/<code>/poster-<design>-<shape>.jpg    promotions.see  404
GET   /console/share/<code>/qr.<form>                      promotions.see  404
GET   /console/share/referrals                             promotions.see  200
GET   /console/share/~new                                  promotions.edit 200
POST  /console/share/~new                                  promotions.edit 422
GET   /console/shelves                                     products.see    200
GET   /console/shelves/<handle>                            products.see    404
POST  /console/shelves/<handle>                            products.edit   404
GET   /console/shelves/<handle>/delete                     products.edit   404
POST  /console/shelves/<handle>/delete                     products.edit   404
GET   /console/shelves/~new                                products.edit   200
POST  /console/shelves/~new                                products.edit   422
GET   /console/team                                        team.edit       200
GET   /console/team/<int:number>                           team.edit       404
POST  /console/team/<int:number>/link                      team.edit       404
POST  /console/team/<int:number>/remove                    team.edit       404
POST  /console/team/<int:number>/role                      team.edit       404
POST  /console/team/<int:number>/sessions/end              team.edit       404
GET   /console/team/new                                    team.edit       200
POST  /console/team/new                                    team.edit       422
"""
