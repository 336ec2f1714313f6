"""Running commands in process, and looking at how they end."""

from click.testing import CliRunner, Result

from hydrasnap.cli import main


def run(*arguments: object, env: dict[str, str] | None = None) -> Result:
    """Run a command in process, with an environment that names nothing."""
    names = ("HYDRASNAP_URL", "HYDRASNAP_USERNAME", "HYDRASNAP_PASSWORD")
    around: dict[str, str | None] = {**dict.fromkeys(names), **(env or {})}
    return CliRunner().invoke(main, [str(a) for a in arguments], env=around)


def told(result: Result, code: int, words: str = "") -> str:
    """Check that a command ended with a code and words, and without a traceback."""
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert words in result.output.replace("\n", " "), result.output
    return result.output
