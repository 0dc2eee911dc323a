"""Disk store for features, maps and results: computed once, checked, shared, bounded.

`Store.get_or_compute(kind, key, compute)` returns what was computed for that key before, or computes it, once
however many threads and processes ask, and keeps it. Nothing is ever pickled or unpickled.

How it is built, and why:

- **The files are the truth** (`files`, `layout`). An entry is one file, `entries/<digest>.safetensors`; the
  digest is the SHA-256 of its kind and key (`keys`), and the file's header says both again, with checksums. A
  file is written beside its place, flushed to disk, then renamed, so it is whole or absent.
- **Maps, not loads.** For 256 MiB, `safetensors.numpy.load_file` copies everything into private memory (148
  ms); mapping a `.npy` takes 0.1 ms and mapping the same bytes inside a safetensors file 0.02 ms, with
  nothing private. So entries are safetensors (many arrays and a header in one file, readable by anyone), the
  header is read here, and arrays come back read-only, memory-mapped from 1 MiB on.
- **Checksums** (blake2b: 0.9 GB/s on one core, with or without SHA instructions). Header and size are checked
  at every read, the payload at a store's first read of a file, and by `Store.verify` always (at that rate 9 s
  for 8 GB; on a busy machine 2 GB took 7 s). A damaged entry, or a folder, a pipe or a loop in its place, is
  logged, removed and computed again.
- **The index is bookkeeping** (`index`): diskcache remembers what is there and when it was used. Damaged, it
  is moved aside and made again from the files; where it cannot be written, or another process keeps it
  locked for more than a second, the store goes on without it.
- **Locks are the operating system's** (`locks`). diskcache's are rows with an expiry: they outlive a killed
  process, or need a heartbeat from a long computation. The kernel drops a `flock` with the process that held
  it. An entry that is mapped anywhere holds a shared one and is never evicted.
- **Extractions lie beside the entries** (`folders`), as folders of chunk files that grow for hours. They are
  under the same limit and go in the same order (`eviction`) by when a file in them was last written or, for
  `.used`, touched. One that is read or written anywhere holds a shared lock and stays; one that is not
  complete goes only when everything else has, since somebody means to go on with it.
"""

from opnp.store.entry import Damaged, Entry, Report
from opnp.store.errors import StoreError
from opnp.store.store import Store

__all__ = ["Damaged", "Entry", "Report", "Store", "StoreError"]
