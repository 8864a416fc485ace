"""Fails if a dependency of the library asks for a newer compiler than the library promises."""

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
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}

# What is built with the library itself: neither its tests nor those of its dependencies.
reached = set()
pending = [id for id, package in packages.items() if package["name"] == "oauth2-guard"]
while pending:
    id = pending.pop()
    if id in reached:
        continue
    reached.add(id)
    for dependency in nodes[id]["deps"]:
        if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
            pending.append(dependency["pkg"])

newer = [
    f"{packages[id]['name']} {packages[id]['version']} asks for {packages[id]['rust_version']}"
    for id in sorted(reached)
    if packages[id]["rust_version"] and version(packages[id]["rust_version"]) > promised
]
print(f"{len(reached)} packages, {len(newer)} ask for more than rust {sys.argv[1]}")
sys.exit("\n".join(newer) or 0)
