"""The files of a deployment fit together, and fit the settings."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest
import yaml

from infra.settings import ROLES, VARIABLES, Settings
from tests.conftest import PROJECT

CHOSEN = {
    "LYCEUM_SECRET": "s" * 32,
    "LYCEUM_SEAL_KEY": f"{'s' * 42}w=",
    "POSTGRES_PASSWORD": "pw",
    "LYCEUM_MEDIA_ADDRESSES": "192.0.2.1",
}
SERVERS = {"postgres", "nats", "redis"}
NODES = {"web", "web-2", "worker"}


def services() -> Mapping:
    """The services, with the values of a `.env` filled in as docker compose would."""
    text = (PROJECT / "docker-compose.yml").read_text()
    filled = re.sub(r"\$\{(\w+):[-?]([^}]*)\}", lambda found: CHOSEN.get(found[1], found[2]), text)
    return yaml.safe_load(filled)["services"]


def environment(service: Mapping) -> dict[str, str]:
    """As the process sees it: a variable without a value is empty."""
    return {name: value or "" for name, value in service["environment"].items()}


def compose() -> list[str]:
    """The docker compose of this machine, old or new."""
    docker = shutil.which("docker")
    if (
        docker
        and subprocess.run([docker, "compose", "version"], check=False, capture_output=True).returncode == 0
    ):
        return [docker, "compose"]
    older = shutil.which("docker-compose")
    return [older] if older else pytest.skip("docker compose is not installed; the other tests read the file")


def config(**environ: str) -> subprocess.CompletedProcess:
    command = [*compose(), "--file", str(PROJECT / "docker-compose.yml"), "config"]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, env={"PATH": "/usr/bin"} | environ
    )


def test_docker_compose_accepts_the_file():
    checked = config(**CHOSEN)
    assert checked.returncode == 0, checked.stderr
    assert set(yaml.safe_load(checked.stdout)["services"]) == SERVERS | NODES


@pytest.mark.parametrize("left_out", ["LYCEUM_SECRET", "LYCEUM_SEAL_KEY", "POSTGRES_PASSWORD"])
def test_docker_compose_asks_for_the_secrets_by_name(left_out: str):
    checked = config(**{name: value for name, value in CHOSEN.items() if name != left_out})
    assert checked.returncode != 0
    assert left_out in checked.stderr


def test_every_node_has_settings_that_make_sense_and_are_known():
    found = services()
    for node in NODES:
        environ = environment(found[node])
        assert environ.keys() <= {variable.name for variable in VARIABLES}
        settings = Settings.from_environment(environ)
        assert all((settings.postgres, settings.nats, settings.redis))


def test_the_nodes_together_do_all_that_there_is_to_do():
    environs = (service["environment"] for name, service in services().items() if name in NODES)
    assert {role for environ in environs for role in environ["LYCEUM_ROLES"].split(",")} == set(ROLES)


def test_nodes_wait_until_their_servers_are_healthy():
    found = services()
    for node in NODES:
        assert {name: need["condition"] for name, need in found[node]["depends_on"].items()} == dict.fromkeys(
            SERVERS, "service_healthy"
        )
    assert all("test" in found[server]["healthcheck"] for server in SERVERS)


def test_the_port_of_a_node_is_the_same_number_inside_and_outside_for_pages_and_for_voice():
    for node, service in services().items():
        port = service["environment"]["LYCEUM_PORT"] if node.startswith("web") else None
        assert service.get("ports", []) == ([f"{port}:{port}/tcp", f"{port}:{port}/udp"] if port else [])


def test_no_two_nodes_have_the_same_port():
    taken = [port for service in services().values() for port in service.get("ports", [])]
    assert len(taken) == len(set(taken)) == 4


def test_what_must_not_be_lost_has_a_volume():
    mounted = {name for name, service in services().items() if service.get("volumes")}
    assert mounted == {"postgres", "nats", *NODES}


def test_every_node_reads_the_same_archive_recordings_and_keys():
    dockerfile = (PROJECT / "Dockerfile").read_text()
    for name in NODES:
        archive = environment(services()[name])["LYCEUM_ARCHIVE"]
        keys = PurePosixPath(environment(services()[name])["LYCEUM_KEYS"]).parent
        sounds = environment(services()[name])["LYCEUM_RECORDINGS"]
        mounted = [f"archive:{archive}", f"recordings:{sounds}", f"keys:{keys}"]
        assert services()[name]["volumes"] == mounted
        assert f"install -d -o lyceum -m 700 {archive} {sounds} {keys}\n" in dockerfile


def test_the_keys_are_in_no_volume_of_another():
    """They are backed up apart from what they open."""
    mounts = [volume.split(":") for name in NODES for volume in services()[name]["volumes"]]
    assert len({source for source, _ in mounts}) == len({target for _, target in mounts}) == 3


def test_the_image_has_every_package_runs_as_nobody_special_and_can_tell_its_health():
    dockerfile = (PROJECT / "Dockerfile").read_text()
    packages = {path.parent.name for path in PROJECT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert set(re.findall(r"^COPY (\w+)/ \1/$", dockerfile, re.MULTILINE)) == packages
    last = dockerfile.rpartition("\nFROM ")[2]
    assert re.search(r"^USER lyceum$", last, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*/health", last, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"LYCEUM_\w+(?==)", last)) <= {variable.name for variable in VARIABLES}
