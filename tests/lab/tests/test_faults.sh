#!/bin/bash
# What is broken off, whenever it is: kills, cuts, controllers that meet and controllers that are stopped, in samples; in
# full with WGMESH_LONG. WGMESH_PART names those that shall run.
. "$(dirname "$(readlink -f "$0")")/../lib/campaign.sh"
. "$lab_folder/campaigns/duels.sh"
. "$lab_folder/campaigns/cuts.sh"
. "$lab_folder/campaigns/kills.sh"
. "$lab_folder/campaigns/stops.sh"

campaign_up
for part in ${WGMESH_PART:-duels cuts kills stops}; do $part; done
finish
