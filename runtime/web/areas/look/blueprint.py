"""The page editor's addresses hang on this."""

from flask import Blueprint

blueprint = Blueprint("console_look", __name__)
HOME = "/console/look"
