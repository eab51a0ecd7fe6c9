"""Where things are kept: keys, items, and the engines that read and write them."""
