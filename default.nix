# For those without flakes: nix-build, or (import ./. { }) in a configuration.
{
  pkgs ? import <nixpkgs> { },
}:
pkgs.callPackage ./nix/package.nix { }
