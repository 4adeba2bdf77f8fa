"""Memory that is mapped."""


@attempt("`os.memfd_create`, a file that can shrink under a mapping", MAPPING)
def _():
    import os

    os.memfd_create("x")


@attempt("`mmap.resize`", MAPPING)
def _():
    import mmap

    mmap.mmap(-1, 4096).resize(8192)


@attempt("`mmap` of memory that can be executed", NATIVE, MAPPING)
def _():
    import mmap

    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


@attempt("a file in the temporary folder that is cut short under its mapping, which ends the process when it is read", "gap", MAPPING)
def _():
    import mmap
    import os

    descriptor = os.open(INSIDE + "/own.txt", os.O_RDWR)
    mmap.mmap(descriptor, 0)
    os.ftruncate(descriptor, 0)  # and now a read


@attempt("`mmap` of memory that nobody may read", MAPPING)
def _():
    import mmap

    try:
        mmap.mmap(-1, 4096, prot=0)[0]
    except PermissionError:
        mmap.mmap(-1, 4096, prot=mmap.PROT_READ | 0x01000000)[0]


@attempt("`mmap` of pages that may not be there", MAPPING)
def _():
    import mmap

    mmap.mmap(-1, 2 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000 | 0x4000)[0]


@attempt("`mmap` at an address", MAPPING)
def _():
    import mmap

    mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x10)


@attempt("`mmap.madvise` that makes pages end the process", MAPPING)
def _():
    import mmap

    memory = mmap.mmap(-1, 8192)
    memory.madvise(102, 0, 4096)
    memory[0]


@attempt("`mmap` as most code uses it", "allowed", MAPPING)
def _():
    import mmap

    memory = mmap.mmap(-1, 8192)
    memory.madvise(mmap.MADV_WILLNEED)
    memory[0] = 1
    with open(INSIDE + "/own.txt", "r+b") as file:
        assert mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ)[:] == b"own"
        assert mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_WRITE)[:] == b"own"
        assert mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)[:] == b"own"
