{
  lib,
  python3Packages,
  installShellFiles,
}:
let
  version = builtins.head (
    builtins.match ".*__version__ = \"([^\"]+)\".*" (builtins.readFile ../hydrasnap/__init__.py)
  );
in
python3Packages.buildPythonApplication {
  pname = "hydrasnap";
  inherit version;
  pyproject = true;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../hydrasnap
      ../templates
      ../site
      ../man
      ../completions
      ../pyproject.toml
      ../README.md
      ../LICENSE
    ];
  };

  build-system = [ python3Packages.hatchling ];

  dependencies = with python3Packages; [
    click
    filelock
    httpx
    jinja2
    lxml
    markdown
    msgspec
    nh3
    platformdirs
    rich
    sniffio
    starlette
    tomli
    uvicorn
  ];

  nativeBuildInputs = [ installShellFiles ];

  # The wheel has the manual page and the completions below share/, where Nix expects them too.
  pythonImportsCheck = [ "hydrasnap.cli" ];

  meta = {
    description = "A static, searchable, offline copy of a Hydra, the Nix CI";
    homepage = "https://github.com/hydrasnap/hydrasnap";
    license = lib.licenses.mit;
    mainProgram = "hydrasnap";
  };
}
