"""Products and shelves in the console: lists, pages made from the schema, many at once, stock, and what rules find."""

from runtime.web.areas.goods import bulk, counting, listing, making, page, removing, shelf_page, shelves

BLUEPRINTS = (
    listing.blueprint,
    bulk.blueprint,
    making.blueprint,
    removing.blueprint,
    page.blueprint,
    counting.blueprint,
    shelves.blueprint,
    shelf_page.blueprint,
)
