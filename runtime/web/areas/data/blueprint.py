"""Where the views of the data are registered."""

from flask import Blueprint

blueprint = Blueprint("console_data", __name__)
HOME = "/console/data"
