import Foundation
import PythonRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct PolicyCodingTests {
  private func policy(_ json: String) throws -> InterpreterPolicy {
    try InterpreterPolicy(json: Data(json.utf8), name: "p.json")
  }

  @Test func `a policy comes back from JSON as it was`() throws {
    var policy = InterpreterPolicy(name: "mine", basedOn: .pure)
    policy.read = .only(["/data", "UDF"])
    policy.network = .only(["example.com:443"])
    policy.imports = .init(allow: ["a"], deny: ["b"])
    for policy in InterpreterPolicy.presets + [policy] {
      let data = try JSONEncoder().encode(policy)
      #expect(try InterpreterPolicy(json: data, name: "other") == policy)
    }
  }

  @Test func `keys that are missing mean what the preset has`() throws {
    #expect(try policy("{}") == InterpreterPolicy(name: "p.json", basedOn: .guarded))
    let changed = try policy(#"{"basedOn": "pure", "read": ["/data"], "imports": {"deny": ["re"]}}"#)
    #expect(changed.read == .only(["/data"]))
    #expect(changed.write == .none)
    #expect(changed.imports == .init(deny: ["re"]))
  }

  @Test(arguments: [
    (#"{"netwrok": "all"}"#, "unknown key 'netwrok'; there are name, basedOn"),
    (#"{"imports": {"alow": []}}"#, "unknown key 'alow' in 'imports'; there are allow, deny"),
    (#"{"read": true}"#, "'read' must be \"all\", \"none\" or a list of texts"),
    (#"{"read": "some"}"#, "'read' must be \"all\", \"none\" or a list of texts"),
    (#"{"processes": "no"}"#, "'processes' must be true or false"),
    (#"{"basedOn": "strict"}"#, "'basedOn' is 'strict', but must be open, guarded, pure"),
    (#"{"imports": []}"#, "'imports' must be an object"),
    (#"{"write": ["data"]}"#, "has the folder 'data'; give an absolute path"),
    (#"{"network": ["example.com"]}"#, "has the network address 'example.com'; write HOST:PORT"),
    (#"{"network": ["::1:80"]}"#, "write HOST:PORT"),
    ("[]", "a policy must be an object"),
    ("{", "valid JSON"),
  ])
  func `what cannot be meant is refused with its key`(json: String, message: String) {
    let error = #expect(throws: PythonRuntimeError.self) { try policy(json) }
    #expect(error?.code == .badPolicy)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func `policies are found by name and by file`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("p.json", #"{"name": "mine"}"#)
    #expect(try InterpreterPolicy(named: "pure") == .pure)
    #expect(try InterpreterPolicy(named: file).name == "mine")
    for name in ["strict", folder.path + "/none.json"] {
      #expect(throws: PythonRuntimeError.self) { try InterpreterPolicy(named: name) }
    }
  }
}
