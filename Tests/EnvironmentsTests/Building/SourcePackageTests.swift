import Environments
import Foundation
import Functions
import PythonRuntime
import TestSupport
import Testing

extension WheelFolder {
  /// A folder that is no wheel, whose build writes a file; gives the folder, and that file.
  func sourcePackage(_ name: String = "evil") throws -> (folder: String, mark: String) {
    let mark = folder.path + "/built"
    try folder.write(
      "\(name)/pyproject.toml", "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n")
    try folder.write("\(name)/backend.py", "open('\(mark)', 'w').close()\nraise SystemExit('built')\n")
    return ("\(folder.path)/\(name)", mark)
  }
}

/// Packages that would have to be built, which runs code of theirs.
@Suite(.timeLimit(.minutes(30))) struct SourcePackageTests {
  private static let addresses = [
    "evil @ file://FOLDER/evil", "evil @ file://FOLDER/evil-1-py3-none-any.whl", "evil@file://localhost/FOLDER/evil",
    "evil[x] @ file://FOLDER/evil.tar.gz ; python_version > '3'", "evil @ /FOLDER/evil",
    "evil @ http://127.0.0.1:9/evil-1.0.tar.gz", "evil @ https://127.0.0.1:9/evil.zip#egg=evil.whl",
    "evil @ https://127.0.0.1:9/evil.tar.gz?x=.whl", "evil @ git+file://FOLDER/evil.whl",
    "evil @ https://127.0.0.1:9/evil.WHL", "evil @ ${EVIL}",
  ]

  @Test(arguments: Installers.all, addresses)
  func `what is given by its address and is no wheel is refused before anything runs`(
    installer: InstallerKind, address: String
  ) throws {
    let wheels = try WheelFolder()
    let (_, mark) = try wheels.sourcePackage()
    // A folder with the name of a wheel is no wheel.
    _ = try wheels.sourcePackage("evil-1-py3-none-any.whl")
    let requirement = address.replacing("FOLDER", with: wheels.folder.path)
    let said = Recorder<String>()
    let options = wheels.options(installer, variables: ["EVIL": "git+https://127.0.0.1:9/x.whl"]) { said.append($0) }
    let asked = try wheels.source("f.py", asking: [requirement])
    let plain = try UDFSource(file: wheels.folder.write("plain.py", "x = 1\n"))
    var added = options
    added.packages = [requirement]
    for (source, options, who) in [(asked, options, "f.py"), (plain, added, "--with")] {
      let error = try #require(throws: EnvironmentError.self) { try prepare(source, options) }
      #expect(error.code == .badRequirement, "\(error)")
      #expect(error.message.contains("\(who) asks for '\(requirement)'"), "\(error)")
      #expect(error.message.contains("--allow-builds"), "\(error)")
    }
    let error = try #require(throws: EnvironmentError.self) {
      try LockMaking.lock(asked, discovery: .ofCheckout(options), options: options)
    }
    #expect(error.code == .badRequirement, "\(error)")
    #expect(said.values == [] && !FileManager.default.fileExists(atPath: mark))
  }

  @Test(arguments: Installers.all)
  func `a line of a package that Python runs when it starts is not run while it is installed`(
    installer: InstallerKind
  ) throws {
    let wheels = try WheelFolder()
    let mark = wheels.folder.path + "/started"
    try wheels.add("starter", "1.0", "import os; open('\(mark)', 'w').close()\n", as: .pth)
    try wheels.add("tiny", "1.0", "VALUE = 1")
    let environment = try prepare(
      wheels.source("f.py", asking: ["starter", "tiny"]),
      wheels.options(installer, variables: ["UV_COMPILE_BYTECODE": "1"]))
    let packages = try #require(environment?.sitePackages.first)
    #expect(FileManager.default.fileExists(atPath: packages + "/starter.pth"))
    #expect(!FileManager.default.fileExists(atPath: mark))
    // All else is compiled.
    let compiled = try FileManager.default.contentsOfDirectory(atPath: packages + "/__pycache__")
    #expect(compiled.contains { $0.hasPrefix("tiny.") }, "\(compiled)")
  }

  @Test(arguments: Installers.all)
  func `a wheel can be given by its address`(installer: InstallerKind) throws {
    let wheels = try WheelFolder()
    let file = try wheels.add("tiny", "1.0")
    for address in [
      "file://\(file)", "file://\(file)#sha256=\(try sum(of: file))", "file://${WHERE}/tiny-1.0-py3-none-any.whl",
    ] {
      let source = try wheels.source("f.py", asking: ["tiny @ \(address)"])
      let environment = try prepare(source, wheels.options(installer, variables: ["WHERE": wheels.wheels]))
      #expect(environment?.distributions.map(\.name) == ["tiny"], "\(address)")
    }
  }

  private func sum(of file: String) throws -> String {
    let end = try RunningProgram(
      Checkout.python().executable,
      ["-c", "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())", file], in: "/",
      environment: ProcessInfo.processInfo.environment
    ).end()
    return end.output.trimmingCharacters(in: .newlines)
  }

  @Test(arguments: Installers.all)
  func `a package by address that another one needs is not built either`(installer: InstallerKind) throws {
    let wheels = try WheelFolder()
    let (folder, mark) = try wheels.sourcePackage()
    try wheels.add("outer", "1.0", requires: ["evil @ file://\(folder)"])
    let source = try wheels.source("f.py", asking: ["outer"])
    var options = wheels.options(installer)
    let error = try #require(throws: EnvironmentError.self) { try prepare(source, options) }
    #expect(error.code == .buildFailed, "\(error)")
    #expect(throws: EnvironmentError.self) {
      try LockMaking.lock(source, discovery: .ofCheckout(options), options: options)
    }
    #expect(!FileManager.default.fileExists(atPath: mark), "\(error)")
    guard installer == .pip else { return }
    #expect(error.message.contains("--allow-builds"), "\(error)")
    options.allowsBuilds = true
    #expect(throws: EnvironmentError.self) { try prepare(source, options) }
    #expect(FileManager.default.fileExists(atPath: mark))
  }

  @Test(arguments: [
    "./foo", "foo.whl", "../foo-1-py3-none-any.whl", "file:foo.whl", "file:./foo", "file://here/foo.whl",
  ])
  func `a relative address is refused, also where packages may be built`(address: String) throws {
    let wheels = try WheelFolder()
    var options = wheels.options()
    options.allowsBuilds = true
    let source = try wheels.source("f.py", asking: ["foo @ \(address)"])
    let error = try #require(throws: EnvironmentError.self) { try prepare(source, options) }
    #expect(error.code == .badRequirement)
    #expect(error.message.contains("f.py asks for 'foo @ \(address)', a relative address"), "\(error)")
  }

  @Test(arguments: [
    "-e /dir", "", " ", "-r /etc/passwd", "--index-url=http://127.0.0.1:9", "/dir", "./dir", "foo @", "foo\n-e /dir",
    "foo @\n/dir", "foo ; python_version > '3' --config-settings=x", "foo; x\u{2028}-e /dir", "foo\\", "foo bar",
    "foo==1.0 --hash=sha256:0", "foo>=", "foo (>=1", "foo[", "foo\u{85}/dir",
  ])
  func `a package is a requirement and nothing else that installers read`(text: String) throws {
    let wheels = try WheelFolder()
    let plain = try UDFSource(file: wheels.folder.write("plain.py", "x = 1\n"))
    let error = try #require(throws: EnvironmentError.self) { try prepare(plain, wheels.options(packages: [text])) }
    #expect(error.code == .badRequirement, "\(error)")
    #expect(error.message.hasPrefix("--with asks for '\(text)', which is no requirement"), "\(error)")
  }

  @Test(arguments: ["foo", "foo>=1,<2", "Foo.Bar[a,b]~=1.0 ; python_version > '3'", "foo (>=1, <2)", "foo==1.*,", "a"])
  func `what is a requirement is handed to the installer`(text: String) throws {
    let wheels = try WheelFolder()
    let plain = try UDFSource(file: wheels.folder.write("plain.py", "x = 1\n"))
    let error = try #require(throws: EnvironmentError.self) { try prepare(plain, wheels.options(packages: [text])) }
    #expect(error.code == .buildFailed, "\(error)")
  }
}
