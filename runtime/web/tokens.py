"""Forms that the runtime renders carry a token which only this visitor's page can know, and name every field once."""

import hashlib
import hmac
from typing import Any, cast

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from wtforms import Form, ValidationError
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.form import BaseForm

_FIELD = "csrf_token"


class Visitor(CSRF):
    """Signs the visitor's own id together with the form's name; the context is (secret, name, visitor)."""

    def setup_form(self, form: BaseForm) -> Any:  # noqa: ANN401  as WTForms has it
        """Remember for whom the form is."""
        secret, name, visitor = cast(tuple[bytes, str, str], form.meta.csrf_context)
        self._token = hmac.new(secret, f"form|{name}|{visitor}".encode(), hashlib.sha256).hexdigest()
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:  # noqa: ARG002  as WTForms has it
        """Return the token that the page carries."""
        return self._token

    def validate_csrf_token(self, form: BaseForm, field: CSRFTokenField) -> None:  # noqa: ARG002  as WTForms has it
        """Raise ValidationError for a form that was not on this visitor's page."""
        if not hmac.compare_digest(str(field.data or ""), self._token):
            raise ValidationError


class SignedForm(Form):
    """A form with a token; its own fields are added by those who inherit it."""

    class Meta:
        """Ask WTForms for the token."""

        csrf = True
        csrf_class = Visitor
        csrf_field_name = _FIELD


def token(secret: bytes, name: str, visitor: str) -> str:
    """Return the token for the page of a form."""
    form = SignedForm(meta={"csrf_context": (secret, name, visitor)})
    return str(cast("CSRFTokenField", form[_FIELD]).current_token)


def check(secret: bytes, name: str, visitor: str, given: MultiDict[str, str]) -> bool:
    """Tell whether a form that came back was on this visitor's page."""
    return SignedForm(given, meta={"csrf_context": (secret, name, visitor)}).validate()


def get_one(given: MultiDict[str, str], name: str, default: str | None = None) -> str:
    """Return a field that must stand there once; raise BadRequest if it is missing or given twice."""
    found = given.getlist(name)
    if len(found) > 1 or (not found and default is None):
        raise BadRequest
    return found[0] if found else str(default)
