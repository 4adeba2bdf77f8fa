import Environments
import Foundation
import Functions
import PythonRuntime
import TestSupport
import Testing

/// A server that takes connections and never answers: an installer that waits for it is in the middle of its work.
final class SilentServer: Sendable {
  let port: UInt16
  private let descriptor: Int32

  init() throws {
    #if canImport(Darwin)
      let stream = SOCK_STREAM
    #else
      let stream = Int32(SOCK_STREAM.rawValue)
    #endif
    descriptor = socket(AF_INET, stream, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let size = length
    let descriptor = descriptor
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, size) == 0 && listen(descriptor, 8) == 0
          && getsockname(descriptor, pointer, &length) == 0
      }
    }
    guard isBound else { throw CocoaError(.fileNoSuchFile) }
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(descriptor) }

  /// Waits for a connection, and gives its descriptor; holds up no thread meanwhile.
  ///
  /// - Throws: When none comes for long.
  func connection() async throws -> Int32 {
    let end = ContinuousClock.now + .seconds(400)
    while true {
      // Looked at once more behind the deadline: beside many other tests a task may sleep for longer than it wants to.
      let isLate = ContinuousClock.now > end
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&request, 1, 0) == 1 { return accept(descriptor, nil, nil) }
      guard !isLate else { throw CocoaError(.fileNoSuchFile) }
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}

