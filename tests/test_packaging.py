"""What is shipped beside the wheel: manual page, completions, Nix, and the composite action."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hydrasnap import __version__

ROOT = Path(__file__).parent.parent
NIX = ROOT / "tests" / "nix"


def tool(name: str, *arguments: object, env: dict[str, str] | None = None) -> str:
    """Run a tool, which is content with what it is given, and return what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run(
        [found, *map(str, arguments)], capture_output=True, text=True, check=False,
        env={**os.environ, **(env or {})},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def manual() -> ModuleType:
    """Load the script that writes the manual page and the completions."""
    spec = importlib.util.spec_from_file_location("manual", ROOT / "docs" / "manual.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name", ["man/hydrasnap.1", "completions/hydrasnap.bash", "completions/hydrasnap.fish",
             "completions/_hydrasnap"]
)  # fmt: skip
def test_manual_and_completions_are_what_the_code_says(manual: ModuleType, name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert manual.FILES[name]() == text, "run `python docs/manual.py`"


def test_the_manual_page_has_no_mistakes() -> None:
    shown = tool("groff", "-man", "-ww", "-Tascii", ROOT / "man" / "hydrasnap.1")
    plain = re.sub(".\b", "", shown)
    assert "hydrasnap snapshot [OPTIONS] [URL]" in plain
    assert "EXIT STATUS" in plain


def test_the_completion_knows_commands_and_options() -> None:
    script = (
        f"source {ROOT}/completions/hydrasnap.bash; COMP_WORDS=(hydrasnap snap); COMP_CWORD=1; "
        '_hydrasnap_completion hydrasnap; echo "${COMPREPLY[@]}"'
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    assert tool("bash", "-c", script, env={"PATH": path}).split() == ["snapshot"]


def evaluated(file: str) -> Any:
    options = ("--eval", "--strict", "--json", "--option", "build-users-group", "")
    return json.loads(tool("nix-instantiate", *options, NIX / file))


@pytest.mark.parametrize("name", ["flake.nix", "default.nix", "nix/package.nix", "nix/module.nix"])
def test_the_nix_files_can_be_parsed(name: str) -> None:
    tool("nix-instantiate", "--parse", ROOT / name)


def test_the_nix_package_has_the_version_and_needs_of_the_wheel() -> None:
    found = evaluated("package.nix")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs = sorted(re.split(r"[><=; ]", need)[0] for need in project["dependencies"])
    assert found["dependencies"] == needs
    assert (found["pname"], found["version"]) == ("hydrasnap", __version__)
    assert found["mainProgram"] in project["scripts"]


def test_the_nixos_module_makes_a_service_and_a_timer_of_each_instance() -> None:
    found = evaluated("module.nix")
    services = found["systemd"]["services"]
    assert (
        set(services) == set(found["systemd"]["timers"]) == {"hydrasnap-closed", "hydrasnap-open"}
    )
    closed = services["hydrasnap-closed"]
    assert closed["environment"] == {"HYDRASNAP_PASSWORD_FILE": "%d/password"}
    assert closed["serviceConfig"]["LoadCredential"] == ["password:/run/secrets/password"]
    assert services["hydrasnap-open"]["environment"] == {}
    (host,) = found["services"]["nginx"]["virtualHosts"].items()
    assert host[0] == "snapshot.example.org"
    assert host[1]["root"] == "/var/lib/hydrasnap-closed/site"
    assert "--output /var/lib/hydrasnap-closed/site" in closed["serviceConfig"]["ExecStart"]


def test_the_service_of_nixos_is_confined_as_that_of_systemd() -> None:
    recipe = (ROOT / "hydrasnap/cli/recipes/service.j2").read_text(encoding="utf-8")
    _, _, confined = recipe.partition("UMask=")
    keys = set(re.findall(r"^(\w+)=", f"UMask={confined}", re.MULTILINE)) - {"AmbientCapabilities"}
    assert keys <= set(
        evaluated("module.nix")["systemd"]["services"]["hydrasnap-open"]["serviceConfig"]
    )


def test_the_composite_action_is_valid_and_has_no_known_weakness() -> None:
    action = ROOT / "action.yml"
    tool("check-jsonschema", "--builtin-schema", "vendor.github-actions", action)
    tool("zizmor", "--offline", "--persona", "pedantic", action)
    steps = action.read_text(encoding="utf-8").split("    - name: ")
    assert [step.split("\n")[0] for step in steps if "inputs.password" in step] == ["Crawl"]


def test_the_workflows_of_the_project_have_no_known_weakness() -> None:
    tool("zizmor", "--offline", "--min-severity", "high", ROOT / ".github" / "workflows")
