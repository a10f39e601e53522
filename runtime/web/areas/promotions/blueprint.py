"""Where the views of promotions are registered."""

from flask import Blueprint

blueprint = Blueprint("console_promotions", __name__)
HOME = "/console/promotions"
AREA = "promotions"
