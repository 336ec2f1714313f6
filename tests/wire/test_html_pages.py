"""What only HTML pages tell: failed steps, packages, errors, what finished lately."""

import pytest
from steps import build_page, evaluations_page, finished_page, step

from hydrasnap.errors import NotAHydraError
from hydrasnap.model import Build, FailedStep, Package, Reasons
from hydrasnap.wire.html_pages import (
    read_error_marks,
    read_evaluation_errors,
    read_finished,
    read_reasons,
)

BUILD = Build(id=9, project="p", jobset="j", job="hello", finished=True, buildstatus=2, stoptime=7)


def read(page: str) -> Reasons:
    return read_reasons(page.encode(), BUILD, "/build/9")


def steps(*rows: str) -> tuple[FailedStep, ...]:
    return read(build_page(rows)).steps


def test_the_root_cause_of_a_dependency_failure_is_named_with_its_log_and_build() -> None:
    (found,) = steps(step(1, propagated=1401))
    assert found == FailedStep(
        number=1, outputs=("/nix/store/0a-openssl-3",), status="Failed", machine="localhost",
        propagated_from=1401, log="/build/9/step/1/log",
    )  # fmt: skip
    assert found.names == ("openssl-3",)


def test_a_step_of_the_build_itself_has_machine_and_duration() -> None:
    (found,) = steps(
        step(3, duration="1h&nbsp;2m&nbsp;3s", machine="ssh://root@builder1", log=False)
    )
    assert (found.duration, found.machine, found.log) == (3723, "builder1", "")
    assert found.propagated_from is None


@pytest.mark.parametrize("status", ["Failed", "Timed out", "Log limit exceeded", "Aborted",
                                    "Output limit exceeded", "Cached failure", "Cancelled",
                                    "Unsupported system type",
                                    "Non-determinism detected after 2 times"])  # fmt: skip
def test_every_status_is_hydras_word(status: str) -> None:
    (found,) = steps(step(1, status=f'<span class="error">{status}</span>'))
    assert found.status == status


def test_the_message_of_an_aborted_step_is_told() -> None:
    status = '<span class="error">Aborted</span>: <em>error: &lt;oops&gt; &amp; more</em>'
    assert [(s.status, s.message) for s in steps(step(1, status=status))] == [
        ("Aborted", "error: <oops> & more")
    ]


def test_several_outputs_and_none() -> None:
    two, none = steps(step(1, ("/nix/store/a-x-dev", "/nix/store/b-x")), step(2, ()))
    assert (two.outputs, two.names) == (("/nix/store/a-x-dev", "/nix/store/b-x"), ("x-dev", "x"))
    assert (none.outputs, none.names) == ((), ())


def test_a_resolution_is_no_failure_and_a_substitution_is_one() -> None:
    resolved = step(1, ("/nix/store/a-x.drv",), "<em>Resolved</em>", kind="Resolution of")
    found = steps(resolved, step(2, kind="Substitution of"))
    assert [(each.number, each.substitution) for each in found] == [(2, True)]


def test_the_highest_number_may_come_first() -> None:
    assert [s.number for s in steps(*(step(n) for n in range(301, 0, -1)))] == list(range(1, 302))


@pytest.mark.parametrize("page", [build_page(()), build_page(None)])
def test_a_table_that_has_vanished_tells_no_step(page: str) -> None:
    assert read(page).steps == ()


def test_causes_are_what_ran_for_other_builds_or_else_all_steps() -> None:
    own, other = step(1), step(2, propagated=5)
    assert [s.number for s in read(build_page([own, other])).causes] == [2]
    assert [s.number for s in read(build_page([own])).causes] == [1]


def test_the_package_is_read_and_what_is_not_given_is_empty() -> None:
    page = build_page(
        None, description="Gr&ouml;&szlig;e", license="gpl3Plus",
        homepage='<a href="https://x/?a&amp;b">https://x/?a&amp;b</a>',
        maintainers="a@example.org, b@example.org,a@example.org",
    )  # fmt: skip
    assert read(page).package == Package(
        description="Größe", license="gpl3Plus", homepage="https://x/?a&b",
        maintainers=("a@example.org", "b@example.org"),
    )  # fmt: skip
    assert read(build_page(None)).package == Package()


@pytest.mark.parametrize(
    "page", ["", "<html>", "<p>maintenance</p>", build_page([step(1)]).replace("Machine", "Where")]
)
def test_another_page_is_refused(page: str) -> None:
    with pytest.raises(NotAHydraError, match="is not a page that hydrasnap knows"):
        read(page)


def test_odd_rows_cost_themselves() -> None:
    found = steps("<tr><td>x</td></tr>", "<tr></tr>", step(4).replace(">4<", ">four<"), step(5))
    assert [each.number for each in found] == [5]


def test_builds_that_finished_lately_are_read_in_hydras_order() -> None:
    builds = [
        Build(id=n, project="p", jobset="j", job=f"a{n}", system="x", nixname="n", finished=True,
              buildstatus=status, stoptime=100 - n, partial=True)
        for n, status in ((5, 0), (3, 7))
    ]  # fmt: skip
    assert read_finished(finished_page(builds).encode(), BUILD, "/all") == builds
    assert read_finished(finished_page([]).encode(), BUILD, "/all") == []
    with pytest.raises(NotAHydraError):
        read_finished(b"<p>no</p>", BUILD, "/all")


def test_evaluations_with_errors_are_marked() -> None:
    found = read_error_marks(evaluations_page((7, 5, 3), {7}).encode(), "/evals")
    assert (set(found.listed), set(found.with_errors)) == ({7, 5, 3}, {7})
    with pytest.raises(NotAHydraError):
        read_error_marks(b"<table><tr><th>Other</th></tr></table>", "/evals")


def test_the_text_of_an_evaluations_errors_keeps_its_lines() -> None:
    page = '<div id="tabs-errors"><pre>error: x &lt;y&gt;\n\tat z\n</pre></div>'
    assert read_evaluation_errors(page.encode(), "/e") == "error: x <y>\n\tat z\n"
    assert read_evaluation_errors(b'<div id="tabs-errors"></div>', "/e") == ""
    with pytest.raises(NotAHydraError):
        read_evaluation_errors(b"<p>no</p>", "/e")
