"""The same shop as a Hugo project: one Markdown file a product, the same pages, an equal amount of HTML.

What harbour writes alike on every page (header, footer) is taken from our own output and given to Hugo as a cached
partial, its quickest way; the rest is written as a theme for Hugo would be.
"""

import json
import random
from pathlib import Path

from catalogue import PICTURES, SHELVES, product_values

_CONFIG = """baseURL = "https://shop.example.com/"
languageCode = "zh-CN"
title = "四季小店"
disableKinds = ["RSS"]
[taxonomies]
shelf = "shelves"
[pagination]
pagerSize = 24
[outputs]
home = ["HTML", "JSON"]
[markup.goldmark.renderer]
unsafe = false
"""
_PICTURE = """<picture><source type="image/avif" srcset="{{ range $i, $w := (slice 320 480 640 1000) }}{{ if $i }}, {{ end }}/media/{{ $.name }}-{{ $w }}.avif {{ $w }}w{{ end }}" sizes="{{ .sizes }}"><source type="image/webp" srcset="{{ range $i, $w := (slice 320 480 640 1000) }}{{ if $i }}, {{ end }}/media/{{ $.name }}-{{ $w }}.webp {{ $w }}w{{ end }}" sizes="{{ .sizes }}"><img src="/media/{{ .name }}-1000.jpg" srcset="{{ range $i, $w := (slice 480 640 1000) }}{{ if $i }}, {{ end }}/media/{{ $.name }}-{{ $w }}.jpg {{ $w }}w{{ end }}" sizes="{{ .sizes }}" width="1000" height="1000" alt="{{ .alt }}"{{ if .eager }} fetchpriority="high"{{ else }} loading="lazy" decoding="async"{{ end }}></picture>"""  # noqa: E501
_CARD = """<article class="card" data-offer="{{ .Params.handle }}"><div class="card-picture">{{ $p := index .Params.images 0 }}{{ partial "picture.html" (dict "name" $p.name "alt" $p.alt "sizes" "(min-width: 96em) 352px, (min-width: 60em) 23vw, (min-width: 48em) 30vw, 46vw") }}{{ $q := index .Params.images 1 }}{{ partial "picture.html" (dict "name" $q.name "alt" $q.alt "sizes" "(min-width: 96em) 352px, (min-width: 60em) 23vw, (min-width: 48em) 30vw, 46vw") }}<p class="badges"><span class="badge badge-sale">优惠</span></p></div><h3 class="card-title"><a href="{{ .RelPermalink }}">{{ .Title }}</a></h3><p class="card-note">{{ .Params.subtitle }}</p><p class="price price-sale" data-price><span class="visually-hidden">现价</span><bdi>{{ .Params.price }} 起</bdi><span class="visually-hidden">原价</span><s>{{ .Params.compare_at }}</s></p></article>
"""  # noqa: E501
_HEAD = """<title>{{ .Title }}</title>
<meta name="description" content="{{ .Params.summary }}">
<link rel="canonical" href="{{ .Permalink }}">
<meta property="og:type" content="product">
<meta property="og:site_name" content="四季小店">
<meta property="og:title" content="{{ .Title }}">
<meta property="og:url" content="{{ .Permalink }}">
<meta property="og:description" content="{{ .Params.summary }}">
{{ with .Params.images }}{{ $p := index . 0 }}<meta property="og:image" content="https://shop.example.com/media/{{ $p.name }}-1000.jpg">
<meta property="og:image:width" content="1000">
<meta property="og:image:height" content="1000">
<meta property="og:image:alt" content="{{ $p.alt }}">
<meta name="twitter:card" content="summary_large_image">
{{ end }}"""  # noqa: E501
_BASE = """{{ partialCached "start.html" . }}{{ partial "head.html" . }}{{ block "data" . }}{{ end }}{{ partialCached "header.html" . }}
<main id="main" tabindex="-1">
{{ block "main" . }}{{ end }}</main>
{{ partialCached "footer.html" . }}"""  # noqa: E501
_PRODUCT = """{{ define "data" }}{{ $page := . }}{{ $variants := slice }}{{ range .Params.variants }}{{ $variants = $variants | append (dict "@type" "Product" "sku" .sku "name" (printf "%s %s" $page.Title .label) "size" .label "image" (printf "https://shop.example.com/media/%s-1000.jpg" (index $page.Params.images 0).name) "offers" (dict "@type" "Offer" "url" $page.Permalink "priceCurrency" "CNY" "price" .amount "availability" "https://schema.org/InStock" "itemCondition" "https://schema.org/NewCondition" "seller" (dict "@type" "Organization" "name" "四季小店"))) }}{{ end }}{{ $pictures := slice }}{{ range .Params.images }}{{ $pictures = $pictures | append (printf "https://shop.example.com/media/%s-1000.jpg" .name) }}{{ end }}<script type="application/ld+json">{{ dict "@context" "https://schema.org" "@type" "ProductGroup" "name" .Title "description" .Params.summary "brand" (dict "@type" "Brand" "name" "四季小店") "url" .Permalink "image" $pictures "productGroupID" .Params.handle "variesBy" (slice "https://schema.org/size") "hasVariant" $variants | jsonify | safeJS }}</script>
<script type="application/ld+json">{{ dict "@context" "https://schema.org" "@type" "BreadcrumbList" "itemListElement" (slice (dict "@type" "ListItem" "position" 1 "name" "首页" "item" "https://shop.example.com/") (dict "@type" "ListItem" "position" 2 "name" .Params.shelf "item" (printf "https://shop.example.com/shelves/%s/" .Params.shelf)) (dict "@type" "ListItem" "position" 3 "name" .Title "item" .Permalink)) | jsonify | safeJS }}</script>
{{ end }}{{ define "main" }}<section class="wrap" data-product data-offer="{{ .Params.handle }}">
<nav class="crumbs" aria-label="当前位置"><ol class="plain"><li><a href="/">首页</a></li><li><a href="/shelves/{{ .Params.shelf }}/">{{ .Params.shelf }}</a></li></ol></nav>
<div class="product">
<div class="product-media">
<div class="product-slides" data-slides data-zoom>
{{ range $i, $p := .Params.images }}<a href="/media/{{ $p.name }}-1000.jpg" data-zoom-picture aria-label="放大图片 {{ add $i 1 }}">{{ partial "picture.html" (dict "name" $p.name "alt" $p.alt "eager" (eq $i 0) "sizes" (cond (eq $i 0) "(min-width: 96em) 800px, (min-width: 56em) 54vw, 100vw" "(min-width: 96em) 400px, (min-width: 56em) 27vw, 100vw")) }}</a>
{{ end }}</div>
<p class="slide-count" aria-hidden="true" data-slide-count>1 / {{ len .Params.images }}</p>
</div>
<div class="product-info">
<p class="badges"><span class="badge badge-sale">优惠</span></p>
<h1>{{ .Title }}</h1>
<p class="subtitle">{{ .Params.subtitle }}</p>
<div><p class="price price-sale" data-price><span class="visually-hidden">现价</span><bdi>{{ .Params.price }}</bdi><span class="visually-hidden">原价</span><s>{{ .Params.compare_at }}</s></p></div>
<form class="buy" id="buy" method="post" action="/cart/add" data-add>
<fieldset><legend>尺寸</legend><div class="pills">
{{ range $i, $v := .Params.variants }}<label class="pill"><input type="radio" name="sku" value="{{ $v.sku }}"{{ if not $i }} checked{{ end }}><span>{{ $v.label }} <small class="number muted">{{ $v.price }}</small></span></label>
{{ end }}</div></fieldset>
<p class="stock" data-stock>现货</p>
{{ partialCached "buy.html" . }}
</form>
<script type="application/json" data-variants>{{ $rows := slice }}{{ range .Params.variants }}{{ $rows = $rows | append (dict "sku" .sku "options" (slice .label) "label" .label "price" (dict "text" .price "amount" .amount "compare_at" .compare_at "unit" "" "varies" false) "available" true "image" nil) }}{{ end }}{{ $rows | jsonify | safeJS }}</script>
{{ partialCached "assurances.html" . }}
<p class="tags">{{ range .Params.labels }}<a class="tag" href="/search?tag={{ . }}">{{ . }}</a>{{ end }}</p>
</div>
</div>
<div class="buybar" data-buybar hidden><div class="wrap"><p><span class="buybar-title">{{ .Title }}</span><span class="price" data-price-copy>{{ .Params.price }}</span></p><button class="button" form="buy">加入购物车</button></div></div>
</section><section class="section">
<div class="wrap story">
<div>
<h2 class="visually-hidden">商品详情</h2>
<div class="prose">{{ .Content }}</div>
</div>
<div class="stack">
<h2 class="h3">规格参数</h2>
<dl class="facts">
{{ range $k, $v := .Params.facts }}<div><dt>{{ $k }}</dt><dd>{{ $v }}</dd></div>
{{ end }}</dl>
</div>
</div>
</section>
<section class="section section-tone-plain">
<div class="wrap">
<div class="section-head"><div><h2>也许你会喜欢</h2></div></div>
<div class="grid grid-4">
{{ range first 4 .Params.related }}{{ with $.Site.GetPage (printf "/products/%s" .) }}{{ partialCached "card.html" . .RelPermalink }}{{ end }}{{ end }}</div>
</div>
</section>
{{ end }}"""  # noqa: E501
_SHELF = """{{ define "main" }}<section class="wrap"><h1>{{ .Title }}</h1>
{{ $pager := .Paginate .Pages }}<div class="grid grid-4">
{{ range $pager.Pages }}{{ partialCached "card.html" . .RelPermalink }}{{ end }}</div>
<nav class="pages">{{ range $pager.Pagers }}<a href="{{ .URL }}">{{ .PageNumber }}</a>
{{ end }}</nav>
</section>
{{ end }}"""
_HOME = """{{ define "main" }}<section class="wrap"><h1>{{ .Title }}</h1><div class="grid grid-4">
{{ range first 36 (where .Site.RegularPages "Section" "products") }}{{ partialCached "card.html" . .RelPermalink }}{{ end }}</div></section>
{{ end }}"""  # noqa: E501
_EMPTY = '{{ define "main" }}{{ end }}'
_SEARCH = """[{{ range $i, $p := where .Site.RegularPages "Section" "products" }}{{ if $i }},{{ end }}{{ dict "h" $p.Params.handle "t" $p.Title "s" $p.Params.subtitle "p" $p.Params.price "b" $p.Plain "l" $p.Params.labels "v" $p.Params.variants | jsonify }}{{ end }}]"""  # noqa: E501


