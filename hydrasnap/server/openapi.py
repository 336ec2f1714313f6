"""``/openapi.json``: what is served, in the words of OpenAPI 3."""

import re

from hydrasnap import __version__
from hydrasnap.server.hydra_json import Json
from hydrasnap.server.routes import ENDPOINTS, Endpoint, Form

_JSON = "application/json"
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}
_MAYBE_NUMBER: Json = {"type": ["integer", "null"]}


def _list(of: Json) -> Json:
    return {"type": "array", "items": of}


def _map(of: Json) -> Json:
    return {"type": "object", "additionalProperties": of}


def _object(optional: Json | None = None, /, **properties: Json) -> Json:
    """Describe an object with required `properties` and `optional` ones."""
    return {
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }


def _ref(name: str) -> Json:
    if name.endswith("[]"):
        return _list(_ref(name.removesuffix("[]")))
    return {"$ref": f"#/components/schemas/{name}"}


_TIME_NAMES = ("errortime", "lastcheckedtime", "triggertime", "starttime")
_TIMES: dict[str, Json] = dict.fromkeys(_TIME_NAMES, _MAYBE_NUMBER)
_INPUT = _object(
    type=_MAYBE_TEXT, uri=_MAYBE_TEXT, revision=_MAYBE_TEXT, value=_MAYBE_TEXT,
    dependency=_MAYBE_NUMBER,
)  # fmt: skip
_BRIEF: dict[str, Json] = {
    "id": _NUMBER, "project": _TEXT, "jobset": _TEXT, "job": _TEXT, "system": _TEXT,
    "nixname": _TEXT, "finished": {"enum": [0, 1]}, "timestamp": _NUMBER,
}  # fmt: skip

SCHEMAS: Json = {
    "Error": _object(error=_TEXT),
    "Number": _NUMBER,
    "Path": _TEXT,
    "Project": _object(
        {"declarative": _object(file=_TEXT, type=_TEXT, value=_TEXT)},
        name=_TEXT, displayname=_TEXT, description=_TEXT, homepage=_TEXT, owner=_TEXT,
        enabled=_FLAG, hidden=_FLAG, enable_dynamic_run_command=_FLAG, jobsets=_list(_TEXT),
    ),
    "Jobset": _object(
        project=_TEXT, name=_TEXT, description=_TEXT, type={"enum": [0, 1]}, flake=_TEXT,
        nixexprinput=_TEXT, nixexprpath=_TEXT, enabled={"enum": [0, 1, 2, 3]}, visible=_FLAG,
        enable_dynamic_run_command=_FLAG, enableemail=_FLAG, emailoverride=_TEXT, keepnr=_NUMBER,
        checkinterval=_NUMBER, schedulingshares=_NUMBER, errormsg=_TEXT, fetcherrormsg=_TEXT,
        inputs=_map(_object(name=_TEXT, type=_TEXT, value=_TEXT, emailresponsible=_FLAG)),
        **_TIMES,
    ),
    "Overview": _object(
        {
            "checkinterval": _NUMBER, "haserrormsg": _FLAG, "fetcherrormsg": _MAYBE_TEXT, **_TIMES,
        },
        project=_TEXT, name=_TEXT, nrtotal=_NUMBER, nrsucceeded=_NUMBER, nrfailed=_NUMBER,
        nrscheduled=_NUMBER,
    ),
    "Evaluation": _object(
        {
            "timestamp": _NUMBER, "checkouttime": _NUMBER, "evaltime": _NUMBER,
            "flake": _MAYBE_TEXT,
        },
        id=_NUMBER, hasnewbuilds={"enum": [0, 1]}, jobsetevalinputs=_map(_INPUT),
        builds=_list(_NUMBER),
    ),
    "EvaluationPage": _object(
        {"next": _TEXT, "previous": _TEXT}, evals=_list(_ref("Evaluation")), first=_TEXT, last=_TEXT
    ),
    "EvaluationSummary": _object(
        eval=_ref("Evaluation"), nrSucceeded=_NUMBER, nrFailed=_NUMBER, nrScheduled=_NUMBER,
        diff=_NUMBER, changedInputs=_list(_INPUT),
    ),
    "Build": _object(
        **_BRIEF, drvpath=_MAYBE_TEXT, buildstatus=_MAYBE_NUMBER, starttime=_MAYBE_NUMBER,
        stoptime=_MAYBE_NUMBER, priority=_MAYBE_NUMBER, releasename=_MAYBE_TEXT,
        buildoutputs=_map(_object(path=_MAYBE_TEXT)),
        buildproducts=_map(_object(
            type=_TEXT, subtype=_TEXT, name=_TEXT, path=_TEXT, defaultpath=_TEXT,
            filesize=_MAYBE_NUMBER, sha256hash=_MAYBE_TEXT,
        )),
        buildmetrics=_map(_object(value={"type": "number"}, unit=_MAYBE_TEXT)),
        jobsetevals=_list(_NUMBER),
    ),
    "BriefBuild": _object({"buildstatus": _MAYBE_NUMBER, "priority": _NUMBER}, **_BRIEF),
    "RunningBuild": {"type": "object", "required": list(_BRIEF)},
    "SearchResult": _object(
        projects=_list(_ref("Project")), jobsets=_list(_ref("Jobset")),
        builds=_list(_ref("Build")), buildsdrv=_list(_ref("Build")),
    ),
    "Point": _object(id=_NUMBER, timestamp=_NUMBER, value=_NUMBER),
    "MetricPoint": _object(
        id=_NUMBER, timestamp=_NUMBER, value={"type": "number"}, unit=_MAYBE_TEXT
    ),
    "Machines": _map({"type": "object"}),
    "QueueRunner": _object(queueRunner={"type": "object"}, machines=_map({"type": "object"})),
    "Shield": _object(
        schemaVersion={"const": 1}, label=_TEXT, color=_TEXT, message=_TEXT
    ),
}  # fmt: skip

