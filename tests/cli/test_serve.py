"""`hydrasnap serve` as a process: its first line, its answers, and how it ends."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from commands import run, told


@pytest.mark.slow
def test_it_says_where_it_listens_answers_and_ends_in_order(
    tmp_path: Path, demo_site: Path
) -> None:
    cache = demo_site.parent / "cache"
    command = [sys.executable, "-m", "hydrasnap.cli", "serve", "--cache", str(cache),
               "--output", str(tmp_path / "site"), "--port", "0"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path, text=True) as process:
        assert process.stdout
        try:
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:")
            assert "<title>" in httpx.get(address, timeout=30).text
            found = httpx.get(f"{address}build/1001", headers={"Accept": "application/json"})
            assert found.json()["id"] == 1001
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


@pytest.mark.slow
def test_a_port_that_is_taken_is_a_clear_error(tmp_path: Path, demo_site: Path) -> None:
    cache = demo_site.parent / "cache"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--cache", cache, "--output", tmp_path / "site", "--port", port)
    told(done, 2, f"Cannot listen on 127.0.0.1, port {port}")
    assert "--port" in done.output


def test_there_is_nothing_to_serve_without_a_cache(tmp_path: Path) -> None:
    told(run("serve", "--cache", tmp_path / "none", "--output", tmp_path / "site"), 1, "no cache")
