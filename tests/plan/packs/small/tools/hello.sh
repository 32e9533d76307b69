#!/bin/sh
# The pin ${pin} is filled in; the shell's own ${HOME} and ${1:-x} are not.
echo "hello from ${HOME}"
