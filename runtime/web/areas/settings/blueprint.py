"""Where the views of the settings are registered."""

from flask import Blueprint

blueprint = Blueprint("settings", __name__)