@Suite(.timeLimit(.minutes(30))) struct InterruptedBuildTests {
  /// Variables with which an installer waits for the server.
  private func waiting(for server: SilentServer) -> [String: String?] {
    let index = "http://127.0.0.1:\(server.port)/simple"
    return [
      "PIP_NO_INDEX": nil, "UV_OFFLINE": nil, "PIP_INDEX_URL": index, "UV_DEFAULT_INDEX": index,
      "UV_HTTP_TIMEOUT": "3000", "PIP_DEFAULT_TIMEOUT": "3000",
    ]
  }

  @Test(arguments: Installers.all)
  func `a build whose task is cancelled ends, and leaves nothing`(installer: InstallerKind) async throws {
    let (wheels, server) = (try WheelFolder(), try SilentServer())
    let source = try wheels.source("f.py", asking: ["tiny"])
    let options = wheels.options(installer, variables: waiting(for: server))
    let discovery = try PythonDiscovery.ofCheckout(options)
    let task = Task { try await UDFEnvironment.prepareAsync(for: source, discovery: discovery, options: options) }
    let connection = try await server.connection()
    #expect(wheels.builtOrBegun().contains { $0.contains(".tmp-") }, "\(wheels.entries())")
    task.cancel()
    let outcome = await task.result
    close(connection)
    let error = try #require(throws: EnvironmentError.self) { try outcome.get() }
    #expect(error.code == .interrupted)
    #expect(wheels.builtOrBegun() == [])
  }

  @Test func `a build that takes too long is given up`() throws {
    let (wheels, server) = (try WheelFolder(), try SilentServer())
    var options = wheels.options(variables: waiting(for: server))
    options.buildTimeout = .milliseconds(1)
    let source = try wheels.source("f.py", asking: ["tiny"])
    let error = try #require(throws: EnvironmentError.self) { try prepare(source, options) }
    #expect(error.code == .interrupted)
    #expect(error.message.contains("took longer than it may"), "\(error)")
    #expect(wheels.builtOrBegun() == [])
  }

  @Test func `a build whose process is killed is not taken for a whole one, and not in the way of the next`()
    async throws
  {
    let (wheels, server) = (try WheelFolder(), try SilentServer())
    let source = try wheels.source("f.py", asking: ["tiny"])
    var environment = wheels.options(variables: waiting(for: server)).environment
    environment["CLUTCH_PYTHON"] = try Checkout.environment()
    let path = try #require(source.path)
    let program = try RunningProgram(Checkout.clutch(), ["env", "path", path], in: "/", environment: environment)
    let connection = try await server.connection()
    program.send(SIGKILL)
    let end = try program.end()
    #expect(end.status == .killed(signal: SIGKILL))
    let left = wheels.builtOrBegun()
    let draft = try #require(left.first)
    #expect(left.count == 1 && draft.contains(".tmp-"), "\(left)")
    // The installer has gone with it.
    try await waitForEnd(of: connection)

    // The same environment, whose packages are now in a folder.
    try wheels.add("tiny", "1.0")
    var options = wheels.options(variables: waiting(for: server))
    options.isOffline = true
    #expect(try prepare(source, options)?.distributions.map(\.name) == ["tiny"])
    close(connection)
    let whole = wheels.builtOrBegun()
    let built = try #require(whole.first)
    #expect(whole.count == 2 && !whole.contains(draft) && draft.hasPrefix(built), "\(left) \(whole)")
  }

  /// Waits until whoever has the other end has closed it.
  private func waitForEnd(of connection: Int32) async throws {
    let end = ContinuousClock.now + .seconds(100)
    var bytes = [UInt8](repeating: 0, count: 4_096)
    while true {
      let isLate = ContinuousClock.now > end
      var request = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
      if poll(&request, 1, 0) == 1, read(connection, &bytes, bytes.count) <= 0 { return }
      guard !isLate else { throw CocoaError(.fileReadUnknown) }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  @Test(arguments: Installers.all, [SIGTERM, SIGINT, SIGHUP])
  func `a signal that ends the program ends the installer, and leaves no folder`(
    installer: InstallerKind, signal: Int32
  ) async throws {
    let (wheels, server) = (try WheelFolder(), try SilentServer())
    let source = try wheels.source("f.py", asking: ["tiny"])
    var environment = wheels.options(variables: waiting(for: server)).environment
    // A virtual environment without uv, for pip.
    environment["CLUTCH_PYTHON"] = installer == .pip ? try ownPython(wheels) : try Checkout.environment()
    if installer == .pip { environment["PATH"] = "/usr/bin:/bin" }
    let path = try #require(source.path)
    let program = try RunningProgram(Checkout.clutch(), ["env", "path", path], in: "/", environment: environment)
    let connection = try await server.connection()
    program.send(signal)
    let end = try program.end()
    #expect(end.status == .exited(128 + signal), "\(end)")
    try await waitForEnd(of: connection)
    close(connection)
    #expect(wheels.builtOrBegun() == [])
  }

  private func ownPython(_ wheels: WheelFolder) throws -> String {
    let folder = wheels.folder.path + "/own"
    let end = try RunningProgram(
      Checkout.python().executable, ["-m", "venv", folder], in: "/", environment: ProcessInfo.processInfo.environment
    ).end()
    guard end.status == .exited(0) else { throw CocoaError(.fileNoSuchFile) }
    return folder
  }

  @Test func `the next build, of anything, removes what a killed one has left, and not what one is building`() throws {
    let wheels = try WheelFolder()
    try wheels.add("tiny", "1.0")
    let (dead, live) = (String(repeating: "ab", count: 32), String(repeating: "cd", count: 32))
    for key in [dead, live] {
      try wheels.folder.write("cache/environments/\(key).tmp-1/lib/x.py", "x = 1\n")
      for name in ["lock", "used"] { try wheels.folder.write("cache/environments/\(key).\(name)", "") }
    }
    chmod(wheels.cache + "/environments", 0o700)
    let lock = open("\(wheels.cache)/environments/\(live).lock", O_RDWR | O_CLOEXEC)
    #expect(flock(lock, LOCK_EX) == 0)
    defer { close(lock) }
    _ = try prepare(wheels.source("f.py", asking: ["tiny"]), wheels.options())
    #expect(!wheels.entries().contains { $0.hasPrefix(dead) }, "\(wheels.entries())")
    #expect(wheels.entries().contains("\(live).tmp-1"))
  }

  @Test func `what a killed build has left is removed`() throws {
    let wheels = try WheelFolder()
    let draft = String(repeating: "ab", count: 32) + ".tmp-1"
    try wheels.folder.write("cache/environments/\(draft)/lib/x.py", "x = 1\n")
    chmod(wheels.cache + "/environments", 0o700)
    let removed = try CachedEnvironments(wheels.options().environment).clean(unusedFor: nil, keepingAtMost: nil)
    #expect(removed.count == 1 && removed.first?.source == nil && removed.first?.byteCount == 6, "\(removed)")
    #expect(wheels.entries() == [])
  }

  @Test func `an environment that is not whole is built anew`() throws {
    let wheels = try WheelFolder()
    try wheels.add("tiny", "1.0")
    let (source, options) = (try wheels.source("f.py", asking: ["tiny"]), wheels.options())
    let first = try #require(try prepare(source, options))
    let marker = try #require(wheels.builtOrBegun().first { $0.hasSuffix(".json") })
    try FileManager.default.removeItem(atPath: "\(wheels.cache)/environments/\(marker)")
    let said = Recorder<String>()
    #expect(try prepare(source, wheels.options { said.append($0) }) == first)
    #expect(said.values.contains { $0.contains("building") })
    // Half of a marker is none.
    try Data("{\"format\": 1".utf8).write(to: URL(fileURLWithPath: "\(wheels.cache)/environments/\(marker)"))
    #expect(try prepare(source, options) == first)
  }

  @Test func `a cache that cannot be written to, and none at all, are errors that say so`() throws {
    let wheels = try WheelFolder()
    let source = try wheels.source("f.py", asking: ["tiny"])
    for (cache, says) in [("/proc/clutch", "/proc/clutch cannot be made"), ("", "set CLUTCH_CACHE")] {
      let options = wheels.options(variables: ["CLUTCH_CACHE": cache])
      let error = try #require(throws: EnvironmentError.self) { try prepare(source, options) }
      #expect(error.code == .cacheNotUsable)
      #expect(error.message.contains(says) && error.message.contains("CLUTCH_CACHE"), "\(error)")
    }
  }

  @Test func `a cache that others can write to is not used`() throws {
    let wheels = try WheelFolder()
    try wheels.add("tiny", "1.0")
    let folder = wheels.cache + "/environments"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
    chmod(folder, 0o777)
    let source = try wheels.source("f.py", asking: ["tiny"])
    let error = try #require(throws: EnvironmentError.self) { try prepare(source, wheels.options()) }
    #expect(error.code == .cacheNotUsable)
    #expect(error.message.contains("chmod go-w"), "\(error)")
  }

  #if os(Linux)
    /// A file system of 256 KB that is gone after `body`.
    private func withSmallDisk(_ body: (String) throws -> Void) throws {
      let place = try TemporaryFolder()
      let mount = try Process.run(
        URL(fileURLWithPath: "/bin/mount"), arguments: ["-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", place.path])
      mount.waitUntilExit()
      try #require(mount.terminationStatus == 0)
      defer {
        _ = try? Process.run(URL(fileURLWithPath: "/bin/umount"), arguments: ["-l", place.path]).waitUntilExit()
      }
      try body(place.path)
    }

    private static let canMount: Bool = {
      guard geteuid() == 0 else { return false }
      let test = try? Process.run(URL(fileURLWithPath: "/usr/bin/unshare"), arguments: ["-m", "true"])
      test?.waitUntilExit()
      return test?.terminationStatus == 0
    }()

    @Test(.enabled(if: canMount), arguments: Installers.all)
    func `a full disk is an error that says so, and leaves nothing`(installer: InstallerKind) throws {
      let wheels = try WheelFolder()
      let source = try wheels.source("f.py", asking: ["large"])
      try wheels.add("large", "1.0", "TEXT = '\(String(repeating: "x", count: 100_000))'")
      try withSmallDisk { disk in
        let isFilled = FileManager.default.createFile(atPath: disk + "/filler", contents: Data(count: 160 << 10))
        #expect(isFilled)
        let options = wheels.options(installer, variables: ["CLUTCH_CACHE": disk + "/cache"])
        let error = try #require(throws: EnvironmentError.self) { try prepare(source, options) }
        #expect(error.code == .noSpace, "\(error)")
        #expect(error.message.contains("There is no room for the environment"), "\(error)")
        let left = try FileManager.default.contentsOfDirectory(atPath: disk + "/cache/environments")
        #expect(left.allSatisfy { $0.hasSuffix(".lock") || $0.hasSuffix(".used") }, "\(left)")
      }
    }
  #endif
}
