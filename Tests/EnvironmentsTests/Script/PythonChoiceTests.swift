import Environments
import Foundation
import Functions
import PythonRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct PythonChoiceTests {
  private func block(_ lines: String, of name: String = "f.py") throws -> ScriptBlock {
    let discovery = PythonDiscovery(explicitPath: try Checkout.environment())
    let found = try ScriptBlock(of: UDFSource("# /// script\n\(lines)# ///\n", name: name), discovery: discovery)
    return try #require(found)
  }

  @Test func `a Python that was asked for and does not fit is named, with what is required`() throws {
    let python = try Checkout.python()
    let search = try PythonDiscovery(explicitPath: try Checkout.environment())
      .fitting([block("# requires-python = \">=3.99\"\n")])
    let error = try #require(throws: EnvironmentError.self) { try search.requireFitting() }
    #expect(error.code == .pythonDoesNotFit)
    for part in [python.executable, "\(python.version)", "f.py", ">=3.99"] {
      #expect(error.message.contains(part), "\(error)")
    }
  }

  @Test func `where nothing fits every candidate is told with its reason`() throws {
    let search = try PythonDiscovery().fitting([block("# requires-python = \"<3\"\n")])
    let error = try #require(throws: EnvironmentError.self) { try search.requireFitting() }
    #expect(error.message.contains("f.py") && error.message.contains("<3"), "\(error)")
  }

  @Test func `one that does not fit is passed over`() throws {
    let python = try Checkout.python()
    var search = PythonDiscovery(environment: ["PATH": "", "VIRTUAL_ENV": try Checkout.environment()])
    search.requirements = [try #require(PythonRequirement("!=\(python.version)", of: "f.py"))]
    let candidate = try #require(search.search().first)
    #expect(candidate.installation == nil)
    guard case .refused(let reason) = candidate.outcome else { return }
    #expect(reason == "CPython \(python.version) is none of those that f.py requires: !=\(python.version)")
    search.requirements = [try #require(PythonRequirement("==\(python.version)", of: "f.py"))]
    #expect(search.search().first?.installation != nil)
  }

  @Test func `a block names a Python where nobody else does`() throws {
    let block = try block("# tool.clutch.python = \"/one/python\"\n")
    #expect(try PythonDiscovery().fitting([block]).explicitPath == "/one/python")
    #expect(try PythonDiscovery(explicitPath: "/other").fitting([block]).explicitPath == "/other")
    let other = try self.block("# tool.clutch.python = \"/two/python\"\n")
    let error = try #require(throws: EnvironmentError.self) { try PythonDiscovery().fitting([block, other]) }
    #expect(error.message.contains("f.py for /one/python and f.py for /two/python"), "\(error)")
  }
}
