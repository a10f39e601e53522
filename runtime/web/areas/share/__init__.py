"""Share in the console: links with what came of them, posters, QR codes, and who brought whom."""

from runtime.web.areas.share import files, listing, making, page, referring

BLUEPRINTS = (listing.blueprint, making.blueprint, page.blueprint, files.blueprint, referring.blueprint)
