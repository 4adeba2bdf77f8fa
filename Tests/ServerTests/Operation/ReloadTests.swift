#if Server
  import Foundation
  import TestSupport
  import Testing

  extension Serve {
    @Suite struct ReloadTests {
      private func source(_ body: String, _ type: String = "int") -> String {
        "from clutch import udf\n@udf\ndef f(x: \(type)) -> int: \(body)\n"
      }

      @Test func `SIGHUP loads files anew, and one that does not load changes nothing`() throws {
        let folder = try TestFolder()
        let file = try folder.write("f.py", source("return 1"))
        let server = try ServerProgram(folder, [file])
        try check(server, "gives", "f", "1", "0")
        try folder.write("f.py", source("return 2"))
        server.program.send(SIGHUP)
        try server.logs("f.py is loaded anew")
        try check(server, "gives", "f", "2", "0")
        try folder.write("f.py", "from clutch import udf\n@udf\ndef f(x: int) -> int: return (")
        server.program.send(SIGHUP)
        try server.logs("f.py stays as it was")
        try server.logs("SyntaxError")
        try check(server, "gives", "f", "2", "0")
        try FileManager.default.removeItem(atPath: file)
        server.program.send(SIGHUP)
        try server.logs("nothing is loaded anew")
        try check(server, "gives", "f", "2", "0")
        try server.end()
      }

      @Test func `a signature that changes is refused unless it may`() throws {
        let folder = try TestFolder()
        let file = try folder.write("f.py", source("return 1"))
        let server = try ServerProgram(folder, [file])
        try folder.write("f.py", source("return 2", "str"))
        server.program.send(SIGHUP)
        try server.logs("f.py stays as it was")
        try server.logs("--allow-signature-changes")
        try check(server, "gives", "f", "1", "0")
        try server.end()

        let free = try ServerProgram(folder, ["--allow-signature-changes", file])
        try folder.write("f.py", source("return 3") + "@udf\ndef g(x: int) -> int: return 4\n")
        free.program.send(SIGHUP)
        try free.logs("f.py is loaded anew")
        try check(free, "gives", "f", "3", "0")
        try check(free, "gives", "g", "4", "0")
        #expect(try check(free, "health", "g").contains("status 0801"))
        try free.end()
      }

      @Test func `with --watch a changed file is loaded by itself`() throws {
        let folder = try TestFolder()
        let file = try folder.write("f.py", source("return 1"))
        let server = try ServerProgram(folder, ["--watch", file])
        try check(server, "gives", "f", "1", "0")
        try folder.write("f.py", source("return 22"))
        try server.logs("f.py is loaded anew")
        try check(server, "gives", "f", "22", "0")
        try server.end()
      }

      /// A file that asks for a package, and gives its version times ten; one more where it runs in the server's own process,
      /// whose number is the argument.
      private func asking(_ package: String, _ more: String = "") -> String {
        """
        # /// script
        # dependencies = ["\(package)"]
        \(more)# ///
        import os, tiny
        from clutch import udf

        @udf
        def f(x: int) -> int: return 10 * tiny.VERSION + (x == os.getpid())

        """
      }

      /// A package, in the place of an index.
      private func wheels() throws -> WheelFolder {
        let wheels = try WheelFolder()
        try wheels.add("tiny", "1.0", "VERSION = 1")
        return wheels
      }

      @Test func `a file that is loaded anew has the packages and the place that it asks for now`() throws {
        let (folder, wheels) = (try TestFolder(), try wheels())
        try wheels.add("tiny", "2.0", "VERSION = 2")
        let file = try folder.write("f.py", asking("tiny==1.0"))
        let server = try ServerProgram(folder, [file], environment: wheels.variables)
        let process = "\(server.program.processIdentifier)"
        try check(server, "gives", "f", "11", process)
        let blocks = [
          ("tiny==2.0", "# [tool.clutch]\n# placement = \"worker\"\n# workers = 1\n", "20"), ("tiny==1.0", "", "11"),
          ("tiny==2.0", "# [tool.clutch]\n# placement = \"main\"\n", "21"),
        ]
        for (number, (package, more, expected)) in blocks.enumerated() {
          try folder.write("f.py", asking(package, more))
          server.program.send(SIGHUP)
          try server.logs("f.py is loaded anew", times: number + 1)
          try check(server, "gives", "f", expected, process)
        }
        // A package that cannot be had changes nothing.
        try folder.write("f.py", asking("tiny==3.0"))
        server.program.send(SIGHUP)
        try server.logs("f.py stays as it was")
        try check(server, "gives", "f", "21", process)
        try server.end()
        withExtendedLifetime(wheels) {}
      }

      @Test func `with --watch a lock that is made, changed and removed counts`() throws {
        let (folder, wheels) = (try TestFolder(), try wheels())
        let file = try folder.write("f.py", asking("tiny"))
        func lock() throws {
          let end = try runClutch(["env", "lock", "f.py"], in: folder, wheels.variables)
          #expect(end.status == .exited(0), "\(end)")
        }
        let server = try ServerProgram(folder, ["--watch", file], environment: wheels.variables)
        try check(server, "gives", "f", "10", "0")
        try lock()
        try server.logs("f.py.requirements.txt changed: \(file) is loaded anew")
        try wheels.add("tiny", "2.0", "VERSION = 2")
        try lock()
        try server.logs("f.py.requirements.txt changed: \(file) is loaded anew", times: 2)
        try check(server, "gives", "f", "20", "0")
        try FileManager.default.removeItem(atPath: folder.path("f.py.requirements.txt"))
        try server.logs("f.py.requirements.txt changed: \(file) is loaded anew", times: 3)
        try server.end()
        withExtendedLifetime(wheels) {}
      }
    }
  }
#endif
