#if Server
  import Foundation
  import TestSupport
  import Testing

  extension Serve {
    @Suite struct SecurityTests {
      @Test func `who has the token may call, also after it has changed`() throws {
        let folder = try TestFolder()
        let token = try folder.write("token", "first-secret\n")
        let server = try ServerProgram(folder, ["--token", token, functions])
        try check(server, "gives", "gcd", "2", "4", "6", environment: ["TOKEN": "first-secret"])
        try check(server, "fails_with", "FlightUnauthenticatedError", "gcd", "4", "6")
        try check(server, "fails_with", "FlightUnauthenticatedError", "gcd", "4", "6", environment: ["TOKEN": "other"])
        #expect(try check(server, "health", "").contains("status 0801"))
        try folder.write("token", "second-secret\n")
        // It is looked at every second; the old one holds until then.
        let deadline = ContinuousClock.now + .seconds(60)
        var isTaken = false
        while !isTaken, ContinuousClock.now < deadline {
          let end = try startChecks(server, ["gives", "gcd", "2", "4", "6"], environment: ["TOKEN": "second-secret"])
            .end()
          isTaken = end.status == .exited(0)
        }
        #expect(isTaken)
        try check(
          server, "fails_with", "FlightUnauthenticatedError", "gcd", "4", "6", environment: ["TOKEN": "first-secret"])
        #expect(!server.log.contains("secret"))
        try server.end()
      }

      @Test func `TLS is served, with certificates of clients if they are asked for`() throws {
        let folder = try TestFolder()
        try makeAuthority(folder, "ca")
        for name in ["server", "client"] { try makeCertificate(folder, name, by: "ca") }
        let tls = ["--tls-certificate", folder.path("server.pem"), "--tls-key", folder.path("server.key")]
        let server = try ServerProgram(folder, tls + [functions])
        #expect(server.log.contains("with TLS"))
        try check(server, "gives", "gcd", "2", "4", "6", environment: ["TLS_CA": folder.path("ca.pem")])
        try check(server, "fails_with", "Unavailable", "gcd", "4", "6")
        try server.end()

        let mutual = try ServerProgram(folder, tls + ["--tls-client-ca", folder.path("ca.pem"), functions])
        let known = [
          "TLS_CA": folder.path("ca.pem"), "TLS_CERTIFICATE": folder.path("client.pem"),
          "TLS_KEY": folder.path("client.key"),
        ]
        try check(mutual, "gives", "gcd", "2", "4", "6", environment: known)
        try check(mutual, "fails_with", "Unavailable", "gcd", "4", "6", environment: ["TLS_CA": folder.path("ca.pem")])
        try mutual.end()
      }

      @Test func `a certificate that ends soon is told of, and one that takes its place is used`() throws {
        let folder = try TestFolder()
        try makeAuthority(folder, "ca")
        try makeCertificate(folder, "server", by: "ca", days: 10)
        let server = try ServerProgram(
          folder, ["--tls-certificate", folder.path("server.pem"), "--tls-key", folder.path("server.key"), functions])
        #expect(server.log.contains("the certificate expires on"), "\(server.log)")
        try makeCertificate(folder, "next", by: "ca")
        for suffix in ["key", "pem"] {
          try folder.write("server.\(suffix)", String(contentsOfFile: folder.path("next.\(suffix)"), encoding: .utf8))
        }
        try server.logs("the certificate is loaded anew")
        try check(server, "gives", "gcd", "2", "4", "6", environment: ["TLS_CA": folder.path("ca.pem")])
        try server.end()
      }
    }
  }

  private func openssl(_ folder: TestFolder, _ arguments: String) throws {
    let end = try RunningProgram(
      "/usr/bin/env", ["openssl"] + arguments.split(separator: " ").map(String.init), in: folder.url.path,
      environment: ProcessInfo.processInfo.environment
    ).end()
    try #require(end.status == .exited(0), "\(end)")
  }

  /// An authority `NAME.pem` with its key `NAME.key`.
  func makeAuthority(_ folder: TestFolder, _ name: String) throws {
    try openssl(
      folder,
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).pem -days 365 -subj /CN=\(name)"
    )
  }

  /// A certificate `NAME.pem` for this machine with its key `NAME.key`, which an authority signs.
  func makeCertificate(_ folder: TestFolder, _ name: String, by authority: String, days: Int = 365) throws {
    try folder.write("extensions", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    try openssl(
      folder,
      "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).csr -subj /CN=\(name)")
    try openssl(
      folder,
      "x509 -req -in \(name).csr -CA \(authority).pem -CAkey \(authority).key -CAcreateserial -out \(name).pem -extfile extensions -days \(days)"
    )
  }
#endif
