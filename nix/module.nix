# services.hydrasnap: snapshots of Hydras, by timer, and a web server for them.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.hydrasnap;
  toml = pkgs.formats.toml { };

  instance =
    { name, ... }:
    {
      options = {
        settings = lib.mkOption {
          type = toml.type;
          default = { };
          example = {
            hydra.url = "https://hydra.example.org";
            crawl.jobsets = [ "nixpkgs/*" ];
          };
          description = "What hydrasnap.toml holds. The cache and the site have folders of their own.";
        };
        startAt = lib.mkOption {
          type = lib.types.str;
          default = "hourly";
          description = "When a snapshot is taken, as in systemd.time(7).";
        };
        passwordFile = lib.mkOption {
          type = lib.types.nullOr lib.types.path;
          default = null;
          description = "A file, outside of the store, whose first line is the password on the Hydra.";
        };
        basicPasswordFile = lib.mkOption {
          type = lib.types.nullOr lib.types.path;
          default = null;
          description = "The same for a proxy in front of the Hydra.";
        };
        virtualHost = lib.mkOption {
          type = lib.types.nullOr lib.types.str;
          default = null;
          example = "snapshot.example.org";
          description = "The virtual host of nginx that serves the site.";
        };
        site = lib.mkOption {
          type = lib.types.path;
          default = "/var/lib/hydrasnap-${name}/site";
          readOnly = true;
          description = "Where the site is, for another web server.";
        };
      };
    };

  service =
    name: one:
    let
      state = "hydrasnap-${name}";
      credentials =
        lib.optional (one.passwordFile != null) "password:${one.passwordFile}"
        ++ lib.optional (one.basicPasswordFile != null) "basic-password:${one.basicPasswordFile}";
    in
    {
      description = "Snapshot of a Hydra: ${name}";
      wants = [ "network-online.target" ];
      after = [ "network-online.target" ];
      inherit (one) startAt;
      environment =
        lib.optionalAttrs (one.passwordFile != null) {
          HYDRASNAP_PASSWORD_FILE = "%d/password";
        }
        // lib.optionalAttrs (one.basicPasswordFile != null) {
          HYDRASNAP_BASIC_PASSWORD_FILE = "%d/basic-password";
        };
      serviceConfig = {
        Type = "oneshot";
        User = "hydrasnap";
        Group = "hydrasnap";
        ExecStart = lib.concatStringsSep " " [
          "${cfg.package}/bin/hydrasnap snapshot --quiet"
          "--config ${toml.generate "hydrasnap.toml" one.settings}"
          "--cache /var/lib/${state}/cache --output ${one.site}"
        ];
        # A snapshot with gaps is one; a run that finds another at work leaves it alone.
        SuccessExitStatus = [
          3
          4
        ];
        StateDirectory = state;
        StateDirectoryMode = "0755";
        WorkingDirectory = "/var/lib/${state}";
        LoadCredential = credentials;
        TimeoutStartSec = "55min";
        Nice = 10;

        UMask = "0022";
        NoNewPrivileges = true;
        CapabilityBoundingSet = "";
        LockPersonality = true;
        MemoryDenyWriteExecute = true;
        PrivateDevices = true;
        PrivateTmp = true;
        PrivateUsers = true;
        ProcSubset = "pid";
        ProtectClock = true;
        ProtectControlGroups = true;
        ProtectHome = true;
        ProtectHostname = true;
        ProtectKernelLogs = true;
        ProtectKernelModules = true;
        ProtectKernelTunables = true;
        ProtectProc = "invisible";
        ProtectSystem = "strict";
        RemoveIPC = true;
        RestrictAddressFamilies = [
          "AF_INET"
          "AF_INET6"
          "AF_UNIX"
        ];
        RestrictNamespaces = true;
        RestrictRealtime = true;
        RestrictSUIDSGID = true;
        SystemCallArchitectures = "native";
        SystemCallFilter = [
          "@system-service"
          "~@privileged"
        ];
      };
    };

  served = lib.filterAttrs (_: one: one.virtualHost != null) cfg.instances;
in
{
  options.services.hydrasnap = {
    package = lib.mkOption {
      type = lib.types.package;
      default = pkgs.hydrasnap or (pkgs.callPackage ./package.nix { });
      defaultText = lib.literalExpression "pkgs.hydrasnap";
      description = "The package of hydrasnap.";
    };
    instances = lib.mkOption {
      type = lib.types.attrsOf (lib.types.submodule instance);
      default = { };
      description = "Snapshots to keep fresh, by name.";
    };
  };

  config = lib.mkIf (cfg.instances != { }) {
    users.users.hydrasnap = {
      isSystemUser = true;
      group = "hydrasnap";
      description = "Snapshots of Hydras";
    };
    users.groups.hydrasnap = { };

    systemd.services = lib.mapAttrs' (
      name: one: lib.nameValuePair "hydrasnap-${name}" (service name one)
    ) cfg.instances;

    systemd.timers = lib.mapAttrs' (
      name: _:
      lib.nameValuePair "hydrasnap-${name}" {
        timerConfig = {
          Persistent = true;
          RandomizedDelaySec = "5min";
        };
      }
    ) cfg.instances;

    services.nginx = lib.mkIf (served != { }) {
      enable = true;
      virtualHosts = lib.mapAttrs' (
        _: one:
        lib.nameValuePair one.virtualHost {
          root = one.site;
          locations."/".tryFiles = "$uri $uri.html $uri/index.html =404";
          locations."~ /\\.(?!well-known/)".return = "404";
          extraConfig = ''
            error_page 404 /404.html;
            charset utf-8;
            add_header X-Content-Type-Options nosniff always;
            add_header Referrer-Policy same-origin always;
          '';
        }
      ) served;
    };
  };
}
