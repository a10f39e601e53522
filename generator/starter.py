"""The texts of the smallest shop that sells: what `new` writes when no sample is asked for."""

SHOP = {
    "en": """\
format: 1
name: My shop
tagline: A line about what you make
country: US
# url: https://shop.example.com     the address the shop will have
seller:
  type: individual
  legal_name: Your name
  email: you@example.com
theme:
  name: harbour
  colors: harbour                   # moss, clay, indigo, ink, plum
menu:
  header:
    - {label: All products, link: "shelf:all"}
  footer:
    - {label: About us, link: "page:about"}
    - {label: Returns, link: "page:returns"}
home:
  - section: shelf
    shelf: all
delivery:
  - id: post
    name: Post
    kind: courier
    ships_within: 2d
    rates:
      by: quantity
      zones:
        - regions: ["*"]
          first: {up_to: 1, fee: 5}
          then: {each: 1, fee: 1}
          free_over: 60
      examples:
        - {to: US, quantity: 3, fee: 7}
payment:
  - gateway: rehearsal              # a pretend bank: try everything before a real one
returns: {window: 30d, page: returns}
""",
    "zh": """\
format: 1
name: 我的小店
tagline: 一句话介绍你做的东西
country: CN
# url: https://shop.example.com     店铺以后的网址
seller:
  type: individual                  # 有营业执照请改成 sole_trader 或 company
  legal_name: 你的名字
  exemption: 个人销售自产农副产品，依法不需要办理市场主体登记
  phone: "13800000000"
theme:
  name: harbour
  colors: harbour                   # 还有 moss、clay、indigo、ink、plum
menu:
  header:
    - {label: 全部商品, link: "shelf:all"}
  footer:
    - {label: 关于我们, link: "page:about"}
    - {label: 退换货, link: "page:returns"}
home:
  - section: shelf
    shelf: all
delivery:
  - id: courier
    name: 快递
    kind: courier
    ships_within: 48h
    rates:
      by: weight
      zones:
        - regions: [新疆, 西藏]
          first: {up_to: 1kg, fee: 18}
          then: {each: 1kg, fee: 14}
        - regions: ["*"]
          first: {up_to: 1kg, fee: 8}
          then: {each: 1kg, fee: 2}
          free_over: 99
      examples:
        - {to: 新疆, weight: 2kg, fee: 32}
        - {to: 浙江, weight: 2kg, fee: 10}
payment:
  - gateway: rehearsal              # 演练用的假银行：上线前把整个流程走一遍
returns: {window: 7d, page: returns}
""",
}

OTHERS = {
    "en": {
        "products/first-product.yaml": """\
title: My first product
subtitle: What is special about it
price: 24
stock: 10
weight: 300g
# images: [first-product.jpg]       put pictures into media/
options:
  Size: [Small, Large]
variants:
  - {options: {Size: Small}}
  - {options: {Size: Large}, price: 32}
tags: [new]
description: |
  A few sentences that answer what a buyer asks: what it is made of, how large it is, how to care for it.
""",
        "shelves/all.yaml": "title: All products\nrule: {sort: newest}\n",
        "pages/about.md": "---\ntitle: About us\n---\n\nWho you are, where you work, and why you make what you make.\n",
        "pages/returns.md": (
            "---\ntitle: Returns\n---\n\nYou may send goods back within 30 days of receiving them. Write to us first: "
            "you@example.com.\n"
        ),
    },
    "zh": {
        "products/first-product.yaml": """\
title: 我的第一件商品
subtitle: 它特别在哪里
price: 24
stock: 10
weight: 300g
# images: [first-product.jpg]       图片放进 media/
options:
  规格: [小份, 大份]
variants:
  - {options: {规格: 小份}}
  - {options: {规格: 大份}, price: 32}
tags: [新品]
description: |
  用几句话回答买家会问的：什么材料、多大、怎么保存。
""",
        "shelves/all.yaml": "title: 全部商品\nrule: {sort: newest}\n",
        "pages/about.md": "---\ntitle: 关于我们\n---\n\n你是谁，在哪里，为什么做这些东西。\n",
        "pages/returns.md": "---\ntitle: 退换货\n---\n\n签收后 7 天内可以无理由退货，请先联系我们：13800000000。\n",
    },
}
