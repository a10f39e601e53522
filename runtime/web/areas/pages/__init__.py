"""Pages of text, menus, redirects and translations in the console."""

from runtime.web.areas.pages import listing, menus, moving, page, preview, redirects, translations

BLUEPRINTS = (
    listing.blueprint,
    preview.blueprint,
    page.blueprint,
    moving.blueprint,
    menus.blueprint,
    redirects.blueprint,
    translations.blueprint,
)
