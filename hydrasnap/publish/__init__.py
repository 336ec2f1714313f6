"""From a cache to a static site. `pipeline` tells the whole story."""
