"""What the schemas cannot know of Deploy: that its files fit each other, and the tool.

usage: check-deploy.py CLUTCH, where CLUTCH is a clutch with the trait Server, or empty.
"""

import configparser
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

import yaml

DEPLOY = pathlib.Path(__file__).resolve().parent.parent / "Deploy"
problems: list[str] = []


def expect(holds: bool, what: str) -> None:
    if not holds:
        problems.append(what)


def objects() -> dict[str, dict]:
    found = {}
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            expect(document["kind"] not in found, f"{file.name}: there are two of {document['kind']}")
            found[document["kind"]] = document
    return found


def option(arguments: list[str], name: str) -> str:
    values = [a.split("=", 1)[1] for a in arguments if a.startswith(f"--{name}=")]
    expect(len(values) == 1, f"--{name} is not there once")
    return values[0] if values else "0"


def check_kubernetes(all: dict[str, dict]) -> list[str]:
    deployment, service = all["Deployment"], all["Service"]
    template = deployment["spec"]["template"]
    pod = template["spec"]
    container = pod["containers"][0]
    arguments = container["args"]
    labels = template["metadata"]["labels"]

    for kind, selector in [
        ("Deployment", deployment["spec"]["selector"]["matchLabels"]),
        ("Service", service["spec"]["selector"]),
        ("PodDisruptionBudget", all["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]),
    ]:
        expect(selector.items() <= labels.items(), f"{kind} selects {selector}, and pods have {labels}")
    target = all["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    expect(target["name"] == deployment["metadata"]["name"], f"the autoscaler scales {target['name']}")
    expect("replicas" not in deployment["spec"], "the Deployment and the autoscaler both say how many replicas there are")
    expect(service["spec"]["clusterIP"] == "None", "the Service is not headless")

    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    expect(ports["grpc"] == int(option(arguments, "port")), "the port grpc is not --port")
    expect(ports["metrics"] == int(option(arguments, "metrics-port")), "the port metrics is not --metrics-port")
    for port in service["spec"]["ports"]:
        expect(ports.get(port["targetPort"]) == port["port"], f"the Service's port {port['name']} is no port of the pods")
    scraped = template["metadata"]["annotations"]["prometheus.io/port"]
    expect(int(scraped) == ports["metrics"], f"the port {scraped} is scraped")
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"]:
        asked = container[probe]["httpGet"]
        expect(asked["port"] in ports and asked["path"] in ["/readyz", "/healthz"], f"{probe} asks for {asked}")
    startup = container["startupProbe"]
    expect(startup["periodSeconds"] * startup["failureThreshold"] > 120, "a start may take less than --load-timeout")

    before = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    needed = before + float(option(arguments, "drain-seconds"))
    grace = pod["terminationGracePeriodSeconds"]
    expect(grace > needed, f"pods are killed after {grace} s, and preStop and the drain take {needed} s")
    cores = int(container["resources"]["requests"]["cpu"])
    expect(int(option(arguments, "interpreters")) == cores, "there are not as many interpreters as cores")
    expect(pod["enableServiceLinks"] is False, "a Service named clutch-serve would be taken for settings")

    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    expect(mounts.keys() == volumes.keys(), "volumes and mounts differ")
    expect("emptyDir" in volumes["tmp"] and mounts["tmp"] == "/tmp", "/tmp cannot be written to")
    files = all["ConfigMap"]
    expect(volumes["udfs"]["configMap"]["name"] == files["metadata"]["name"], "the ConfigMap is not mounted")
    for argument in arguments:
        if not argument.startswith("--"):
            expect(argument.removeprefix(mounts["udfs"] + "/") in files["data"], f"{argument} is not in the ConfigMap")
    return arguments


def check_image() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    user = re.search(r"^USER (\d+):(\d+)$", text, re.MULTILINE)
    expect(user is not None, "the image's user is no number")
    for port in ["8815", "9090"]:
        expect(re.search(rf"^EXPOSE .*\b{port}\b", text, re.MULTILINE) is not None, f"the port {port} is not exposed")


def check_unit() -> None:
    # Keys may stand there several times, and their case counts.
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(DEPLOY / "systemd" / "clutch-serve.service")
    service = parser["Service"]
    settings = tomllib.loads((DEPLOY / "systemd" / "serve.toml").read_text())
    stop = int(service["TimeoutStopSec"])
    expect(stop > settings["drain-seconds"], f"the unit is killed after {stop} s")
    # Its reload is SIGHUP, unless ReloadSignal says otherwise.
    expect(service["Type"] == "notify-reload" and "ReloadSignal" not in service, "a reload sends no SIGHUP")
    expect("/etc/clutch/serve.toml" in service["ExecStart"], "the unit does not read serve.toml")


def check_tool(clutch: str, arguments: list[str], files: dict[str, str]) -> None:
    """Starts the tool with --check, with the same options and the files elsewhere."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            pathlib.Path(folder, name).write_text(text)
        settings = (DEPLOY / "systemd" / "serve.toml").read_text().replace("/etc/clutch/", f"{folder}/")
        # The Python of this machine is taken instead.
        settings = re.sub(r"^python = .*$", "", settings, flags=re.MULTILINE)
        path = pathlib.Path(folder, "serve.toml")
        path.write_text(settings)
        for given in [
            [argument.replace("/udfs/", f"{folder}/") for argument in arguments],
            ["--config", str(path)],
        ]:
            end = subprocess.run([clutch, "serve", *given, "--check"], capture_output=True, text=True, timeout=120)
            expect(end.returncode == 0 and "all is well" in end.stderr, f"clutch serve {given}: {end.stderr}")


all = objects()
arguments = check_kubernetes(all)
check_image()
check_unit()
if sys.argv[1]:
    check_tool(sys.argv[1], arguments, all["ConfigMap"]["data"])
for problem in problems:
    print(f"Deploy: {problem}", file=sys.stderr)
if problems:
    sys.exit(1)
print("Deploy: the files fit each other" + (", and clutch takes their options" if sys.argv[1] else ""))
