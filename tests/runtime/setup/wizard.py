"""A wizard without a server, and a browser before it that knows no JavaScript."""

import re
from io import BytesIO

from PIL import Image
from werkzeug.test import Client

from runtime import server
from runtime.settings import read
from runtime.setup.door import Door
from runtime.setup.draft import Draft
from runtime.web.setup import Beginning

PASSWORD = "clay oven seventeen maple"
SHORT = (
    ("name", {"name": "Speckled"}),
    ("country", {"country": "US"}),
    ("seller", {"seller": "individual"}),
    ("contact", {"contact": "ida@example.com"}),
    ("password", {"password": PASSWORD}),
)
"""The five answers that are required."""


def picture(**more):
    """Return the bytes of a photo that tells where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ida"
    out = BytesIO()
    Image.new("RGB", (1200, 900), "#b9774a").save(out, "JPEG", exif=exif, **more)
    return out.getvalue()


class Wizard:
    """One wizard of one folder; ``restart`` is a killed server that comes back."""

    def __init__(self, folder):
        self.folder = folder
        self.draft = Draft(folder)
        self.restart()

    def restart(self):
        settings = read(self.folder, {})
        self.application = Beginning(settings, lambda: server.load(settings, 4))
        self.token = Door(self.draft).new_token()

    def guest(self, *, enter=True, **environ):
        made = Guest(self, environ)
        if enter:
            assert made.get(f"/setup/{self.token}").status_code == 303
        return made


class Guest:
    """A browser; it follows no redirect by itself."""

    def __init__(self, wizard, environ):
        self.wizard = wizard
        self.client = Client(wizard.application)
        usual = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000", "SERVER_PORT": "8000"}
        self.environ = usual | {"HTTP_ACCEPT_LANGUAGE": "en"} | environ

    def moved(self):
        """Go on with the same cookies at the server that came back."""
        self.client.application = self.wizard.application
        return self

    def get(self, path, **headers):
        return self.client.get(path, environ_overrides=self.environ, headers=headers)

    def page(self, step):
        answer = self.get(f"/setup/{step}")
        assert answer.status_code == 200, (step, answer.status_code, answer.headers.get("Location"))
        return answer.text

    def send(self, step, fields=(), *, go="next", form="", **files):
        """Send the form that stands on a page, as ``form`` shows it or as it is now."""
        token = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', form or self.page(step))[1]
        given = {"csrf_token": token, "go": go, **dict(fields)}
        given |= {name: (BytesIO(content), file) for name, (file, content) in files.items()}
        origin = {"Origin": f"http://{self.environ['HTTP_HOST']}"}
        return self.client.post(f"/setup/{step}", data=given, headers=origin, environ_overrides=self.environ)

    def answer_all(self, steps=SHORT):
        for step, fields in steps:
            answer = self.send(step, fields)
            assert answer.status_code == 303, (step, answer.text)
        return self

    def open(self, form=""):
        return self.send("open", form=form or self.page("review"))
