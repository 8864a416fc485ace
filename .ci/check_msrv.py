"""Fails if a package that the tests, the examples or the library are built with asks for a newer compiler than is promised."""

import json
import subprocess
import sys


def version(text):
    return tuple(int(part) for part in (text.split(".") + ["0", "0"])[:3])


promised = version(sys.argv[1])
metadata = json.loads(
    subprocess.check_output(
        ["cargo", "metadata", "--locked", "--format-version", "1", "--all-features"]
    )
)
packages = metadata["packages"]
newer = [
    f"{package['name']} {package['version']} asks for {package['rust_version']}"
    for package in packages
    if package["rust_version"] and version(package["rust_version"]) > promised
]
print(f"{len(packages)} packages, {len(newer)} ask for more than rust {sys.argv[1]}")
sys.exit("\n".join(newer) or 0)
