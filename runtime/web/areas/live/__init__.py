"""Live rooms in the console: the list, rooms made and edited by form, links and invitations, what rooms brought."""

from runtime.web.areas.live import inviting, making, page, records, removing, rooms

BLUEPRINTS = (
    rooms.blueprint,
    making.blueprint,
    page.blueprint,
    removing.blueprint,
    inviting.blueprint,
    records.blueprint,
)
