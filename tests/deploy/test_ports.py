"""What the operator reads when a port or an address cannot be used."""

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from deploy import ports, settings
from deploy.project import Project, SetupError


@pytest.fixture
def chosen(free_ports: dict[str, str], tmp_path: Path) -> settings.Settings:
    return settings.from_environment(Project(tmp_path), free_ports)


def test_free_ports_are_accepted(chosen: settings.Settings) -> None:
    ports.require_free(chosen)


def test_a_busy_port_names_who_has_it_and_the_variable(chosen: settings.Settings) -> None:
    with socket.create_server(("127.0.0.1", chosen.port(settings.WEB))), pytest.raises(SetupError) as raised:
        ports.require_free(chosen)
    sentence = str(raised.value)
    assert sentence.startswith(f"Port {chosen.port(settings.WEB)} (web) is in use by ")
    assert sentence.endswith(f"(process {os.getpid()}): stop it or set WEB_PORT.")


def test_one_port_for_two_processes_is_refused(chosen: settings.Settings) -> None:
    same = replace(chosen, ports={**chosen.ports, "web": chosen.port(settings.RASA)})
    with pytest.raises(SetupError, match="RASA_PORT and WEB_PORT are both"):
        ports.require_free(same)


def test_an_address_of_another_machine_is_refused(chosen: settings.Settings) -> None:
    with pytest.raises(SetupError, match="check BIND_HOST"):
        ports.require_free(replace(chosen, host="192.0.2.1"))


@pytest.mark.parametrize("wrong", ["abc", "0", "65536", "-1", "8000.0"])
def test_a_port_that_is_none_is_refused(wrong: str, chosen: settings.Settings) -> None:
    project = Project(chosen.data_dir.parent)
    with pytest.raises(SetupError, match=f"WEB_PORT must be a port number from 1 to 65535, not '{wrong}'"):
        settings.from_environment(project, {"WEB_PORT": wrong})


def test_internal_processes_stay_on_loopback_whatever_the_address_is(chosen: settings.Settings) -> None:
    public = replace(chosen, host="0.0.0.0")  # noqa: S104 - the case in question
    assert [public.listening_host(process) for process in settings.PROCESSES] == [
        "127.0.0.1", "127.0.0.1", "0.0.0.0", "0.0.0.0", "127.0.0.1"]  # noqa: S104  # fmt: skip
    assert public.url(settings.WEB) == f"http://127.0.0.1:{public.port(settings.WEB)}"


def test_what_the_operator_set_wins_over_what_is_derived(chosen: settings.Settings) -> None:
    told = chosen.environment(chosen.data_dir, {"SERVICE_TOKEN": "s"}, {"MONITORING_URL": "https://example.kz"})
    assert told["MONITORING_URL"] == "https://example.kz"
    assert told["RASA_URL"] == chosen.url(settings.RASA)
    assert told["SERVICE_TOKEN"] == "s"


def test_modules_of_elsewhere_do_not_reach_the_processes(chosen: settings.Settings) -> None:
    assert "PYTHONPATH" not in chosen.environment(chosen.data_dir, {}, {"PYTHONPATH": "/elsewhere"})
