#if Server
  import Foundation

  /// A folder that goes with this object.
  final class TestFolder {
    let url: URL

    init() throws {
      url = FileManager.default.temporaryDirectory.appendingPathComponent("grpc-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    @discardableResult func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
      try Data(text.utf8).write(to: url.appendingPathComponent(name))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
      return path(name)
    }

    /// Runs `openssl` here.
    func openssl(_ arguments: String) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
      process.currentDirectoryURL = url
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw Overdue(what: "openssl \(arguments)") }
    }

    /// An authority `NAME.pem` with its key `NAME.key`.
    func makeAuthority(_ name: String) throws {
      try openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).pem -days 365 -subj /CN=\(name)"
      )
    }

    /// A certificate `NAME.pem` for localhost with its key `NAME.key`, which an authority signs.
    func makeCertificate(_ name: String, by authority: String, dates: String = "-days 365") throws {
      try write("extensions", "subjectAltName=DNS:localhost,IP:127.0.0.1")
      try openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).csr -subj /CN=\(name)")
      try openssl(
        "x509 -req -in \(name).csr -CA \(authority).pem -CAkey \(authority).key -CAcreateserial -out \(name).pem -extfile extensions \(dates)"
      )
    }
  }
#endif
