"""The real nginx with the files that ``shopwright live nginx`` writes, in a folder of its own."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from air import SHOPWRIGHT
from ports import free_port
from simulated import until

RTMP_MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
MAIN = """{module}
worker_processes 1;
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{ worker_connections 1024; }}
{rtmp}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/temp/body;
  proxy_temp_path {folder}/temp/proxy;
  fastcgi_temp_path {folder}/temp/fastcgi;
  uwsgi_temp_path {folder}/temp/uwsgi;
  scgi_temp_path {folder}/temp/scgi;
  include {folder}/shop.conf;
}}
"""


class Nginx:
    """nginx in front of a shop; with ``rtmp`` it takes pictures as well."""

    def __init__(self, shop, folder, *, till=1, daemon=1, rtmp=False):
        self.port, self.rtmp_port, self.folder = free_port(), free_port(), folder
        (folder / "temp").mkdir(parents=True)
        for name in ("hls", "rooms", "nginx-cache"):
            (shop / "var" / name).mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [SHOPWRIGHT, "live", "nginx", shop, "--to", folder, "--shop", f"127.0.0.1:{till}",
             "--daemon", f"127.0.0.1:{daemon}", "--listen", f"127.0.0.1:{self.port}",
             "--rtmp", f"127.0.0.1:{self.rtmp_port}"],
            check=True, capture_output=True,
        )  # fmt: skip
        configuration = folder / "nginx.conf"
        configuration.write_text(
            MAIN.format(
                folder=folder,
                module=f"load_module {RTMP_MODULE};" if rtmp else "",
                user="user root;" if os.getuid() == 0 else "",
                rtmp=f"include {folder}/rtmp.conf;" if rtmp else "",
            ),
            "utf-8",
        )
        with (folder / "said.log").open("wb") as said:
            self.process = subprocess.Popen(
                ["nginx", "-p", folder, "-c", configuration], stdout=said, stderr=said, start_new_session=True
            )
        until(self._is_up)

    def _is_up(self):
        assert self.process.poll() is None, (self.folder / "said.log").read_text()
        return (self.folder / "nginx.pid").exists() and self.ask("GET", "/nothing")[0]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)

    def ask(self, method, path, body=None, **headers):
        """Return (status, headers, body); status 0 when nobody listens."""
        named = {"Host": "tea.example.com", **{name.replace("_", "-"): value for name, value in headers.items()}}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()
        except OSError:
            time.sleep(0.02)
            return 0, {}, b""
