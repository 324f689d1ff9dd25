"""Where things stand on a page: ticks, legends, labels of regions, lines and hatches over maps."""
