"""The proxies of `docs/operator/proxy.md`, each run with the configuration that stands there."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.serving import free_port
from tests.browser.tls import answers
from tests.waiting import until

PAGE = Path(__file__).parents[2] / "docs" / "operator" / "proxy.md"
START_S = 20.0
_NGINX = """
daemon off;
pid {folder}/nginx.pid;
events {{}}
http {{
    access_log off;
    {scratch}
    {given}
}}
"""
_CADDY = """
{{
    admin off
    default_bind 127.0.0.1
    http_port {plain}
    https_port {port}
}}
{given}
"""
_APACHE = """
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile apache2.pid
ErrorLog error.log
Mutex file:{folder}
{modules}
Listen 127.0.0.1:{port}
Listen 127.0.0.1:{plain}
{given}
"""
_MODULES = ("mpm_event", "authz_core", "ssl", "proxy", "proxy_http", "headers", "rewrite")
_PROGRAMS = {"apache": "apache2"}
_SCRATCH = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def _given(name: str, file: Path, behind: int) -> str:
    """The page's configuration for the tests' names and certificate, and a portal's port."""
    found = re.search(rf"```{name}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"{PAGE.name} has no configuration for {name}"
    text = re.sub(r"/etc/\S*range\.example\S*\.pem", str(file), found[1])
    return text.replace("range.example", "range.test").replace(
        "127.0.0.1:8080", f"127.0.0.1:{behind}"
    )


def _written(name: str, folder: Path, given: str, port: int) -> str:
    plain = free_port()
    if name == "nginx":
        scratch = " ".join(f"{one}_temp_path {folder}/{one};" for one in _SCRATCH)
        given = given.replace("listen 443", f"listen 127.0.0.1:{port}")
        given = given.replace("listen 80", f"listen 127.0.0.1:{plain}")
        return _NGINX.format(folder=folder, scratch=scratch, given=given)
    if name == "haproxy":
        given = given.replace("bind :443", f"bind 127.0.0.1:{port}")
        return given.replace("bind :80", f"bind 127.0.0.1:{plain}")
    if name == "apache":
        given = given.replace("*:443", f"127.0.0.1:{port}").replace("*:80", f"127.0.0.1:{plain}")
        modules = "\n".join(
            f"LoadModule {one}_module /usr/lib/apache2/modules/mod_{one}.so" for one in _MODULES
        )
        return _APACHE.format(folder=folder, modules=modules, port=port, plain=plain, given=given)
    return _CADDY.format(plain=plain, port=port, given=given)


@contextlib.contextmanager
def documented(name: str, file: Path, behind: int) -> Iterator[int]:
    """The port at which a proxy speaks TLS, with a certificate, for the portal at another one."""
    package = _PROGRAMS.get(name, name)
    program = shutil.which(package, path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip(f"{name} is not installed: apt-get install {package}")
    folder, port = file.parent, free_port()
    config = folder / f"{name}.conf"
    config.write_text(_written(name, folder, _given(name, file, behind), port), encoding="utf-8")
    argv = {
        "nginx": ["-e", "stderr", "-p", str(folder), "-c", str(config)],
        "haproxy": ["-db", "-f", str(config)],
        "caddy": ["run", "--adapter", "caddyfile", "--config", str(config)],
        "apache": ["-D", "FOREGROUND", "-f", str(config)],
    }[name]
    process = subprocess.Popen([program, *argv], env={**os.environ, "HOME": str(folder)})
    try:
        until(lambda: answers(port) or process.poll() is not None, START_S, look_s=0.05)
        assert process.poll() is None, f"{name} does not start"
        yield port
    finally:
        process.terminate()
        process.wait(START_S)
