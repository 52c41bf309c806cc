# Sourced by ./serve and ./test: runs a script on Debian's own Python, the one that Orthanc embeds; installs it when it is missing.
run_on_debians_python() {
    local script=$1
    shift
    if [ ! -x /usr/bin/python3 ]; then
        if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
            echo "Debian's /usr/bin/python3 was expected; found none. Run once as root: apt-get install python3-venv" >&2
            exit 1
        fi
        echo "Installing the Debian package python3-venv (once)"
        local said
        if ! said=$({ apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends python3-venv; } 2>&1); then
            echo "The Debian package python3-venv could not be installed. Check the network connection, then run this again." >&2
            echo "$said" | tail -n 12 >&2
            exit 1
        fi
    fi
    unset PYTHONHOME PYTHONPATH VIRTUAL_ENV PYTHONSTARTUP
    export PYTHONUTF8=1
    exec /usr/bin/python3 -B "$script" "$@"
}
