"""The chart and compose.yml: what they would start, and that it is what `manage.py up` starts."""

import re
import shlex
from itertools import pairwise

import helm_python as helm
import kubernetes_validate as kubernetes
import pytest
import yaml
from django.conf import settings

from config.management.commands import up

ROOT = settings.BASE_DIR
CHART = ROOT / "deploy/helm/waymark"
NEEDED = {
    "image": {"repository": "registry.example.com/waymark"},
    "publicUrl": "https://m.example.com",
    "existingSecret": "waymark",
}
FULL = NEEDED | {
    "settings": {"TRUSTED_PROXIES": "10.0.0.0/8", "LLM_PROVIDER": ""},
    "web": {"replicas": 3, "processes": 2},
    "worker": {"replicas": 4},
    "ingress": {"enabled": True, "className": "nginx", "tlsSecret": "tls",
                "annotations": {"a.example/b": "c"}},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "imagePullSecrets": [{"name": "registry"}],
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "k", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "podAnnotations": {"a": "b"},
}  # fmt: skip
KUBERNETES = ["1.27", "1.32", "1.37"]


def rendered(values):
    with helm.Chart.load(CHART) as chart:
        files = chart.render(values, name="shop", namespace="marketing")
    return [each for name, text in files.items() if not name.endswith(".txt")
            for each in yaml.safe_load_all(text) if each]  # fmt: skip


def pods(values):
    """The pod of each part, by its name in the product."""
    return {
        each["metadata"]["labels"]["app.kubernetes.io/component"]: each["spec"]["template"]
        for each in rendered(values)
        if each["kind"] in {"Deployment", "Job"}
    }


@pytest.mark.parametrize("values", [NEEDED, FULL], ids=["needed", "full"])
def test_helm_finds_nothing_to_complain_of(values):
    report = helm.lint(CHART, values, strict=True)
    assert report["errors"] == []
    assert [m for m in report["messages"] if m["severity"] > 1] == []


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("values", [NEEDED, FULL], ids=["needed", "full"])
def test_kubernetes_would_take_what_is_rendered(values, version):
    found = rendered(values)
    for each in found:
        if each["kind"] != "ServiceMonitor":  # a kind of Prometheus Operator's
            kubernetes.validate(each, version, strict=True)
    names = [(each["kind"], each["metadata"]["name"]) for each in found]
    assert len(names) == len(set(names)) == (8 if values is NEEDED else 10)


@pytest.mark.parametrize(
    "more",
    [
        {"image": {"repository": ""}},
        {"publicUrl": "m.example.com"},
        {"publicUrl": "https://m.example.com/admin/"},
        {"existingSecret": ""},
        {"workers": {"replicas": 2}},
        {"worker": {"replica": 2}},
        {"settings": {"LLM_DAILY_CENTS": 500}},
        {"settings": {"SECRET_KEY": "in clear text"}},
    ],
)
def test_values_that_fit_nothing_are_refused(more):
    with pytest.raises(helm.HelmValuesError):
        rendered(NEEDED | more)


def test_pods_may_do_no_more_than_they_need():
    for part, pod in pods(FULL).items():
        spec = pod["spec"]
        [container] = spec["containers"]
        assert spec["securityContext"]["runAsNonRoot"], part
        assert not spec["automountServiceAccountToken"], part
        assert container["securityContext"]["readOnlyRootFilesystem"], part
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, part
        assert {"requests", "limits"} <= set(container["resources"]), part
        assert [mount["name"] for mount in container["volumeMounts"]] == ["tmp"]
        assert container["envFrom"] == [{"secretRef": {"name": "waymark"}}]


def test_settings_are_the_products_own():
    known = re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    [container] = pods(FULL)["web"]["spec"]["containers"]
    told = {each["name"]: each["value"] for each in container["env"]}
    assert set(told) - {"PYTHONDONTWRITEBYTECODE"} <= set(known)
    assert told["ALLOWED_HOSTS"] == "m.example.com"
    assert told["WEB_PROCESSES"] == "6"  # among which a rate limit is shared out
    assert "LLM_PROVIDER" not in told  # empty: as if it were not there


def test_the_web_is_given_work_when_it_is_ready_and_the_schema_comes_first():
    found = {each["kind"]: each for each in rendered(FULL)}
    [web] = pods(FULL)["web"]["spec"]["containers"]
    assert web["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert web["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert found["Job"]["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    budgets = [each for each in rendered(FULL) if each["kind"] == "PodDisruptionBudget"]
    assert len(budgets) == 2
    monitor = found["ServiceMonitor"]["spec"]["endpoints"][0]
    assert monitor["authorization"]["credentials"]["key"] == "METRICS_TOKEN"


def compose():
    return yaml.safe_load((ROOT / "compose.yml").read_text())["services"]


def words(command):
    """A command as `up` has it: without the interpreter, options as two words."""
    parts = command if isinstance(command, list) else shlex.split(command)
    flat = [word for part in parts for word in part.replace("--app=", "-A=").split("=")]
    return [word for word in flat if word not in {"python", "-m", "--app"}]


def test_chart_and_compose_start_what_up_starts(settings):
    settings.EMAIL_IS_CAUGHT = False
    ours = {part: words(command) for part, command in up.commands(8000).items()}
    [image] = re.findall(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    charts = {part: words(pod["spec"]["containers"][0]["command"])
              for part, pod in pods(NEEDED).items()}  # fmt: skip
    composed = {part: words(each.get("command", yaml.safe_load(image)))
                for part, each in compose().items() if "build" in each}  # fmt: skip
    for found in (charts, composed):
        assert set(found) == {*ours, "migrate"}
        for part, command in ours.items():
            assert found[part][:3] == command[:3], part
            assert part == "web" or part in found[part]
        assert "--no-proxy-headers" in found["web"]
    assert charts["migrate"] == composed["migrate"]


def test_compose_waits_for_servers_and_schema():
    services = compose()
    for part in ("web", "worker", "beat", "listen"):
        waits = {name: each["condition"] for name, each in services[part]["depends_on"].items()}
        assert waits == {"postgres": "service_healthy", "valkey": "service_healthy",
                         "migrate": "service_completed_successfully"}, part  # fmt: skip
    assert all("healthcheck" in services[name] for name in ("postgres", "valkey", "web"))


def test_compose_reads_by_meaning():
    """What it needs for that: the encoder in the image, vectors in the database."""
    assert "ARG REQUIREMENTS=requirements-models.txt" in (ROOT / "Dockerfile").read_text()
    assert compose()["postgres"]["image"].startswith("pgvector/")


def test_no_settings_are_baked_into_the_image():
    assert {".env", ".git", "var"} <= set((ROOT / ".dockerignore").read_text().split())
    assert any(pair == ("USER", "waymark") for pair in pairwise(
        (ROOT / "Dockerfile").read_text().split()))  # fmt: skip