_QUERY: dict[str, Json] = {
    "page": {"type": "integer", "minimum": 0},
    "nr": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    "limit": {"type": "integer", "minimum": 1, "maximum": 50},
    "period": {"enum": ["hour", "day"]},
    "query": {"type": "string", "pattern": "^[A-Za-z0-9_./-]+$"},
}
_REQUIRED = {
    "/search": {"query"},
    "/api/jobsets": {"project"},
    "/api/queue": {"nr"},
    "/api/latestbuilds": {"nr"},
    "/api/nrbuilds": {"nr", "period"},
}


def document(origin: str) -> Json:
    """Describe the API of the snapshot of a Hydra."""
    paths = {each.path: {"get": _operation(each)} for each in ENDPOINTS}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"A snapshot of {origin}",
            "version": __version__,
            "description": "The read API of Hydra, answered from a snapshot. "
            "An address with a page answers JSON to requests whose Accept names it.",
        },
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }


def _operation(endpoint: Endpoint) -> Json:
    summary = (endpoint.handler.__doc__ or "").partition("\n")[0].rstrip(".")
    return {
        "summary": summary,
        "description": f"Answers {endpoint.form.value}.".replace("Answers always", "Always"),
        "parameters": [*_path_parameters(endpoint.path), *_query_parameters(endpoint)],
        "responses": _responses(endpoint),
    }


def _path_parameters(path: str) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _TEXT}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(endpoint: Endpoint) -> list[Json]:
    return [
        {
            "name": name,
            "in": "query",
            "required": name in _REQUIRED.get(endpoint.path, ()),
            "schema": _QUERY.get(name, _TEXT),
        }
        for name in endpoint.query
    ]


def _responses(endpoint: Endpoint) -> Json:
    error = {"description": "Why not", "content": {_JSON: {"schema": _ref("Error")}}}
    if endpoint.form is Form.FORBIDDEN:
        return {"403": error}
    if endpoint.form is Form.REDIRECT:
        moved = {"description": "Where it is", "headers": {"Location": {"schema": _TEXT}}}
        return {"301": moved, "302": moved, "404": error}
    content: Json = {_JSON: {"schema": _ref(endpoint.schema)}} if endpoint.schema else {}
    if endpoint.form in {Form.NEGOTIATED, Form.PAGE}:
        content["text/html"] = {"schema": _TEXT}
    answers: Json = {
        "200": {"description": "The answer", "content": content},
        "304": {"description": "The client has this answer already"},
        "400": error,
        "404": error,
    }
    if "{jobset}" in endpoint.path:
        answers["301"] = {"description": "The jobset was renamed"}
    return answers
