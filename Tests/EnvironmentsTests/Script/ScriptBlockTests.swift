import Environments
import Foundation
import Functions
import PythonRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct ScriptBlockTests {
  private func block(_ text: String) throws -> ScriptBlock? {
    let discovery = PythonDiscovery(explicitPath: try Checkout.environment())
    return try ScriptBlock(of: UDFSource(text, name: "f.py"), discovery: discovery)
  }

  @Test func `the example of the PEP`() throws {
    let found = try block(
      """
      # /// script
      # requires-python = ">=3.11"
      # dependencies = [
      #   "requests<3",
      #   "rich",
      # ]
      # ///

      import requests
      """)
    let read = try #require(found)
    #expect(read.dependencies == ["requests<3", "rich"])
    #expect(read.requiresPython?.description == ">=3.11")
    #expect(read.placement == nil && read.workers == nil && read.python == nil)
  }

  @Test func `a block of another type, with an end mark in its contents, is no script`() throws {
    let found = try block(
      """
      # /// some-toml
      # embedded-csharp = \"\"\"
      # /// <summary>
      # /// text
      # ///
      # /// </summary>
      # public class MyClass { }
      # \"\"\"
      # ///
      """)
    #expect(found == nil)
  }

  @Test func `the last end mark of a run of comments ends the block`() throws {
    let found = try block(
      """
      x = 1
      # /// script
      # dependencies = ["a"]
      # [tool.other]
      # text = \"""
      # ///
      # \"""
      # ///
      # not a part of it
      """)
    #expect(found?.dependencies == ["a"])
    #expect(found?.otherTools == ["other"])
  }

  @Test func `blank lines, carriage returns and what stands behind it do no harm`() throws {
    let found = try block("# /// script\r\n#\r\n# dependencies = []\r\n#\r\n# ///\r\n# ordinary\r\nx = 1\r\n")
    #expect(found?.dependencies == [])
  }

  @Test func `a source without one starts no program`() throws {
    let nowhere = PythonDiscovery(explicitPath: "/nowhere/python")
    #expect(try ScriptBlock(of: UDFSource("x = 1\n# /// script is a comment\n"), discovery: nowhere) == nil)
  }

  @Test func `the table of Clutch`() throws {
    let found = try block(
      """
      # /// script
      # dependencies = ["numpy>=2; python_version > '3'", "a[b,c]~=1.0", "d (>=1,<2)", "e @ https://example.com/e.whl", "f==1.*"]
      # [tool.uv]
      # exclude-newer = "2026-01-01"
      # [tool.clutch]
      # placement = "worker"
      # workers = 4
      # python = "python3.13"
      # ///
      """)
    let read = try #require(found)
    #expect(read.dependencies.count == 5)
    #expect((read.placement, read.workers) == (.worker, 4) && read.python == "python3.13")
    #expect(read.otherTools == ["uv"])
  }

  @Test func `a relative Python is beside the file`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("f.py", "# /// script\n# [tool.clutch]\n# python = \"../venv\"\n# ///\n")
    let discovery = PythonDiscovery(explicitPath: try Checkout.environment())
    let found = try ScriptBlock(of: UDFSource(file: file), discovery: discovery)
    #expect(found?.python == URL(fileURLWithPath: folder.path).deletingLastPathComponent().path + "/venv")
  }

  @Test
  func `a virtual environment beside the file needs no slash, and a Python that is not there says who asks for it`()
    throws
  {
    let folder = try TemporaryFolder()
    let text = "# /// script\n# [tool.clutch]\n# python = \"venv\"\n# ///\n"
    let discovery = PythonDiscovery(explicitPath: try Checkout.environment())
    let source = try UDFSource(file: folder.write("f.py", text))
    let block = try #require(try ScriptBlock(of: source, discovery: discovery))
    #expect(block.python == "venv")
    let refused = try PythonDiscovery().fitting([block]).search()
    #expect(refused.count == 1)
    guard case .refused(let reason)? = refused.first?.outcome else {
      Issue.record("\(refused)")
      return
    }
    #expect(reason.contains("f.py asks for it in its block") && reason.contains("--python"), "\(reason)")
    try folder.write("venv/pyvenv.cfg", "")
    #expect(try ScriptBlock(of: source, discovery: discovery)?.python == folder.path + "/venv")

    let other = try UDFSource(file: folder.write("g.py", text.replacing("venv", with: "/nowhere")))
    let second = try #require(try ScriptBlock(of: other, discovery: discovery))
    let error = try #require(throws: EnvironmentError.self) { try PythonDiscovery().fitting([block, second]) }
    #expect(error.message.contains("f.py for venv") && error.message.contains("g.py for /nowhere"), "\(error)")
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    let text: String
    let line, column: Int
    let says: String
    var testDescription: String { says }
  }

  @Test(arguments: [
    Bad(text: "x = 1\n# /// script\n# dependencies = []\n", line: 2, column: 1, says: "has no end"),
    Bad(text: "# /// script\n# dependencies = []\n\n# ///\n", line: 1, column: 1, says: "has no end"),
    Bad(text: "# /// script\n#dependencies = []\n# ///\n", line: 1, column: 1, says: "has no end"),
    Bad(
      text: "# /// script\n# ///\n\n# /// script\n# ///\n", line: 4, column: 1, says: "one in line 1 already"),
    Bad(
      text: "# /// script\n# dependencies = []\n# ///\n# /// script\n# dependencies = []\n# ///\n", line: 4, column: 1,
      says: "one in line 1 already"),
    Bad(
      text: "# /// script\n# dependencies = [\"\"\"a\n# -e /dir\"\"\"]\n# ///\n", line: 2, column: 19,
      says: "is no requirement"),
    Bad(
      text: "# /// script\n# dependencies = [\"a ; x --hash=y\"]\n# ///\n", line: 2, column: 19,
      says: "is no requirement"),
    Bad(text: "# /// script \n# ///\n", line: 1, column: 13, says: "blanks behind"),
    Bad(
      text: "# /// script\n# dependencies = [\n#   nonsense\n# ]\n# ///\n", line: 3, column: 5, says: "Invalid value"),
    Bad(text: "# /// script\n#\n# dependencies =\n# ///\n", line: 3, column: 17, says: "Invalid value"),
    Bad(
      text: "# /// script\n# dependencies = \"numpy\"\n# ///\n", line: 2, column: 3, says: "is a text; it takes a list"),
    Bad(text: "# /// script\n# dependencies = [1]\n# ///\n", line: 2, column: 3, says: "has a number; it takes texts"),
    Bad(
      text: "# /// script\n# dependencies = [\n#   \"fine\",\n#   \"not fine\",\n# ]\n# ///\n", line: 4, column: 5,
      says: "'not fine' is no requirement"),
    Bad(
      text: "# /// script\n# requires-python = 3.13\n# ///\n", line: 2, column: 3, says: "is a number; it takes a text"),
    Bad(text: "# /// script\n# requires-python = \"3.13\"\n# ///\n", line: 2, column: 3, says: "no list of versions"),
    Bad(text: "# /// script\n# dependancies = []\n# ///\n", line: 2, column: 3, says: "'dependancies' is no key"),
    Bad(
      text: "# /// script\n# [tool.clutch]\n# worker = 2\n# ///\n", line: 3, column: 3, says: "'worker' is no key of"),
    Bad(
      text: "# /// script\n# [tool.clutch]\n#\n# placement = \"moon\"\n# ///\n", line: 4, column: 3,
      says: "it takes \"interpreter\", \"worker\" or \"main\""),
    Bad(text: "# /// script\n# [tool.clutch]\n# workers = 0\n# ///\n", line: 3, column: 3, says: "from 1 to 256"),
    Bad(
      text: "# /// script\n# [tool.clutch]\n# workers = 1.5\n# ///\n", line: 3, column: 3,
      says: "workers is a number; it takes a whole number from 1"),
    Bad(text: "# /// script\n# [tool.clutch]\n# workers = true\n# ///\n", line: 3, column: 3, says: "true or false"),
    Bad(text: "# /// script\n# tool.clutch.python = \"\"\n# ///\n", line: 2, column: 3, says: "a program, or"),
    Bad(text: "# /// script\n# tool = 1\n# ///\n", line: 2, column: 3, says: "tool is a number"),
    Bad(text: "# /// script\n# tool.clutch = 1\n# ///\n", line: 2, column: 3, says: "tool.clutch is a number"),
  ])
  func `a bad block is an error with its place in the file`(bad: Bad) throws {
    let error = try #require(throws: EnvironmentError.self) { try block(bad.text) }
    #expect(error.code == .badBlock)
    #expect(error.place?.line == bad.line && error.place?.column == bad.column, "\(error)")
    #expect(error.message.hasPrefix("f.py, line \(bad.line), column \(bad.column): "), "\(error)")
    #expect(error.message.contains(bad.says), "\(error)")
  }

  @Test func `passwords in a bad requirement are not told`() throws {
    let error = try #require(throws: EnvironmentError.self) {
      try block("# /// script\n# dependencies = [\"a b @ https://me:hidden1@example.com/b.whl\"]\n# ///\n")
    }
    #expect(error.message.contains("example.com") && !error.message.contains("hidden1"), "\(error)")
  }
}
