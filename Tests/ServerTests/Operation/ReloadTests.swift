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
    }
  }
#endif
