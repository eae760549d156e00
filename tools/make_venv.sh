#!/bin/sh
# Makes the virtual environment: make_venv.sh <folder> [python]
folder=$1
wanted=$2

for python in ${wanted:-python3 python3.13 python3.12 python3.11 python}; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
    python=
done
if [ -z "$python" ]; then
    echo "No Python >= 3.11 found (${wanted:-python3, python3.13, python3.12, python3.11}):" \
        "install one, or name it with PYTHON=..." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$python cannot make virtual environments:" \
        "on Debian and Ubuntu, \`apt install python3-venv\`" >&2
    exit 1
fi
"$python" -m venv "$folder" || { rm -rf "$folder"; exit 1; }
