"""Links that lead elsewhere later, the installation, and bits of files."""

IDENTITY = "denied: making programs that run as their owner"


@attempt("a relative link that is made deep in a folder and moved up", WRITING)
def _():
    import os

    os.makedirs(INSIDE + "/a/b/c")
    os.symlink(f"../../..{OUTSIDE}/kept.txt", INSIDE + "/a/b/c/link")
    os.rename(INSIDE + "/a/b/c/link", INSIDE + "/link")
    up = "../" * (INSIDE.count("/") - 1)
    os.symlink(f"{up}..{OUTSIDE}", INSIDE + "/a/b/link")


@attempt("a relative link that is moved up, to the edge of the folder", WRITING)
def _():
    import os

    deep = INSIDE + "/a/b"
    os.makedirs(deep)
    up = "../" * (deep.count("/") - 1)  # the temporary folder, where it may lead
    os.symlink(up + "x", deep + "/link")
    os.rename(deep + "/link", INSIDE + "/link")


@attempt("a relative link in a folder that is moved up", WRITING)
def _():
    import os

    os.makedirs(INSIDE + "/a/b/c")
    os.symlink("../" * ((INSIDE + "/a/b/c").count("/") - 1) + "x", INSIDE + "/a/b/c/link")
    os.rename(INSIDE + "/a/b", INSIDE + "/b")


@attempt("a second name of a relative link further up", WRITING)
def _():
    import os

    os.makedirs(INSIDE + "/a/b")
    os.symlink("../" * ((INSIDE + "/a/b").count("/") - 1) + "x", INSIDE + "/a/b/link")
    os.link(INSIDE + "/a/b/link", INSIDE + "/link", follow_symlinks=False)


@attempt("a link whose way goes down and up again, by what is not there yet", WRITING)
def _():
    import os

    os.symlink("later/../x", INSIDE + "/link")


@attempt("relative links in a folder that is moved as a whole, and one beside it", "allowed", WRITING)
def _():
    import os
    import shutil

    os.makedirs(INSIDE + "/a/b")
    open(INSIDE + "/a/file", "w").close()
    os.symlink("../file", INSIDE + "/a/b/link")
    os.symlink("b", INSIDE + "/a/c")
    os.symlink("../own.txt", INSIDE + "/a/own")
    os.rename(INSIDE + "/a", INSIDE + "/moved")
    assert os.path.exists(INSIDE + "/moved/b/link") and os.path.exists(INSIDE + "/moved/own")
    shutil.move(INSIDE + "/moved/own", INSIDE + "/moved/b/own")


@attempt("`os.chmod` that makes a program run as its owner", IDENTITY, WRITING)
def _():
    import os

    os.chmod(INSIDE + "/own.txt", 0o4755)


@attempt("`os.fchmod` that makes a program run as its group", IDENTITY, WRITING)
def _():
    import os

    with open(INSIDE + "/own.txt", "r+") as file:
        os.fchmod(file.fileno(), 0o2755)


@attempt("`os.open` that makes a program that runs as its owner", IDENTITY, WRITING)
def _():
    import os

    os.open(INSIDE + "/made", os.O_WRONLY | os.O_CREAT, 0o4755)


@attempt("`os.chmod` of a file and of a folder of a group, in the temporary folder", "allowed", WRITING)
def _():
    import os

    os.chmod(INSIDE + "/own.txt", 0o755)
    os.mkdir(INSIDE + "/made")
    os.chmod(INSIDE + "/made", 0o2775)
    os.close(os.open(INSIDE + "/new", os.O_WRONLY | os.O_CREAT, 0o600))


@attempt("`os.setxattr` that gives a program what only root may do", IDENTITY, WRITING)
def _():
    import os

    os.setxattr(INSIDE + "/own.txt", "security.capability", b"\x01\0\0\x02" + bytes(16))
