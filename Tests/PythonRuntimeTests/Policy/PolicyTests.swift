import Foundation
import PythonRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct PolicyTests {
  private func error(_ source: String, under policy: InterpreterPolicy) throws -> PythonError? {
    let interpreter = try SubInterpreter(policy: policy)
    do {
      try interpreter.withGIL { py in try py.run(source) }
      return nil
    } catch let error as PythonError { return error }
  }

  @Test func `a denial is a PermissionError that names the policy, the rule and the operation`() throws {
    let error = try error("open('/var/tmp/clutch-never', 'w')", under: .guarded)
    #expect(error?.typeName == "PermissionError")
    #expect(
      error?.message
        == "[Errno 1] the policy 'guarded' denies writing files outside TMP: open('/var/tmp/clutch-never', 'w')")
  }

  @Test func `denials are counted, and the first hundred kept, also after the end`() throws {
    let interpreter = try SubInterpreter(policy: .pure)
    #expect(interpreter.denials.count == 0 && interpreter.denials.first.isEmpty)
    try interpreter.withGIL { py in
      try py.run(
        """
        for index in range(120):
            try:
                open(f"/none/{index}")
            except PermissionError:
                pass
        """)
    }
    interpreter.close()
    #expect(interpreter.denials.count == 120)
    #expect(interpreter.denials.first.count == PolicyDenials.mostKept)
    let first = try #require(interpreter.denials.first.first)
    #expect((first.policy, first.rule, first.operation) == ("pure", "reading files", "open('/none/0', 'r')"))
  }

  @Test func `an interpreter without a policy is not denied anything while others are`() throws {
    let (free, pure) = (try SubInterpreter(), try SubInterpreter(policy: .pure))
    let ended = onThreads(2) { index in
      for _ in 0..<200 {
        try? (index == 0 ? free : pure).withGIL { py in
          try py.run("try:\n  open('/etc/passwd').close()\nexcept PermissionError: pass")
        }
      }
    }
    #expect(ended)
    #expect(free.denials.count == 0)
    #expect(pure.denials.count == 200)
  }

  @Test func `interpreters come and go with their policies`() throws {
    for index in 0..<40 {
      let policy = InterpreterPolicy.presets[index % 3]
      let interpreter = try SubInterpreter(policy: policy)
      let isFree = try interpreter.withGIL { py in
        try py.run("try:\n  open('/etc/passwd').close(); free = True\nexcept PermissionError: free = False")
        return try py.evaluate("free").extract(Bool.self)
      }
      #expect(isFree == (policy != .pure))
    }
  }

  @Test func `the table of guards finds entries behind ones that were taken out`() throws {
    var interpreters: [SubInterpreter] = []
    for index in 0..<12 {
      interpreters.append(try SubInterpreter(policy: .pure))
      if index % 3 == 2 { interpreters.remove(at: 0).close() }
    }
    for interpreter in interpreters {
      #expect(throws: PythonError.self) { try interpreter.withGIL { py in try py.run("open('/etc/passwd')") } }
    }
  }

  @Test func `pure functions can import, compute and know time zones`() throws {
    let source = """
      import asyncio, collections, dataclasses, datetime, decimal, functools, hashlib, inspect, io, itertools, json
      import logging, math, random, re, statistics, string, subprocess, threading, traceback, typing, uuid, zoneinfo
      assert json.loads('[1]') == [1]
      uuid.uuid4()
      zoneinfo.ZoneInfo("Europe/Berlin") if zoneinfo.available_timezones() else None

      async def one():
          return 1

      """
    let error = try error(source, under: .pure)
    #expect(error == nil)
  }

  @Test func `roots are folders, with everything below and nothing beside`() throws {
    let folder = try TemporaryFolder()
    try folder.write("data/a.txt", "a")
    try folder.write("database/b.txt", "b")
    var policy = InterpreterPolicy(name: "reports", basedOn: .pure)
    policy.read = .only([folder.path + "/data"])
    policy.write = .only([folder.path + "/out"])
    #expect(try error("open('\(folder.path)/data/a.txt').close()", under: policy) == nil)
    #expect(try error("open('\(folder.path)/data/../data/a.txt').close()", under: policy) == nil)
    #expect(try error("import os; os.listdir('\(folder.path)/data')", under: policy) == nil)
    #expect(try error("import os; os.mkdir('\(folder.path)/out')", under: policy) == nil)
    for path in ["database/b.txt", "data/../database/b.txt", "data"] {
      let mode = path == "data" ? "a" : "r"
      let error = try error("open('\(folder.path)/\(path)', '\(mode)')", under: policy)
      #expect(error?.message.contains("the policy 'reports' denies") == true, "\(path)")
    }
  }

  @Test func `hosts and ports are compared, also by the addresses of names`() throws {
    var policy = InterpreterPolicy(name: "net", basedOn: .guarded)
    policy.network = .only(["localhost:9", "10.1.2.3:*", "*.example.com:443"])
    func connecting(_ host: String, _ port: Int) -> String {
      """
      import socket
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      try:
          s.connect(('\(host)', \(port)))
      except PermissionError:
          raise
      except OSError:
          pass
      finally:
          s.close()
      """
    }
    #expect(try error(connecting("127.0.0.1", 9), under: policy) == nil)
    #expect(try error(connecting("10.1.2.3", 1), under: policy) == nil)
    for (host, port) in [("127.0.0.1", 10), ("10.1.2.4", 9), ("8.8.8.8", 443)] {
      #expect(try error(connecting(host, port), under: policy)?.typeName == "PermissionError", "\(host):\(port)")
    }
    let lookUp = try error("import socket; socket.getaddrinfo('secrets.example.org', 80)", under: policy)
    #expect(lookUp?.message.contains("network addresses other than localhost:9, 10.1.2.3:*") == true)
    let raw = try error("import socket; socket.socket(socket.AF_NETLINK)", under: policy)
    #expect(raw?.typeName == "PermissionError")
  }

  /// Who listens without an address listens on all of them.
  @Test func `listening without an address needs an entry for every address`() throws {
    var policy = InterpreterPolicy(name: "net", basedOn: .guarded)
    policy.network = .only(["127.0.0.1:*", "api.example.com:443", "[::1]:0"])
    let listening = "import socket; socket.socket(socket.AF_INET).listen()"
    let denied = try error(listening, under: policy)
    #expect(denied?.typeName == "PermissionError")
    #expect(denied?.message.hasSuffix("socket.listen() without bind(), at ('0.0.0.0', 0)") == true)
    #expect(try error("import socket; socket.socket(socket.AF_INET6).listen(1)", under: policy)?.typeName != nil)
    let overridden = """
      import socket
      class Bound(socket.socket):
          def fileno(self): return 0
          def getsockname(self): return ("127.0.0.1", 1)
      Bound().listen()
      """
    #expect(try error(overridden, under: policy)?.typeName == "PermissionError")
    let bound = "import socket; made = socket.socket(); made.bind(('127.0.0.1', 0)); made.listen(); made.listen(5)"
    #expect(try error(bound, under: policy) == nil)
    policy.network = .only(["0.0.0.0:0"])
    #expect(try error(listening, under: policy) == nil)
    policy.network = .only(["*:*"])
    #expect(try error(listening, under: policy) == nil)
  }

  /// What looks the name up first fails with `gaierror`, as nobody has it.
  @Test(arguments: [
    "socket.socket().connect(('nobody.invalid', 9))", "socket.socket().connect_ex(('nobody.invalid', 9))",
    "socket.socket().bind(('nobody.invalid', 9))",
    "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('nobody.invalid', 9))",
    "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', 0, ('nobody.invalid', 9))",
    "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('nobody.invalid', 9))",
    "socket.getaddrinfo('nobody.invalid', 9)", "socket.gethostbyname('nobody.invalid')",
  ])
  func `no name server is asked for a name that is denied`(attempt: String) throws {
    var policy = InterpreterPolicy(name: "net", basedOn: .guarded)
    policy.network = .only(["localhost:9"])
    let interpreter = try SubInterpreter(policy: policy)
    let type = try interpreter.withGIL { py in
      try py.run("import socket\ntry:\n    \(attempt)\nexcept OSError as error:\n    kind = type(error).__name__")
      return try py.evaluate("kind").extract(String.self)
    }
    #expect(type == "PermissionError")
    #expect(interpreter.denials.count == 1)
  }

  @Test func `descriptors that another program has sent are the code's own`() throws {
    let folder = try TemporaryFolder()
    let (sending, receiving) = (try SubInterpreter(), try SubInterpreter(policy: .guarded))
    try sending.withGIL { py in
      try py.run(
        """
        import os, socket
        server = socket.socket(socket.AF_UNIX)
        server.bind('\(folder.path)/socket')
        server.listen()
        """)
    }
    try receiving.withGIL { py in
      try py.run("import os, socket; one = socket.socket(socket.AF_UNIX); one.connect('\(folder.path)/socket')")
    }
    try sending.withGIL { py in
      try py.run(
        """
        other, _ = server.accept()
        reading, writing = os.pipe()
        os.write(writing, b'abcd')
        for _ in range(2):
            socket.send_fds(other, [b'x'], [reading, reading])
        """)
    }
    try receiving.withGIL { py in
      try py.run(
        """
        import array
        _, numbers, _, _ = socket.recv_fds(one, 1, 2)
        _, messages, _, _ = one.recvmsg_into([bytearray(1)], socket.CMSG_SPACE(8))
        numbers = [*numbers, *array.array('i', messages[0][2])]
        assert len(numbers) == 4
        assert b''.join(os.read(number, 1) for number in numbers) == b'abcd'
        for number in numbers:
            os.close(number)
        """)
    }
    #expect(receiving.denials.count == 0, "\(receiving.denials.first)")
  }

  @Test(.enabled(if: Self.isLinux)) func `a file in memory is the code's own where native code is allowed`() throws {
    var policy = InterpreterPolicy.guarded
    policy.nativeCode = true
    let error = try error(
      "import os; number = os.memfd_create('x'); os.write(number, b'x'); os.close(number)", under: policy)
    #expect(error == nil, "\(String(describing: error))")
  }

  private static var isLinux: Bool {
    #if os(Linux)
      true
    #else
      false
    #endif
  }

  @Test func `imports can be allowed and denied by name`() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine.py", "")
    try folder.write("other.py", "")
    var policy = InterpreterPolicy.guarded
    policy.imports = .init(allow: ["mine"], deny: ["xml.dom", "csv"])
    let path = "import sys; sys.path.insert(0, '\(folder.path)')\n"
    #expect(try error(path + "import mine, json, xml.sax", under: policy) == nil)
    #expect(try error(path + "import other", under: policy)?.message.contains("other than mine") == true)
    #expect(try error("import xml.dom.minidom", under: policy)?.message.contains("importing xml.dom") == true)
    #expect(try error("import csv", under: policy)?.typeName == "PermissionError")
  }

  @Test func `only the environment variables that are named are there`() throws {
    var policy = InterpreterPolicy.guarded
    policy.environment = .only(["PATH"])
    #expect(try error("import os; assert list(os.environ) == ['PATH']", under: policy) == nil)
    #expect(try error("import os; os.environ['X'] = '1'", under: policy)?.typeName == "PermissionError")
    #expect(try error("open('/proc/self/environ')", under: policy)?.typeName == "PermissionError")
  }

  @Test func `what the policy denies stays denied while an interpreter ends`() throws {
    let interpreter = try SubInterpreter(policy: .pure)
    try interpreter.withGIL { py in
      try py.run(
        """
        import atexit, weakref
        class Last:
            def __del__(self, open=open):
                try:
                    open('/etc/passwd')
                except PermissionError:
                    pass
        kept = Last()
        @atexit.register
        def _():
            try:
                open('/etc/passwd')
            except PermissionError:
                pass
        """)
    }
    interpreter.close()
    #expect(interpreter.denials.count == 2)
  }

  @Test(arguments: [InterpreterPolicy.guarded, .pure])
  func `what the standard library can do without looks absent to it, and is no denial`(policy: InterpreterPolicy) throws
  {
    let interpreter = try SubInterpreter(policy: policy)
    try interpreter.withGIL { py in
      try py.run(
        """
        import asyncio, cmd, code, concurrent.futures, dbm, getpass, mailbox, multiprocessing.connection, pathlib
        import multiprocessing.pool, multiprocessing.synchronize, pdb, platform, shelve, subprocess, tarfile, tempfile
        import unittest, warnings, webbrowser, xmlrpc.server
        assert getpass.getpass is getpass.fallback_getpass
        """)
    }
    #expect(interpreter.denials.count == 0, "\(interpreter.denials.first)")
  }

  @Test func `to an installed package a denied module is absent with the reason, and counted`() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path + "/site-packages", withIntermediateDirectories: false)
    try folder.write(
      "site-packages/careful.py", "try:\n    import ctypes\nexcept ModuleNotFoundError as error:\n    why = error\n")
    let interpreter = try SubInterpreter(policy: .guarded)
    let (text, name) = try interpreter.withGIL { py in
      try py.run("import sys; sys.path.insert(0, '\(folder.path)/site-packages'); import careful")
      return (
        try py.evaluate("str(careful.why)").extract(String.self),
        try py.evaluate("careful.why.name").extract(String.self)
      )
    }
    #expect(text == "the policy 'guarded' denies native code: import ctypes")
    #expect(name == "ctypes")
    #expect(interpreter.denials.count == 1)
    #expect(try error("import ctypes", under: .guarded)?.typeName == "PermissionError")
  }

  /// What is tried would change nothing that matters if it went through.
  @Test(arguments: [
    "open(os.path.dirname(sys.executable) + '/clutch-never', 'r+')", "open(json.__file__, 'a')",
    "open(site.getsitepackages()[0] + '/clutch-never.pth', 'r+')",
    "os.unlink(os.path.dirname(sys.executable) + '/clutch-never')",
    "os.symlink('/dev/null', sys.executable)", "os.rename(sys.prefix, '/proc/clutch-never')",
    "os.rename(os.path.dirname(os.path.dirname(json.__file__)), '/proc/clutch-never')",
    "os.rename(os.path.dirname(sys.base_prefix), '/proc/clutch-never')",
    "os.chmod(sys.executable, 0o755)", "os.utime(json.__file__)",
  ])
  func `the installation is not written, whatever may be`(attempt: String) throws {
    var policy = InterpreterPolicy.guarded
    policy.write = .only(["/"])
    let error = try error("import json, os, site, sys\n" + attempt, under: policy)
    #expect(error?.message.contains("denies writing files") == true, "\(attempt): \(error?.message ?? "nothing")")
  }

  @Test func `the settings of a virtual environment are not written`() throws {
    var policy = InterpreterPolicy.guarded
    policy.write = .only(["/"])
    let error = try error(
      """
      import sys
      if sys.prefix == sys.base_prefix: raise PermissionError("denies writing files")
      open(sys.prefix + "/pyvenv.cfg", "a").close()
      """, under: policy)
    #expect(error?.message.contains("denies writing files") == true)
  }

  @Test func `a protected file can be opened again when nobody protects it any more`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("s.db", "x")
    var first: ProtectedFile? = ProtectedFile(path)
    var second: ProtectedFile? = ProtectedFile(path)
    #expect(try error("open('\(path)')", under: .guarded)?.message.contains("files of the database") == true)
    #expect(try error("open('\(path)')", under: .open) == nil)
    #expect(first != nil && second != nil)
    first = nil
    #expect(try error("open('\(path)')", under: .guarded)?.typeName == "PermissionError")
    second = nil
    #expect(try error("open('\(path)').close()", under: .guarded) == nil)
  }

  @Test func `a protected file that has got another name, or is made anew, is protected`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("s.db", "x")
    let kept = [ProtectedFile(path), ProtectedFile(path + ".wal")]
    try FileManager.default.moveItem(atPath: path, toPath: path + ".moved")
    try folder.write("s.db.wal", "log")
    for name in [path + ".moved", path + ".wal", path] {
      #expect(try error("open('\(name)')", under: .guarded)?.typeName == "PermissionError", "\(name)")
    }
    withExtendedLifetime(kept) {}
  }

  @Test func `functions that are replaced still tell what they are`() throws {
    let source = """
      import inspect, os
      assert list(inspect.signature(os.pread).parameters) == ["fd", "length", "offset"]
      assert os.read.__name__ == "read" and "descriptor" in os.read.__doc__
      assert os.open in os.supports_dir_fd and os.listdir in os.supports_fd
      """
    let error = try error(source, under: .pure)
    #expect(error == nil)
  }

  @Test func `what a denial says is on one line, whatever the code has written there`() throws {
    let interpreter = try SubInterpreter(policy: .pure)
    try interpreter.withGIL { py in
      try py.run(
        #"""
        import sys
        for path in ("/none\x1b[31m\nclutch: forged", "/none\u2028\u202e"):
            try:
                open(path)
            except PermissionError:
                pass
        sys.audit("clutch.withheld", "forged\n", "forged\n")
        """#)
    }
    #expect(interpreter.denials.count == 2)
    #expect(
      interpreter.denials.first.map(\.operation) == [
        #"open('/none\u{1B}[31m\nclutch: forged', 'r')"#, #"open('/none\u{2028}\u{202E}', 'r')"#,
      ])
  }

  @Test func `code that passes itself off as Python's own is counted when it asks for what that never does`() throws {
    let interpreter = try SubInterpreter(policy: .guarded)
    try interpreter.withGIL { py in
      try py.run(
        """
        import os
        for name in ("<frozen x>", os.__file__):
            try:
                exec(compile("import _tkinter", name, "exec"))
            except (PermissionError, ModuleNotFoundError):
                pass
        """)
    }
    #expect(interpreter.denials.count == 2)
  }

  @Test func `honest code works in its temporary folder`() throws {
    let source = """
      import array, asyncio, io, mmap, os, pathlib, shutil, socket, sqlite3, sys, tempfile

      class Text(str):
          pass

      with tempfile.TemporaryDirectory() as name:
          folder = pathlib.Path(name)
          (folder / "a" / "b").mkdir(parents=True)
          (folder / "a" / "one.txt").write_text("one")
          shutil.copytree(folder / "a", folder / "c")
          shutil.copyfile(folder / "a" / "one.txt", folder / "two.txt")
          shutil.move(folder / "two.txt", Text(folder / "three.txt"))
          assert sorted(os.listdir(folder)) == ["a", "c", "three.txt"]
          assert [entry.name for entry in os.scandir(Text(name)) if entry.is_file()] == ["three.txt"]
          assert os.listdir(os.fsencode(name)) and list(folder.rglob("*.txt"))
          (folder / "three.txt").chmod(0o600)
          os.utime(folder / "three.txt")
          os.truncate(folder / "three.txt", 2)
          with open(Text(folder / "three.txt"), "r+", closefd=1) as file:
              assert file.read() == "on" and isinstance(file.name, str)
          with io.FileIO(folder / "three.txt") as file:
              assert file.readinto(array.array("b", [0, 0])) == 2
              assert mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)[:] == b"on"
          opener = lambda path, flags: os.open(path, flags, mode=0o600, dir_fd=None)
          with open(folder / "new", "wb", opener=opener) as file:
              os.write(file.fileno(), memoryview(b"abc"))
              os.posix_fallocate(file.fileno(), 0, 10)
          descriptor = os.open(folder, os.O_RDONLY)
          os.close(os.open("new", os.O_RDONLY, dir_fd=descriptor))
          assert "new" in os.listdir(descriptor)
          os.close(descriptor)
          with sqlite3.connect(folder / "s.db") as connection:
              connection.execute("create table t (x)")
              connection.execute("insert into t values (1)")
          shutil.rmtree(folder / "c")
      with tempfile.NamedTemporaryFile("w+") as file:
          print("line", file=file, flush=True)
      with tempfile.SpooledTemporaryFile(1) as file:
          file.write(b"abc")
          file.fileno()

      async def echo():
          one, other = socket.socketpair()
          one.setblocking(False), other.setblocking(False)
          loop = asyncio.get_running_loop()
          await loop.sock_sendall(one, b"x")
          assert await loop.sock_recv(other, 1) == b"x"
          one.close(), other.close()

      asyncio.run(echo())
      sys.stdin = io.StringIO("typed")
      assert input() == "typed"
      """
    let error = try error(source, under: .guarded)
    #expect(error == nil, "\(String(describing: error))")
  }
}