def write(folder: Path, count: int, sample: str) -> None:
    """Write the project; ``sample`` is one of our product pages, from which the parts common to all are taken."""
    layouts = folder / "layouts"
    for name in ("products", "_partials"):
        (layouts / name).mkdir(parents=True, exist_ok=True)
    (folder / "content/products").mkdir(parents=True, exist_ok=True)
    (folder / "hugo.toml").write_text(_CONFIG, encoding="utf-8")
    start, rest = sample.split("<title>", 1)
    links = '<meta name="theme-color"' + rest.split('<meta name="theme-color"', 1)[1].split("<script type=", 1)[0]
    header = '<script src="' + rest.split('<script src="', 1)[1].split("<main", 1)[0]
    buy = '<div class="buy-row">' + rest.split('<div class="buy-row">', 1)[1].split("</form>", 1)[0]
    assurances = '<ul class="assurances">' + rest.split('<ul class="assurances">', 1)[1].split("</ul>", 1)[0] + "</ul>"
    texts = {
        "baseof.html": _BASE, "products/page.html": _PRODUCT, "term.html": _SHELF, "section.html": _EMPTY,
        "taxonomy.html": _EMPTY, "home.html": _HOME, "home.json": _SEARCH, "_partials/picture.html": _PICTURE,
        "_partials/card.html": _CARD,
        "_partials/head.html": _HEAD + links, "_partials/start.html": start, "_partials/header.html": header,
        "_partials/footer.html": "<footer" + rest.split("<footer", 1)[1], "_partials/buy.html": buy,
        "_partials/assurances.html": assurances,
    }  # fmt: skip
    for name, text in texts.items():
        (layouts / name).write_text(text, encoding="utf-8")
    for number in range(count):
        (folder / "content/products" / f"p-{number:06d}.md").write_text(_page(number, count), encoding="utf-8")


