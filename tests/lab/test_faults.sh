#!/bin/bash
# What is broken off, whenever it is: kills, cuts, controllers that meet and controllers that are stopped, in samples; in
# full with WGMESH_LONG. WGMESH_PART names those that shall run.
. "$(dirname "$(readlink -f "$0")")/campaign.sh"
. "$lab_folder/duels.sh"
. "$lab_folder/cuts.sh"
. "$lab_folder/kills.sh"
. "$lab_folder/stops.sh"

campaign_up
for part in ${WGMESH_PART:-duels cuts kills stops}; do $part; done
finish
