# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# An apt of one's own: to read package lists for another architecture, another
# suite or for sources, without touching the lists, the sources or the
# architectures of the machine.  It needs no root.  The servers and suites are
# those that the machine itself uses.
#
#   apt_private_init DIR ARCH deb|deb-src [SUITE_SUFFIX]
#   apt_private update|download|install --download-only|source ...
#
# SUITE_SUFFIX ("-backports") adds the suite of that name to the machine's own.

# Some tries more: a mirror in the middle of a change gives an index that does not
# match its own checksum, and servers pause.
apt_retry()
{
    local pause
    for pause in 5 20 60 120; do
        "$@" && return
        sleep $pause
    done
    "$@"
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_private_init()
{
    local dir=$1 arch=$2 type=$3 suffix=${4:-} keyring
    apt_private_dir=$dir apt_private_arch=$arch
    rm -rf "$dir/etc"
    mkdir -p "$dir"/{state/lists/partial,cache/archives/partial,etc/sources.list.d,etc/trusted.gpg.d}
    : >"$dir/status"
    for keyring in /usr/share/keyrings/debian-archive-keyring.* /etc/apt/trusted.gpg.d/*; do
        [ -e "$keyring" ] && ln -sf "$keyring" "$dir/etc/trusted.gpg.d/"
    done
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' 'Origin: Debian' |
        sort -u | while read -r uri suite component _; do
            echo "$type $uri $suite $component"
            case $suite in
            *-*) ;;
            *) [ -z "$suffix" ] || echo "$type $uri $suite$suffix $component" ;;
            esac
        done >"$dir/etc/sources.list.d/private.list"
    if ! [ -s "$dir/etc/sources.list.d/private.list" ]; then
        echo "apt has no package lists of Debian: run 'apt-get update' first" >&2
        return 1
    fi
}

apt_private()
{
    local d=$apt_private_dir tool=apt-get
    case $1 in madison | policy | show) tool=apt-cache ;; esac
    printf 'APT::Architecture "%s";\n#clear APT::Architectures;\nAPT::Architectures { "%s"; };\n' \
        "$apt_private_arch" "$apt_private_arch" >"$d/etc/apt.conf"
    APT_CONFIG=$d/etc/apt.conf $tool -q \
        -o Dir::State="$d/state" -o Dir::State::status="$d/status" -o Dir::Cache="$d/cache" \
        -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$d/etc/sources.list.d" \
        -o Dir::Etc::TrustedParts="$d/etc/trusted.gpg.d" -o Dir::Etc::Preferences=/dev/null \
        -o Debug::NoLocking=true -o APT::Sandbox::User="$(id -un)" \
        -o APT::Install-Recommends=false -o Acquire::Retries=2 "$@"
}
