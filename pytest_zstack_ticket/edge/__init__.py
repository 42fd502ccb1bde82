"""Everything that reads or writes: sockets, files, clocks. The only layer that does I/O."""
