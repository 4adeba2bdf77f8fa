#!/bin/sh
# Runs a command with another CPython, from Debian's packages, as the one of /usr and of .venv.
#
#   Scripts/with-python.sh VERSION COMMAND [ARGUMENT]...     VERSION is 3.14, for example
#
# Nothing is installed. The packages, with the C library that they need, are unpacked into .data/python-VERSION, once;
# remove that folder to get newer ones. For the command alone they lie over /usr, and an environment of their own over
# .venv: the mounts are in a namespace of the command's, so they are gone when it has ended, in whatever way.
set -eu
cd "$(dirname "$0")/.."

fail() {
  echo "with-python: $*" >&2
  exit 1
}

case ${1:-} in
3.[0-9] | 3.[0-9][0-9]) ;;
*) fail "name a version such as 3.14 and a command, not '$*'" ;;
esac
[ $# -ge 2 ] || fail "name a command to run with CPython $1"
version=$1
shift

[ "$(uname)" = Linux ] || fail "works on Linux only: it needs Debian's packages and mounts"
[ "$(. /etc/os-release && echo "$ID")" = debian ] || fail "works on Debian only: it lays Debian's packages over /usr"
[ -L /lib ] || fail "needs a system whose /lib is a link to /usr/lib"
[ "$(id -u)" = 0 ] || fail "needs root, to mount; run it with sudo or in a container"
grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || fail "the kernel has no overlay file system"
unshare --mount true 2>/dev/null || fail "may not mount here (a container needs the capability SYS_ADMIN)"

home=.data/python-$version

# Runs a command with the files of a folder over /usr. The folder is named from here: a mount's options cannot hold every
# path.
over() {
  set -- "${1#"$PWD/"}" "$@"
  unshare --mount sh -c '
    mount -t overlay overlay -o "lowerdir=$1/usr:/usr" /usr || exit
    shift 2
    exec "$@"' sh "$@"
}

# Debian's unstable release has every CPython that Debian has, in one place. apt is given lists, a cache and a record of
# installed packages (none) of its own, and otherwise the machine's settings without what it does after its work.
get_packages() {
  mkdir -p .data
  work=$(mktemp -d "$PWD/.data/packages.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/root"
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt-get update --print-uris | sed -n "s|^'\(.*\)/dists/$codename/.*|\1|p" | head -n 1)
  [ -n "$mirror" ] || fail "apt's sources name no mirror of Debian $codename"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" > "$work/sources.list"
  : > "$work/status"
  {
    apt-config dump | grep -v -i invoke
    cat << SETTINGS
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::sourcelist "$work/sources.list";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
APT::Sandbox::User "root";
SETTINGS
  } > "$work/apt.conf"
  export APT_CONFIG="$work/apt.conf"

  echo "Getting CPython $version from Debian's packages"
  apt-get update --quiet=2 --error-on=any || fail "cannot read the list of packages of $mirror; see above"
  apt-cache show "python$version-venv" "libpython$version" > "$work/found" 2>&1 \
    || fail "Debian has no CPython $version with a shared library and venv; it has:" \
      "$(apt-cache pkgnames libpython3. | sed -n 's/^libpython\(3\.[0-9]*\)$/\1/p' | sort -V | tr '\n' ' ')"
  apt-get install --quiet=2 --yes --download-only --no-install-recommends "libpython$version" "python$version-venv" \
    > "$work/log" || fail "cannot get the packages; see above"
  for package in "$work"/cache/archives/*.deb; do dpkg --extract "$package" "$work/root"; done
  unset APT_CONFIG
  # An installation compiles the standard library; without it every interpreter would, at each import.
  over "$work/root" "python$version" -m compileall -qq -s "$work/root" -p / "$work/root/usr/lib/python$version" \
    || fail "cannot compile the standard library; see above"
  mkdir -p "$home"
  [ -d "$home/root" ] || mv "$work/root" "$home/root"
  rm -rf "$work"
  trap - EXIT HUP INT TERM
}

[ -d "$home/root" ] || get_packages
mkdir -p "$home/venv" .venv

over "$home/root" sh -c '
  mount --bind "$0" .venv || exit
  unset VIRTUAL_ENV CLUTCH_PYTHON
  exec "$@"' "$home/venv" "$@"
