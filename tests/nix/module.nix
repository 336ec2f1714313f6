# Evaluates the NixOS module with two instances against stand-ins for nixpkgs' library.
let
  lib = {
    mkOption = option: option // { _type = "option"; };
    mkIf = condition: content: if condition then content else { };
    nameValuePair = name: value: { inherit name value; };
    mapAttrs' = f: set: builtins.listToAttrs (map (name: f name set.${name}) (builtins.attrNames set));
    filterAttrs =
      keep: set:
      builtins.listToAttrs (
        builtins.filter (pair: keep pair.name pair.value) (
          map (name: {
            inherit name;
            value = set.${name};
          }) (builtins.attrNames set)
        )
      );
    optional = condition: value: if condition then [ value ] else [ ];
    optionalAttrs = condition: set: if condition then set else { };
    inherit (builtins) concatStringsSep;
    literalExpression = text: text;
    types = {
      str = "str";
      path = "path";
      package = "package";
      nullOr = kind: "null or ${kind}";
      attrsOf = kind: kind;
      submodule = module: module;
    };
  };
  pkgs = {
    hydrasnap = "/nix/store/hydrasnap";
    formats.toml = _: {
      type = "toml";
      generate = name: value: "/nix/store/${name}";
    };
  };
  defaults =
    name: options: given:
    builtins.mapAttrs (key: option: given.${key} or option.default) options;
  module = import ../../nix/module.nix;
  make = config: module { inherit config lib pkgs; };
  options = (make { services.hydrasnap = { }; }).options.services.hydrasnap;
  one = name: given: defaults name (options.instances.type { inherit name; }).options given;
  found = make {
    services.hydrasnap = {
      package = options.package.default;
      instances = {
        open = one "open" { settings.hydra.url = "https://hydra.example.org"; };
        closed = one "closed" {
          passwordFile = "/run/secrets/password";
          virtualHost = "snapshot.example.org";
        };
      };
    };
  };
in
found.config
