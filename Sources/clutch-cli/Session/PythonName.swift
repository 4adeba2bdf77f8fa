/// Names that a Python file can have and be imported by.
enum PythonName {
  /// What is wrong with a name, as the end of a sentence; nil if it can be taken.
  static func problem(of name: String) -> String? {
    guard let first = name.utf8.first, name.utf8.allSatisfy({ isLetter($0) || isDigit($0) }), !isDigit(first) else {
      return "is no name for a Python module; give letters, digits and underscores, and no digit first"
    }
    if keywords.contains(name) { return "is a word of the Python language; give another name" }
    if modules.contains(name) || name == "clutch" {
      return "is the name of a module that exists, and one of them would hide the other; give another name"
    }
    return nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool { byte == 0x5F || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }
  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func words(_ text: String) -> Set<String> { Set(text.split(separator: " ").map(String.init)) }

  private static let keywords = words(
    """
    False None True and as assert async await break class continue def del elif else except finally for from global if import \
    in is lambda nonlocal not or pass raise return try while with yield
    """)

  /// The modules of CPython 3.13 that people import, and what the template imports.
  private static let modules = words(
    """
    abc argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 cProfile calendar cmath cmd code codecs \
    codeop collections colorsys compileall concurrent configparser contextlib contextvars copy copyreg csv ctypes curses \
    dataclasses datetime dbm decimal difflib dis doctest email encodings ensurepip enum errno faulthandler fcntl filecmp \
    fileinput fnmatch fractions ftplib functools gc getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http \
    imaplib importlib inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox marshal math mimetypes \
    mmap modulefinder multiprocessing netrc numbers operator optparse os pathlib pdb pickle pickletools pkgutil platform \
    plistlib poplib posix pprint profile pstats pty pwd py_compile pydoc pyexpat pytest queue quopri random re readline reprlib \
    resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver \
    sqlite3 ssl stat statistics string stringprep struct subprocess symtable sys sysconfig syslog tabnanny tarfile tempfile \
    termios test textwrap threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle types \
    typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser wsgiref xml xmlrpc zipapp zipfile zipimport \
    zlib zoneinfo
    """)
}
