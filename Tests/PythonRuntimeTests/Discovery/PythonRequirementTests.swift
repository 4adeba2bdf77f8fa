import PythonRuntime
import Testing

struct PythonRequirementTests {
  @Test(arguments: [
    (">=3.13", ["3.13.0", "3.14.2"], ["3.12.9"]), (">=3.13,<3.15", ["3.13.0", "3.14.9"], ["3.15.0"]),
    (" >= 3.13 , != 3.13.0 ", ["3.13.1"], ["3.13.0"]), ("==3.13.*", ["3.13.0", "3.13.18"], ["3.14.0", "3.1.3"]),
    ("!=3.13.*", ["3.14.0"], ["3.13.2"]), ("==3.13", ["3.13.0"], ["3.13.1"]),
    ("~=3.13", ["3.13.0", "3.14.0"], ["4.0.0"]),
    ("~=3.13.2", ["3.13.2", "3.13.9"], ["3.13.1", "3.14.0"]), (">3.13", ["3.13.1"], ["3.13.0"]),
    ("<=3.14", ["3.14.0", "3.13.9"], ["3.14.1"]), ("<3.14", ["3.13.9"], ["3.14.0"]),
    (">=3.14.0rc1", ["3.14.0"], ["3.13.9"]), ("<3.14.0a1", ["3.13.9"], ["3.14.0"]),
    ("===3.13.0", ["3.13.0"], ["3.13.1"]),
    (">=3", ["3.13.0"], []), ("<4", ["3.13.0"], ["4.0.0"]), (">=v3.13", ["3.13.0"], []),
  ])
  func `versions are those that PEP 440 has`(text: String, fitting: [String], others: [String]) throws {
    let requirement = try #require(PythonRequirement(text))
    for version in fitting {
      #expect(requirement.contains(try #require(PythonVersion(parsing: version))), "\(version)")
    }
    for version in others {
      #expect(!requirement.contains(try #require(PythonVersion(parsing: version))), "\(version)")
    }
  }

  @Test(arguments: [
    "", "3.13", ">=", ">=3.x", ">=3.13,", "~=3", ">=3.*", "==3.13.*rc1", "=>3.13", ">=3.13 <4", ">=3..1",
  ])
  func `what is no list of versions is none`(text: String) { #expect(PythonRequirement(text) == nil) }
}
