#!/usr/bin/env bash
# Repeat the README's two commands in a bare Debian (Python and its pip, nothing else), as root and as an ordinary user.
# Not for: daily checks, which are `python3 run.py test`. This needs root, debootstrap, the network and 6 GB of memory.
#
#     sudo installer/fresh_machine.sh [bookworm | trixie]
#
# BASES=DIR keeps the bare root file systems for the next time. MIRROR=ADDRESS names another Debian mirror than this
# machine's own. What is checked is HEAD, as a fresh clone would have it; the machine itself is left as it was.
set -euo pipefail

suite=${1:-bookworm}
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
    echo "fresh_machine: FAILED: $*" >&2
    exit 1
}

# --- outside: the bare root file system, then ourselves again in a namespace where mounts end with us -----------

if [ -z "${FRESH_MACHINE_WORK:-}" ]; then
    [ "$(id -u)" = 0 ] || fail "only root can make a root file system"
    command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install -y debootstrap"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    bases=${BASES:-$work}
    base=$bases/$suite-python3-pip
    if [ ! -e "$base/complete" ]; then
        mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)}
        rm -rf "$base"
        mkdir -p "$base/root"
        echo "fresh_machine: making a bare $suite (about a minute)"
        debootstrap --variant=minbase --include=python3,python3-pip "$suite" "$base/root" "$mirror" >"$base/log" 2>&1 ||
            fail "debootstrap: $(tail -n 1 "$base/log")"
        touch "$base/complete"
    fi
    FRESH_MACHINE_WORK=$work FRESH_MACHINE_BASE=$base/root \
        unshare --mount --pid --fork --ipc --uts "${BASH_SOURCE[0]}" "$suite"
    exit
fi

# --- inside ---------------------------------------------------------------------------------------------------

work=$FRESH_MACHINE_WORK

# A new machine NAME: the base is read through, every write goes to memory. $machine is its root.
new_machine() {
    local name=$1
    mkdir "$work/$name"
    mount -t tmpfs -o size=6g tmpfs "$work/$name"
    mkdir "$work/$name/upper" "$work/$name/overlay" "$work/$name/root"
    machine=$work/$name/root
    mount -t overlay overlay \
        -o "lowerdir=$FRESH_MACHINE_BASE,upperdir=$work/$name/upper,workdir=$work/$name/overlay" "$machine"
    mount -t proc proc "$machine/proc"
    # this machine's way to the network: name servers, trusted certificates, pip's and apt's own settings
    cp -L /etc/resolv.conf /etc/hosts "$machine/etc/"
    cp -L /etc/ssl/certs/ca-certificates.crt "$machine/etc/ssl/certs/"
    if [ -e /etc/pip.conf ]; then cp -L /etc/pip.conf "$machine/etc/"; fi
    apt-config dump Acquire::http::Proxy Acquire::https::Proxy >"$machine/etc/apt/apt.conf.d/90network" || true
    mkdir -p "$machine/home/ida/RTKscope"
    git -C "$project" -c safe.directory="$project" archive HEAD | tar -x -C "$machine/home/ida/RTKscope"
    chown -R 2000:2000 "$machine/home/ida"
}

# Let USER (root or ida) type a command in the project's folder: no display, nothing in the environment.
types() {
    local user=$1 home=/root
    if [ "$user" = ida ]; then user=2000 home=/home/ida; else user=0; fi
    chroot --userspec="$user:$user" "$machine" \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" LANG=C.UTF-8 \
        sh -c "cd /home/ida/RTKscope && $2" </dev/null
}

# The last line of FILE is the folder of the demo's results, complete.
check_results() {
    local folder
    folder=$(tail -n 1 "$1")
    case $folder in /*) ;; *) fail "the last line of stdout is no absolute path: $folder" ;; esac
    for result in results.xlsx methods.md import_report.md problems.json study.toml; do
        [ -s "$machine$folder/$result" ] || fail "the demo left no $result in $folder"
    done
    echo "fresh_machine: results in $folder: $(ls "$machine$folder" | tr '\n' ' ')"
}

echo "== $suite, root: python3 run.py"
new_machine root
types root "python3 run.py" >"$work/demo" || fail "python3 run.py as root ended with $?"
check_results "$work/demo"

echo "== $suite, root: python3 run.py, the second time"
started=$(date +%s)
types root "python3 run.py" >"$work/again" || fail "the second python3 run.py ended with $?"
check_results "$work/again"
echo "fresh_machine: $(($(date +%s) - started)) s"

echo "== $suite, root: python3 run.py test"
types root "python3 run.py test" || fail "python3 run.py test as root ended with $?"

echo "== $suite, an ordinary user"
umount -R "$work/root"
new_machine ida
for words in "" " test"; do
    status=0
    types ida "python3 run.py$words" >"$work/out" 2>"$work/err" || status=$?
    cat "$work/err"
    [ "$status" = 2 ] || fail "python3 run.py$words ended with $status, not 2"
    [ ! -s "$work/out" ] || fail "python3 run.py$words wrote to stdout: $(cat "$work/out")"
    [ "$(wc -l <"$work/err")" = 1 ] || fail "python3 run.py$words did not say it in one line"
    grep -q "apt-get install .*python3-venv .*libgl1" "$work/err" || fail "the line does not name what is missing"
done

echo "== $suite, the ordinary user, after somebody typed that very line"
types root "$(sed 's/.*install with: //; s/sudo //g' "$work/err")" >"$work/apt" 2>&1 || fail "the line: $(tail -n 2 "$work/apt")"
types ida "python3 run.py" >"$work/demo" || fail "python3 run.py ended with $?"
check_results "$work/demo"

echo "fresh_machine: all well on $suite"
