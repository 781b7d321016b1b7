"""Where in the head a voxel lies: its structures, and the regions that WMH are counted in."""
