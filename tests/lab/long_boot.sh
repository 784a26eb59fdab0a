#!/bin/bash
# vm: own
# test_boot.sh with as many power cuts as make chance unlikely to miss an instant.
CUTS=${CUTS:-20} exec bash "$(dirname "$(readlink -f "$0")")/test_boot.sh"
