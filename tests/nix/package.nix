# Evaluates the package against stand-ins for nixpkgs: what it is called, and what it needs.
let
  python3Packages = {
    buildPythonApplication = arguments: arguments;
  }
  // builtins.listToAttrs (
    map (name: {
      inherit name;
      value = name;
    }) (import ./names.nix)
  );
  lib = {
    fileset = {
      toSource = { root, fileset }: map toString fileset;
      unions = builtins.filter (path: builtins.pathExists path || throw "${toString path} is absent");
    };
    licenses.mit = "MIT";
  };
  found = import ../../nix/package.nix {
    inherit lib python3Packages;
    installShellFiles = "installShellFiles";
  };
in
{
  inherit (found) pname version dependencies;
  inherit (found.meta) mainProgram;
  sources = builtins.length found.src;
}