def _page(number: int, count: int) -> str:
    values = product_values(number, count)
    marks = [f"p{(number + step * 7) % PICTURES:02d}" for step in range(4)]
    marks = [(n, f"{mark}.{random.Random(mark).getrandbits(48):012x}") for n, mark in enumerate(marks, 1)]
    was = f"¥{values.was:,.2f}"
    lines = [
        "---", f"title: {values.title}", f"handle: p-{number:06d}", f"shelf: s{number % SHELVES:02d}",
        f"subtitle: {values.colour} · {values.place}", f'price: "¥{values.price:,.2f}"', f'compare_at: "{was}"',
        f"shelves: [s{number % SHELVES:02d}]", f"labels: [t{number % SHELVES:02d}, {values.colour}]",
        f"summary: {json.dumps(values.chinese[:155], ensure_ascii=False)}", "images:",
        *(f'  - {{name: {mark}, alt: "{values.title}，{values.colour}，第 {n} 张"}}' for n, mark in marks),
        "variants:",
        *(
            f'  - {{sku: S{number:06d}-{n}, label: {size}, price: "¥{values.price + 5 * n:,.2f}",'
            f' amount: "{values.price + 5 * n:.2f}", compare_at: "{was}"}}'
            for n, size in enumerate(["小号", "中号", "大号"])
        ),
        f"facts: {{产地: {values.place}, 颜色: {values.colour}}}",
        f"related: [{', '.join(values.related)}]", "---", f"{values.chinese}。", "", values.english, "",
    ]  # fmt: skip
    return "\n".join(lines)
